"""Wording: a row of scores becomes the parts of an answer. Pure functions; nothing here predicts."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from regulars.scoring import WITHIN_DAYS
from serving import money
from serving.contract import Churn, Evidence, NextPurchase, Reason, Spend, Standing, Task, Warned, Whole

TASKS: tuple[Task, ...] = get_args(Task)
"""All that can be wanted."""

FEATURES = ("overdue", "tenure", "n_orders")
"""The features that the wording needs beside the scores."""


def whole(row: Mapping[str, Any], known: Mapping[str, Any], currency: str) -> Whole:
    """Return all that can be said of a customer, without reasons.

    Args:
        row: of :func:`regulars.scoring.score`.
        known: the customer's :data:`FEATURES`.
        currency: of the shop.
    """
    return {
        "churn": _churn(row),
        "next_purchase": _next_purchase(row, overdue=overdue(known)),
        "spend": _spend(row, currency),
        "evidence": _evidence(row, known),
    }


def chosen(said: Whole, want: Sequence[Task] | None, reasons: Sequence[Reason]) -> Standing:
    """Return what of ``said`` is wanted, None: all that is known, with the reasons of the churn probability."""
    found: Standing = {"evidence": said["evidence"]}
    want = [task for task in TASKS if task != "spend" or said["spend"] is not None] if want is None else want
    if "churn" in want:
        found["churn"] = {**said["churn"], "reasons": list(reasons)}
    if "next_purchase" in want:
        found["next_purchase"] = said["next_purchase"]
    if "spend" in want:
        found["spend"] = said["spend"]
    return found


def warnings(found: Standing | Whole) -> list[Warned]:
    """Return what the reader should know before acting on an answer."""
    told: list[Warned] = []
    if found["evidence"]["n_orders"] == 1:
        text = "one order so far; the answer rests on what customers alike do"
        told.append({"code": "LITTLE_EVIDENCE", "text": text})
    if "next_purchase" in found and None in (
        found["next_purchase"]["expected_date"],
        *found["next_purchase"]["interval_80"],
    ):
        text = "a date that is null lies beyond the days the model looks ahead"
        told.append({"code": "BEYOND_HORIZON", "text": text})
    if "spend" in found and found["spend"] is None:
        text = "no champion tells what customers will spend; train one with: regulars train --task spend"
        told.append({"code": "NO_MODEL", "text": text})
    return told


def stale(asked: dt.date, data_through: dt.date) -> list[Warned]:
    """Return a warning where purchases of the last days before the day of the question may be missing."""
    missing = (asked - data_through).days - 1
    if missing < 1:
        return []
    text = f"the data end {missing} days before {asked}; purchases since then are unknown"
    return [{"code": "STALE_DATA", "text": text}]


def overdue(known: Mapping[str, Any]) -> bool:
    """Return whether a customer has been away for longer than their own gap."""
    return bool(known["overdue"] > 1)


def _churn(row: Mapping[str, Any]) -> Churn:
    days = row["horizon_days"]
    return {
        "probability": row["churn_probability"],
        "horizon_days": days,
        "definition": f"no purchase in the {days} days from as_of",
        "reasons": [],
    }


def _next_purchase(row: Mapping[str, Any], *, overdue: bool) -> NextPurchase:
    within = {str(days): row[f"probability_within_{days}"] for days in WITHIN_DAYS}
    return {
        "expected_date": row["expected_date"],
        "interval_80": (_date(row, "days_p10"), _date(row, "days_p90")),
        "probability_within_days": within,
        "overdue": overdue,
    }


def _date(row: Mapping[str, Any], column: str) -> dt.date | None:
    """Return the date of a day number, of which 1 is as_of; null beyond the horizon."""
    day: int = row[column]
    as_of: dt.date = row["as_of"]
    return None if day > row["horizon_days"] else as_of + dt.timedelta(days=day - 1)


def _spend(row: Mapping[str, Any], currency: str) -> Spend | None:
    if row["expected_spend"] is None:
        return None
    expected, low, high = (
        money.text(round(row[name]), currency) for name in ("expected_spend", "spend_p10", "spend_p90")
    )
    return {
        "horizon_days": row["horizon_days"],
        "expected": expected,
        "interval_80": (low, high),
        "currency": currency,
    }


def _evidence(row: Mapping[str, Any], known: Mapping[str, Any]) -> Evidence:
    first: dt.date = row["as_of"] - dt.timedelta(days=int(known["tenure"]))
    return {"n_orders": int(known["n_orders"]), "first_order": first, "source": row["source"]}
