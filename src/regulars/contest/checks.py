"""What speaks for a challenger and what against it: check by check, each with its figures in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import polars as pl

from regulars.artefact import Fitted, Task
from regulars.config import ModelSpec, read_model
from regulars.errors import MissingError, RegularsError
from regulars.estimators import registry
from regulars.report import Report

Name = Literal["candidate", "better", "slices", "calibrated", "coherent"]

COHERENT_WITHIN = 0.15
"""Most that P(no purchase in the horizon) may differ, in the mean over the known customers, between the champions of
churn and timing. Answers are bent until they agree (:func:`regulars.curves.reconcile`), which is meant for models that
differ about the same thing: learned ones and Pareto/NBD do by .05 at most at a grocer and by .12 at a wholesaler, where
a rule of the median gap is .4 away. Beyond .15 one of the two is wrong about the shop, and the date that customers are
told is no longer the one that was judged."""

_DIGITS = 6
"""Digits after the point, as reports have them."""


@dataclass(frozen=True)
class Rule:
    """What calibrated means for a task: a metric near its ideal value, in the mean over the snapshots."""

    metric: str
    ideal: float
    within: float
    """How far off is always well enough; farther off, it must not be farther than the champion."""


CALIBRATED: Mapping[Task, Rule] = {
    "churn": Rule("ece", 0.0, 0.05),
    "timing": Rule("ece", 0.0, 0.05),
    "spend": Rule("aggregate_error", 0.0, 0.10),
    "replenish": Rule("coverage_80", 0.80, 0.05),
}
"""Task -> its rule. Probabilities that are off by 5 points in the mean mislead nobody who acts on tenths; a sum that is
off by more than a tenth does mislead who plans with it. Recommendations have an order and no probability."""


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    name: Name
    passed: bool | None
    """None where it could not be judged, or does not apply: then it stands in nobody's way."""
    said: str
    """What was found, with its figures."""

    def __str__(self) -> str:
        word = {True: "passed", False: "failed", None: "not judged"}[self.passed]
        return f"{self.name}: {word}: {self.said}"


def better(entry: Mapping[str, Any], champion: str, *, simpler: bool) -> Check:
    """Return whether a lead (an entry of a report's pairs) is beyond doubt, or not needed: simpler and not behind.

    Args:
        entry: how far the challenger is ahead of the champion.
        champion: its name.
        simpler: whether the challenger is the simpler of the two.
    """
    lead = said(entry)
    if entry["low"] is None or entry["high"] is None:
        return Check("better", False, f"{entry['metric']} has no value to compare with {champion}")
    if entry["beyond_doubt"]:
        return Check("better", True, f"ahead of {champion} on {entry['metric']} by {lead}")
    if entry["behind"]:
        return Check("better", False, f"behind {champion} on {entry['metric']}: {lead}")
    level = f"not ahead of {champion} on {entry['metric']} beyond doubt ({lead})"
    if simpler:
        return Check("better", True, f"{level}, nor behind, and simpler")
    return Check("better", False, f"{level}, and not simpler")


def slices(entry: Mapping[str, Any], champion: str) -> Check:
    """Return whether no slice that counts is significantly worse off than with the champion."""
    counted = {label: each for label, each in entry["slices"].items() if each["counts"]}
    worse = [f"{label!r} ({ends(each)})" for label, each in counted.items() if each["behind"]]
    if worse:
        return Check("slices", False, f"significantly worse than {champion} among {', '.join(worse)}")
    if not counted:
        return Check("slices", None, "no slice has customers enough to have a say")
    told = ", ".join(f"{label!r} ({ends(each)})" for label, each in counted.items())
    return Check("slices", True, f"significantly worse than {champion} in no slice that counts: {told}")


def calibrated(found: Report, challenger: str, champion: str | None) -> Check:
    """Return whether the challenger keeps to the rule of its task: well enough, or no farther off than the champion."""
    rule = CALIBRATED.get(found["task"])
    if rule is None:
        return Check("calibrated", None, f"there is no probability in an answer to {found['task']}")
    mine = _off(found, challenger, rule)
    if mine is None:
        return Check("calibrated", None, f"{rule.metric} has no value")
    theirs = _off(found, champion, rule) if champion is not None else None
    allowed = max(rule.within, theirs or 0.0)
    told = f"{rule.metric} is off by {mine:.3f} in the mean over the snapshots, and {allowed:.3f} is allowed"
    if theirs is not None and theirs > rule.within:
        told += f", which is where {champion} is"
    return Check("calibrated", mine <= allowed, told)


