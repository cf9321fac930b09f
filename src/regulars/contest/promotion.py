"""What became of a promotion: of one task, and of all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from regulars.artefact import Task
from regulars.contest.decision import Decision, Verb
from regulars.contest.reports import Found
from regulars.errors import DataError, RegularsError
from regulars.tracking import Champion, Change
from regulars.tracking.journal import Action

_ACTIONS: Mapping[Verb, Action] = {"promote": "promote", "refresh": "refresh", "keep": "refresh", "refuse": "refused"}


@dataclass(frozen=True)
class Choice:
    """What somebody wants instead of what the rule says."""

    model: str = ""
    """A candidate to promote in place of the winner."""
    force: str = ""
    """A reason to promote it even if it is not good enough."""


BY_RULE = Choice()


@dataclass(frozen=True)
class Promotion:
    """What became of one task."""

    champion: Champion
    """Who is the champion now."""
    why: str
    """Why this model, as a sentence for people; of a refusal, why not the other."""
    reused: bool
    """True where the champion is the one that it was before."""
    decision: Decision | None = None
    """What a contest came to, if there was one."""

    @property
    def refused(self) -> bool:
        """Whether a challenger was refused."""
        return self.reused and self.decision is not None and self.decision.refused

    def summary(self) -> dict[str, Any]:
        """Return what a command prints about it."""
        meta, decision = self.champion.meta, self.decision
        told = {
            "task": meta.task, "model": meta.model, "version": self.champion.version, "source": meta.source,
            "as_of": str(meta.as_of), "horizon_days": meta.horizon_days, "reused": self.reused, "why": self.why,
        }  # fmt: skip
        return told if decision is None else told | {"refused": self.refused, "decision": decision.summary()}


def none_answers(promotions: Sequence[Promotion], thin: Mapping[Task, RegularsError]) -> DataError:
    """Return the error that says which tasks nobody can answer, and which have their champions none the less."""
    if not promotions and len({str(error) for error in thin.values()}) == 1:
        return DataError(str(next(iter(thin.values()))))
    done = [promotion.champion.meta.task for promotion in promotions]
    reasons = "; ".join(f"nothing answers {task}: {error}" for task, error in thin.items())
    return DataError(f"{reasons}; promoted: {', '.join(done) or 'nothing'}")


def change_of(decision: Decision, found: Found, force: str = "") -> Change:
    """Return what the journal is told about a decision; ``force`` is a reason to promote what is refused."""
    action, why = _ACTIONS[decision.verb], decision.why
    if decision.refused and force:
        action, why = "forced", f"{force} (against the rule: {decision.why})"
    experiment = str(found.report.get("experiment", ""))
    seen = tuple(map(str, decision.checks))
    return Change(action, decision.task, why, experiment, found.run_id, decision.losers, seen)
