"""How far every candidate is ahead of every other: over customers, over snapshots, in each slice, on each metric."""

from collections.abc import Mapping
from itertools import combinations
from typing import Any

from regulars.errors import ConfigError, MissingError, did_you_mean
from regulars.evaluation.intervals import Interval
from regulars.report.comparison import Comparison, Lead
from regulars.report.shape import check_format


def lead_of(lead: Lead, metric: str) -> dict[str, Any]:
    """Return a lead as a report has it; positive is better for any metric."""
    over = lead.over_snapshots
    return {
        "metric": metric,
        **better(lead),
        "beyond_doubt": lead.beyond_doubt,
        "snapshots_won": lead.snapshots_won,
        "snapshots": lead.snapshots,
        "by_snapshot": [ends(each) for each in lead.by_snapshot],
        "over_snapshots": {"mean": over.value, "sd": lead.sd, "low": over.low, "high": over.high},
    }


def pairs(found: Comparison) -> dict[str, dict[str, Any]]:
    """Return the lead of every candidate over each one after it, in the order of the experiment.

    On the metric that decides, in every slice, and under ``metrics`` on the other key metrics that point one way.
    """
    experiment = found.outcome.experiment
    told: dict[str, dict[str, Any]] = {name: {} for name in experiment.models[:-1]}
    for one, other in combinations(experiment.models, 2):
        lead = found.lead(one, other)
        slices = {label: _slice(found, one, other, number) for number, label in enumerate(found.slices)}
        metrics = {
            name: {**better(each), "behind": each.behind} for name, each in found.leads_elsewhere(one, other).items()
        }
        told[one][other] = {
            **lead_of(lead, experiment.metric), "behind": lead.behind, "slices": slices, "metrics": metrics,
        }  # fmt: skip
    return told


def versus(found: Mapping[str, Any], one: str, other: str) -> dict[str, Any]:
    """Return how far ``one`` is ahead of ``other`` in a report: an entry of its ``pairs``, turned where need be.

    Raises:
        MissingError: one of them is no candidate.
        ConfigError: they are the same, or the report is of an older format.
    """
    check_format(found)
    for name in (one, other):
        if name not in found["candidates"]:
            raise MissingError(
                f"{found['experiment']} has no candidate {name!r}{did_you_mean(name, found['candidates'])}; "
                f"there are {', '.join(found['candidates'])}"
            )
    if one == other:
        raise ConfigError(f"{one} cannot be compared with itself; name two candidates")
    entry = found["pairs"].get(one, {}).get(other)
    return dict(entry) if entry else _turned(found["pairs"][other][one])


def better(lead: Lead) -> dict[str, float]:
    """Return a lead over customers as a report has it."""
    return {"better_by": lead.interval.value, "low": lead.interval.low, "high": lead.interval.high}


def ends(found: Interval) -> dict[str, float]:
    """Return an interval as a report has it."""
    return {"value": found.value, "low": found.low, "high": found.high}


def _slice(found: Comparison, one: str, other: str, number: int) -> dict[str, Any]:
    lead = found.lead(one, other, number)
    return {**better(lead), "behind": lead.behind, "counts": found.counts(number)}


def _turned(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same lead seen from the other side."""
    by_snapshot = [_swapped(each, "value") for each in entry["by_snapshot"]]
    won = sum(each["value"] is not None and each["value"] > 0.0 for each in by_snapshot)
    over = _swapped(entry["over_snapshots"], "mean")
    found = {**entry, **_swapped(entry, "better_by")}
    return found | {
        "beyond_doubt": _above(found["low"]) and 3 * won >= 2 * entry["snapshots"],
        "behind": _below(found["high"]),
        "snapshots_won": won,
        "by_snapshot": by_snapshot,
        "over_snapshots": {**entry["over_snapshots"], **over},
        "slices": {label: _turned_part(each) for label, each in entry["slices"].items()},
        "metrics": {metric: _turned_part(each) for metric, each in entry["metrics"].items()},
    }


def _turned_part(entry: Mapping[str, Any]) -> dict[str, Any]:
    found = {**entry, **_swapped(entry, "better_by")}
    return found | {"behind": _below(found["high"])}


def _swapped(entry: Mapping[str, Any], value: str) -> dict[str, float | None]:
    """Return value and bounds with the other sign; the bounds change places."""
    return {value: _minus(entry[value]), "low": _minus(entry["high"]), "high": _minus(entry["low"])}


def _minus(value: float | None) -> float | None:
    """Return the number with the other sign; 0 has none, and null stays."""
    return None if value is None else 0.0 - value


def _above(value: float | None) -> bool:
    return value is not None and value > 0.0


def _below(value: float | None) -> bool:
    return value is not None and value < 0.0
