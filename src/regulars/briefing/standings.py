"""Experiments side by side, and the claim that each supports."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import polars as pl

from regulars.briefing.shop import Shop
from regulars.errors import MissingError
from regulars.evaluation.intervals import Interval
from regulars.recording import TITLES
from regulars.tracking import Registry, Tracker


def experiments(shop: Shop) -> pl.DataFrame:
    """Return the finished experiments of the home, newest first.

    ``experiment``, ``task``, ``started`` (UTC), ``winner``, ``commit`` (of the code), ``same_data`` (whether they saw
    the ledger as it is now), ``run_id`` (of the parent run in MLflow).

    Raises:
        MissingError: there is none.
    """
    found = Tracker(shop.home).parents()
    if not found:
        raise MissingError(
            "no experiment has been run yet; run one with: regulars run experiments/churn-001-who-is-leaving"
        )
    return pl.DataFrame(
        {
            "experiment": run["name"],
            "task": run["task"],
            "started": dt.datetime.fromtimestamp(run["start_time"] // 1000, dt.UTC),
            "winner": run["tags"]["regulars.winner"],
            "commit": run["tags"].get("regulars.commit", "")[:8],
            "same_data": run["tags"].get("regulars.fingerprint") == shop.ledger.fingerprint,
            "run_id": run["run_id"],
        }
        for run in found
    )


def champions(shop: Shop) -> pl.DataFrame:
    """Return the promoted models.

    ``task``, ``model``, ``version``, ``source`` (learned, or a rule), ``as_of`` (the training cut), ``name`` and
    ``alias`` under which MLflow lists them.
    """
    schema = ["task", "model", "version", "source", "as_of", "name", "alias"]
    rows = [each.lineage() for each in Registry(shop.home).champions().values()]
    return pl.DataFrame(rows, schema=dict.fromkeys(schema, pl.String)).select(schema)


def candidates(report: Mapping[str, Any]) -> pl.DataFrame:
    """Return an experiment's candidates, best first by the deciding metric.

    ``model``; the deciding metric's value under its own name, with ``low`` and ``high``, its 95% interval over
    customers; ``better_by`` (than the baseline, positive is better), ``better_by_low``, ``better_by_high`` and
    ``snapshots_won``, null for the baseline itself; ``winner``.
    """
    metric = report["metric"]
    rows = [
        {
            "model": name,
            metric: each.value,
            "low": each.low,
            "high": each.high,
            **_lead(report["against_baseline"].get(name)),
            "winner": name == report["winner"],
        }
        for name, each in intervals(report).items()
    ]
    return pl.DataFrame(rows).sort([metric, "model"], descending=[report["higher_is_better"], False])


def intervals(report: Mapping[str, Any], metric: str | None = None) -> dict[str, Interval]:
    """Return each candidate's interval of ``metric`` (default: the one that decides), for ``plots.interval_plot``."""
    shown = {name: each["intervals"][metric or report["metric"]] for name, each in report["candidates"].items()}
    return {name: _interval(each["value"], each["low"], each["high"]) for name, each in shown.items()}


def values(report: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Return each candidate's key metrics, for ``plots.ranking_plot``."""
    return {
        name: {metric: intervals(report, metric)[name].value for metric in each["intervals"]}
        for name, each in report["candidates"].items()
    }


def claims(*reports: Mapping[str, Any]) -> str:
    """Return the claim of each report as a list in Markdown."""
    return "\n".join(f"- {claim(report)}" for report in reports)


def leads(report: Mapping[str, Any]) -> dict[str, Interval]:
    """Return each candidate's lead over the baseline with its interval; positive is better."""
    return {
        name: _interval(each["better_by"], each["low"], each["high"])
        for name, each in report["against_baseline"].items()
    }


def by_snapshot(report: Mapping[str, Any]) -> dict[str, list[float | None]]:
    """Return each candidate's deciding metric at every test snapshot, for ``plots.snapshot_plot``."""
    return {name: each["metrics"][report["metric"]]["snapshots"] for name, each in report["candidates"].items()}


def as_ofs(report: Mapping[str, Any]) -> list[dt.date]:
    """Return the test snapshots."""
    return [dt.date.fromisoformat(each["as_of"]) for each in report["snapshots"]]


def slices(report: Mapping[str, Any]) -> pl.DataFrame:
    """Return the deciding metric by how often customers had come: ``slice``, ``rows``, then a column a candidate."""
    rows: dict[str, dict[str, Any]] = {}
    for name, candidate in report["candidates"].items():
        for label, each in candidate["slices"].items():
            rows.setdefault(label, {"slice": label, "rows": each["rows"]})[name] = each[report["metric"]]
    return pl.DataFrame(list(rows.values()))


def title(report: Mapping[str, Any]) -> str:
    """Return the deciding metric as an axis says it, with its unit and which way is better."""
    metric: str = report["metric"]
    return TITLES.get(metric, metric)


def claim(report: Mapping[str, Any]) -> str:
    """Return what the experiment found and on what evidence, in sentences that name it."""
    winner, snapshots = report["winner"], report["snapshots"]
    proven = winner != report["baseline"]
    verdict = f"Yes: {winner} is {report['why']}." if proven else f"Not proven: {winner} stays, as {report['why']}."
    customers = min(each["customers"] for each in snapshots)
    return (
        f"{report['question']} {verdict} Judged at {len(snapshots)} snapshots from {snapshots[0]['as_of']} to "
        f"{snapshots[-1]['as_of']} with at least {customers:,} customers each, in experiments/{report['experiment']}."
    )


def _interval(value: float | None, low: float | None, high: float | None) -> Interval:
    """Report files say null where a number is not defined."""
    return Interval(*(float("nan") if end is None else end for end in (value, low, high)))


def _lead(versus: Mapping[str, Any] | None) -> dict[str, Any]:
    if versus is None:
        return dict.fromkeys(("better_by", "better_by_low", "better_by_high", "snapshots_won"))
    return {
        "better_by": versus["better_by"],
        "better_by_low": versus["low"],
        "better_by_high": versus["high"],
        "snapshots_won": f"{versus['snapshots_won']} of {versus['snapshots']}",
    }
