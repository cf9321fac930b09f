"""Which candidate wins, and why.

1. A candidate is *eligible* if it is better than the named baseline beyond doubt (the 95% interval of the lead over
   customers lies above 0, and at least two thirds of the snapshots are won) and on no slice that counts
   significantly worse than the best baseline there.
2. Of the eligible candidates the one with the best mean leads. The simplest of those that it does not beat beyond
   doubt wins; the experiment's ``models`` are listed from simple to complex.
3. Where nobody is eligible the named baseline wins: an honest fall-back.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from regulars.report.comparison import Comparison, Lead


@dataclass(frozen=True)
class Standing:
    """A candidate as the rule sees it."""

    name: str
    score: float
    """Its mean of the deciding metric, turned so that higher is better."""
    lead: Lead
    """Over the named baseline."""
    slices: Mapping[str, tuple[str, Lead]] = field(default_factory=dict)
    """Per slice that counts: the best baseline there, and the lead over it."""

    @property
    def vetoes(self) -> list[str]:
        """The slices where it is significantly worse than a baseline, in words."""
        return [
            f"significantly worse than {baseline} among {label!r} ({said(lead)})"
            for label, (baseline, lead) in self.slices.items()
            if lead.behind
        ]

    @property
    def eligible(self) -> bool:
        """Whether it may win."""
        return self.lead.beyond_doubt and not self.vetoes


def standings(comparison: Comparison) -> list[Standing]:
    """Return the candidates other than the named baseline, from simple to complex."""
    experiment = comparison.outcome.experiment
    return [
        Standing(
            name,
            comparison.score(name),
            comparison.lead(name, experiment.baseline),
            comparison.against_baselines(name),
        )
        for name in experiment.models
        if name != experiment.baseline
    ]


def choose(
    candidates: Sequence[Standing], baseline: str, metric: str, lead: Callable[[str, str], Lead]
) -> tuple[str, str]:
    """Return the winner by the rule of this module, and why: what follows "X is" or "X stays, as", for people.

    Args:
        candidates: from simple to complex, without the named baseline.
        baseline: the model that must be beaten.
        metric: the one that decides.
        lead: of one candidate over another.
    """
    ranked = sorted(candidates, key=_best_first)
    eligible = [each for each in ranked if each.eligible]
    if not eligible:
        return baseline, _nobody(ranked, metric)
    best = eligible[0]
    level = [each for each in candidates if each in eligible and (each is best or not _beats(best, each, lead))]
    winner = level[0]
    why = f"better than {baseline} on {metric} by {said(winner.lead)}"
    if winner is not best:
        gap = lead(best.name, winner.name)
        why += f"; {best.name} leads it by {said(gap)}, which is a tie, and {winner.name} is the simpler"
    out = [each for each in ranked if not each.eligible and (each.lead.beyond_doubt or each.score > best.score)]
    return winner.name, why + "".join(f"; {each.name} is out, being {_fault(each)}" for each in out)


def said(lead: Lead) -> str:
    """Return a lead in words: the mean, its interval over customers, the snapshots won."""
    value, low, high = lead.interval.value, lead.interval.low, lead.interval.high
    return f"{value:.4f} [{low:.4f}, {high:.4f}], in {lead.snapshots_won} of {lead.snapshots} snapshots"


def _best_first(candidate: Standing) -> float:
    return math.inf if math.isnan(candidate.score) else -candidate.score


def _beats(best: Standing, other: Standing, lead: Callable[[str, str], Lead]) -> bool:
    return lead(best.name, other.name).beyond_doubt


def _fault(candidate: Standing) -> str:
    """Return what keeps a candidate from winning."""
    return candidate.vetoes[0] if candidate.lead.beyond_doubt else f"not ahead beyond doubt ({said(candidate.lead)})"


def _nobody(ranked: Sequence[Standing], metric: str) -> str:
    """Return why the baseline wins: what is wrong with the candidate that came nearest."""
    vetoed = [each for each in ranked if each.lead.beyond_doubt]
    if vetoed:
        return f"{vetoed[0].name} beats it on {metric} ({said(vetoed[0].lead)}) but is {_fault(vetoed[0])}"
    if not ranked:
        return "it is the only candidate"
    return f"no candidate beats it on {metric} beyond doubt; the best of them, {ranked[0].name}, is {_fault(ranked[0])}"
