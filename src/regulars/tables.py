"""Results as tables for people."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from regulars import console


def report(found: Mapping[str, Any]) -> None:
    """Print an experiment's report: each candidate with its metrics, intervals and lead over the baseline."""
    intervals = {name: candidate["intervals"] for name, candidate in found["candidates"].items()}
    metrics = list(next(iter(intervals.values())))
    days = ", ".join(snapshot["as_of"] for snapshot in found["snapshots"])
    console.table(
        found["question"],
        ["model", *metrics, f"lead in {found['metric']}", "snapshots won"],
        ([*_row(found, name, metrics), *_lead(found, name)] for name in intervals),
        caption=f"as of {days}; 95% intervals over customers\nwinner: {found['winner']}, {found['why']}",
    )


def reports(found: Sequence[Mapping[str, Any]]) -> None:
    """Print several reports, one below the other."""
    for each in found:
        report(each)


def promotions(found: Sequence[Mapping[str, Any]]) -> None:
    """Print which model became champion of which task, and why."""
    console.table(
        "Champions",
        ["task", "model", "version", "knows purchases before", "why"],
        (
            [
                p["task"],
                p["model"],
                p["version"] + (" (as before)" if p["reused"] else ""),
                p["as_of"],
                p["why"],
            ]
            for p in found
        ),
    )


def markdown(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield the report's table as lines of Markdown, for the README."""
    intervals = {name: candidate["intervals"] for name, candidate in found["candidates"].items()}
    metrics = list(next(iter(intervals.values())))
    header = [
        f"{found['task']}: model",
        *metrics,
        f"lead over the baseline ({found['metric']})",
        "snapshots won",
    ]
    yield "| " + " | ".join(header) + " |"
    yield "|" + "---|" * len(header)
    for name in intervals:
        shown = f"**{name}**" if name == found["winner"] else name
        yield "| " + " | ".join([shown, *_row(found, name, metrics)[1:], *_lead(found, name)]) + " |"


def _row(found: Mapping[str, Any], name: str, metrics: Sequence[str]) -> list[str]:
    shown = found["candidates"][name]["intervals"]
    return [name, *(_interval(shown[metric]) for metric in metrics)]


def _lead(found: Mapping[str, Any], name: str) -> list[str]:
    if name == found["baseline"]:
        return ["the baseline", ""]
    versus = found["against_baseline"][name]
    lead = f"{versus['better_by']:+.3f} [{versus['low']:+.3f}, {versus['high']:+.3f}]"
    return [lead, f"{versus['snapshots_won']} of {versus['snapshots']}"]


def _interval(found: Mapping[str, float | None]) -> str:
    value, low, high = found["value"], found["low"], found["high"]
    if value is None or low is None or high is None:
        return "-"
    return f"{value:.3f} [{low:.3f}, {high:.3f}]"
