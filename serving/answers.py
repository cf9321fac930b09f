"""Wording: a row of scores becomes the parts of an answer. Pure functions; nothing here predicts."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from regulars.scoring import WITHIN_DAYS
from serving.contract import Churn, Evidence, NextPurchase, Reason, Warned
from serving.customer import Asked


def churn(row: Mapping[str, Any], because: Sequence[Reason]) -> Churn:
    """Return the risk that a customer stays away, from a row of :func:`regulars.scoring.score`."""
    days = row["horizon_days"]
    return {
        "probability": row["churn_probability"],
        "horizon_days": days,
        "definition": f"no purchase in the {days} days from as_of",
        "reasons": list(because),
    }


def next_purchase(row: Mapping[str, Any], asked: Asked) -> NextPurchase:
    """Return when a customer will be back, from a row of :func:`regulars.scoring.score`."""
    within = {str(days): row[f"probability_within_{days}"] for days in WITHIN_DAYS}
    return {
        "expected_date": row["expected_date"],
        "interval_80": (_date(row, "days_p10"), _date(row, "days_p90")),
        "probability_within_days": within,
        "overdue": overdue(asked),
    }


def _date(row: Mapping[str, Any], column: str) -> dt.date | None:
    """Return the date of a day number, of which 1 is as_of; null beyond the horizon."""
    day: int = row[column]
    as_of: dt.date = row["as_of"]
    return None if day > row["horizon_days"] else as_of + dt.timedelta(days=day - 1)


def overdue(asked: Asked) -> bool:
    """Return whether the customer has been away for longer than their own gap."""
    return bool(asked.features["overdue"].item() > 1)


def evidence(asked: Asked, source: str) -> Evidence:
    """Return how much an answer rests on."""
    tenure = int(asked.features["tenure"].item())
    return {
        "n_orders": int(asked.features["n_orders"].item()),
        "first_order": asked.as_of - dt.timedelta(days=tenure),
        "source": source,  # type: ignore[typeddict-item] # the estimators' classes name no other
    }


def stale(as_of: dt.date, data_through: dt.date) -> list[Warned]:
    """Return a warning where purchases of the last days may be missing."""
    missing = (as_of - data_through).days - 1
    if missing < 1:
        return []
    return [
        {
            "code": "STALE_DATA",
            "text": f"the data end {missing} days before as_of; purchases since then are unknown",
        }
    ]
