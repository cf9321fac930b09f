"""A candidate's metrics in each slice and at each snapshot, named so that MLflow's charts put like with like.

``by_slice/auc.one_purchase``   the deciding metric in a slice, with ``_low`` and ``_high``: bars, a candidate each
``by_snapshot/auc``             every metric, a point a snapshot: lines, a candidate each
``by_snapshot/lead``            the lead over the baseline, with ``_low`` and ``_high``

A chart's section is what stands before the ``/``.
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence

from regulars.report import Report
from regulars.tracking.runs import Point

_ENDS = {"value": "", "low": "_low", "high": "_high"}


def slices(found: Report, name: str) -> dict[str, float]:
    """Return the deciding metric of a candidate in every slice that has one, with its interval."""
    metric = found["metric"]
    return {
        f"by_slice/{metric}.{slug(label)}{_ENDS[end]}": value
        for label, told in found["candidates"][name]["slices"].items()
        for end, value in (("value", told[metric]), ("low", told["low"]), ("high", told["high"]))
        if value is not None
    }


def snapshots(found: Report, name: str) -> dict[str, Sequence[Point]]:
    """Return every metric of a candidate, and its lead over the baseline, at each snapshot."""
    days = [dt.date.fromisoformat(each["as_of"]) for each in found["snapshots"]]
    courses = {metric: told["snapshots"] for metric, told in found["candidates"][name]["metrics"].items()}
    versus: Mapping[str, Sequence[Mapping[str, float | None]]] = found["against_baseline"].get(name, {})
    for end, suffix in _ENDS.items() if versus else ():
        courses[f"lead{suffix}"] = [each[end] for each in versus["by_snapshot"]]
    return {
        f"by_snapshot/{metric}": [Point(*each) for each in zip(days, values, strict=True)]
        for metric, values in courses.items()
    }


def slug(label: str) -> str:
    """Return a slice's name as a metric's name can have it.

    >>> slug("3-9 purchases, lapsed")
    '3_9_purchases_lapsed'
    """
    return re.sub(r"\W+", "_", label.lower(), flags=re.ASCII).strip("_")