def coherent(fitted: Fitted, other: Fitted | None, known: pl.DataFrame) -> Check:
    """Return whether churn and timing say the same about who will not be back in the horizon.

    Args:
        fitted: the challenger, of churn or timing.
        other: the champion of the other task, or who would be it, if there is one.
        known: the customers as they are at the cut of the challenger, a feature table.
    """
    mine = fitted.meta
    if other is None:
        return Check("coherent", None, f"there is no champion of {partner(mine.task)} to agree with")
    theirs = other.meta
    if (theirs.as_of, theirs.fingerprint) != (mine.as_of, mine.fingerprint):
        return Check(
            "coherent", None,
            f"the champion of {theirs.task} ({theirs.model}) was fitted as of {theirs.as_of}"
            f"{' on other data' if theirs.fingerprint != mine.fingerprint else ''} and this one as of {mine.as_of}",
        )  # fmt: skip
    if theirs.horizon_days != mine.horizon_days:
        return Check(
            "coherent", None,
            f"the champion of {theirs.task} looks {theirs.horizon_days} days ahead and this one {mine.horizon_days}",
        )  # fmt: skip
    away = np.abs(_away(fitted, known) - _away(other, known))
    gap = float(np.mean(away)) if len(away) else 0.0
    told = (
        f"P(no purchase in {mine.horizon_days} days) differs from that of {theirs.model} by {gap:.3f} in the mean over "
        f"{len(away)} customers, and {COHERENT_WITHIN:.3f} is allowed"
    )
    return Check("coherent", gap <= COHERENT_WITHIN, told)


def partner(task: Task) -> Task | None:
    """Return the task that says the same in other words: churn and timing do."""
    pairs: Mapping[Task, Task] = {"churn": "timing", "timing": "churn"}
    return pairs.get(task)


def simpler(one: ModelSpec, other: str, order: Sequence[str]) -> bool:
    """Return whether ``one`` is simpler than ``other``: earlier in ``order``, else a rule where the other one learns.

    Of two rules the one that ``regulars train`` falls back to later is the simpler.
    """
    if one.name in order and other in order:
        return order.index(one.name) < order.index(other)
    try:
        return _complexity(one) < _complexity(read_model(other))
    except MissingError:
        return False


def said(entry: Mapping[str, Any]) -> str:
    """Return a lead in words: the mean, its interval over customers, the snapshots won."""
    return f"{ends(entry)}, in {entry['snapshots_won']} of {entry['snapshots']} snapshots"


def ends(entry: Mapping[str, Any]) -> str:
    """Return a lead and its 95% interval over customers."""
    value, low, high = (entry[name] for name in ("better_by", "low", "high"))
    return "not defined" if None in (value, low, high) else f"{value:+.4f} [{low:+.4f}, {high:+.4f}]"


def unfit(challenger: str, error: RegularsError) -> Check:
    """Return the check that a challenger fails which cannot be fitted at all."""
    return Check("candidate", False, f"{challenger} cannot be fitted ({error})")


def _complexity(spec: ModelSpec) -> tuple[bool, int]:
    falls = {"last_resort": 0, "fallback": 1}
    return registry.kind(spec.kind).source == "model", falls.get(spec.role, 2)


def _off(found: Report, name: str, rule: Rule) -> float | None:
    """Return how far a candidate is off its ideal, in the mean over the snapshots that have a value."""
    metrics = found["candidates"][name]["metrics"]
    values = [value for value in metrics.get(rule.metric, {}).get("snapshots", []) if value is not None]
    return round(float(np.mean([abs(value - rule.ideal) for value in values])), _DIGITS) if values else None


def _away(fitted: Fitted, known: pl.DataFrame) -> Any:
    """Return P(no purchase in the horizon) of every customer."""
    return fitted.estimator.predict(known) if fitted.meta.task == "churn" else fitted.estimator.survival(known)[:, -1]
