"""What if: a customer with one feature at another value, and what follows from that."""

from collections.abc import Callable

import numpy as np

from regulars.estimators.base import Bools, Floats
from regulars.features import Columns, ratio
from regulars.features.rhythm import PRIOR_GAP_DAYS
from regulars.reasons.typical import DAYS_WINDOWS, RECENT_SHARES, SPEND_WINDOWS


def changed(rows: Columns, feature: str, to: Floats) -> Columns:
    """Return the customers as they would be with ``feature`` at ``to``.

    Recency moves the day of asking: the purchases stay where they are, so tenure moves along, and a window of the last
    days holds a purchase where it reaches back to the last one. Visits or spend in a window without a purchase bring
    the last one into it. Features that are made of others are worked out again; the rest stays as it was.

    Args:
        rows: every feature, a column each; NaN is "not known". They are not changed.
        feature: one of them.
        to: (rows,) its new value.
    """
    out = {**rows, **_moves(rows, feature, to)}
    out[feature] = to
    for name, (inputs, work_out) in DERIVED.items():
        if name != feature:
            moved = np.logical_or.reduce([_differ(out[each], rows[each]) for each in inputs])
            out[name] = np.where(moved, work_out(*(out[each] for each in inputs)), out[name])
    return out


def possible(rows: Columns) -> Bools:
    """Return whether there can be such customers, (rows,): who came once was first seen when they were last seen."""
    recency, tenure = rows["recency"], rows["tenure"]
    lived = np.where(rows["frequency"] == 0, tenure == recency, tenure > recency)
    return (recency >= 1) & (rows["frequency"] >= 0) & lived


def _moves(rows: Columns, feature: str, to: Floats) -> Columns:
    """Return the features that must move along, but for those that are made of others."""
    if feature in MOVES:
        return MOVES[feature](rows, to)
    what, _, window = feature.partition("_")
    if what == "days":
        return _visited(rows, int(window), to)
    if what == "spend" and window.isdigit():
        recency = np.where(to != 0, np.minimum(rows["recency"], int(window)), rows["recency"])
        return _asked_later(rows, recency)
    return {}


def _asked_later(rows: Columns, recency: Floats) -> Columns:
    """Move the day of asking, so that the last purchase is ``recency`` days back."""
    once = rows["tenure"] == rows["recency"]
    out = {"recency": recency, "tenure": np.where(once, recency, rows["tenure"] + (recency - rows["recency"]))}
    for window in DAYS_WINDOWS:
        visits = rows[f"days_{window}"]
        out[f"days_{window}"] = np.where(recency <= window, np.maximum(visits, 1), 0)
    for window in SPEND_WINDOWS:
        spent = np.where(rows[f"days_{window}"] == 0, rows["spend_last"], rows[f"spend_{window}"])
        out[f"spend_{window}"] = np.where(recency <= window, spent, 0)
    for lately, (always, window) in RECENT_SHARES.items():
        share = np.where(rows[f"days_{window}"] == 0, rows[always], rows[lately])
        out[lately] = np.where(recency <= window, share, np.nan)
    return out


def _visited(rows: Columns, window: int, to: Floats) -> Columns:
    """Put ``to`` purchase days into a window; a longer one holds at least these, a shorter one at most."""
    recency = rows["recency"]
    out = _asked_later(rows, np.where(to > 0, np.minimum(recency, window), np.maximum(recency, window + 1)))
    for other in DAYS_WINDOWS:
        limit = np.maximum if other > window else np.minimum
        out[f"days_{other}"] = limit(out[f"days_{other}"], to)
    return out


def _ordered(rows: Columns, to: Floats) -> Columns:
    """Change how often customers ordered: purchase days go along."""
    frequency = to * (rows["frequency"] + 1) / rows["n_orders"] - 1
    return {**_came_back(rows, frequency), "frequency": frequency}


def _came_back(rows: Columns, to: Floats) -> Columns:
    """Change how often customers came back: orders go along, and who came once is given a past at one gap a month."""
    once = rows["frequency"] == 0
    return {
        "n_orders": rows["n_orders"] * (to + 1) / (rows["frequency"] + 1),
        "tenure": np.where(once, rows["recency"] + to * PRIOR_GAP_DAYS, rows["tenure"]),
        **{f"days_{window}": np.minimum(rows[f"days_{window}"], to + 1) for window in DAYS_WINDOWS},
    }


def _paid(feature: str, *others: str) -> Callable[[Columns, Floats], Columns]:
    """Means of the same money: one moves the others in proportion."""

    def moves(rows: Columns, to: Floats) -> Columns:
        scale = ratio(to, rows[feature])
        return {name: np.where(np.isnan(scale), rows[name], rows[name] * scale) for name in others}

    return moves


def _differ(one: Floats, other: Floats) -> Bools:
    return np.asarray((one != other) & ~(np.isnan(one) & np.isnan(other)))


def _trend(near: int, far: int) -> Callable[..., Floats]:
    return lambda tenure, inside, both: np.where(
        tenure > near, (inside + 0.5) / (np.maximum(both - inside, 0) * (near / (far - near)) + 0.5), np.nan
    )


def _weekend(saturday: Floats, sunday: Floats, frequency: Floats) -> Floats:
    n = frequency + 1
    return np.clip(((saturday + sunday) * (n + 1) - 2 / 7) / n, 0, 1)


MOVES: dict[str, Callable[[Columns, Floats], Columns]] = {
    "recency": _asked_later,
    "frequency": _came_back,
    "n_orders": _ordered,
    "spend": _paid("spend", "basket_value", "line_value"),
    "basket_value": _paid("basket_value", "spend", "line_value"),
}
"""Feature -> what moves along with it, beside the windows of the last days."""

DERIVED: dict[str, tuple[tuple[str, ...], Callable[..., Floats]]] = {
    "gap_mean": (("tenure", "recency", "frequency"), lambda tenure, recency, n: ratio(tenure - recency, n)),
    "gap_shrunk": (("tenure", "frequency"), lambda tenure, frequency: (tenure + PRIOR_GAP_DAYS) / (frequency + 1)),
    "overdue": (("recency", "gap_shrunk"), lambda recency, gap: recency / gap),
    "regularity": (("gap_mean", "gap_std"), lambda mean, std: mean * mean / (std * std + 1)),
    "trend_30": (("tenure", "days_30", "days_90"), _trend(30, 90)),
    "trend_90": (("tenure", "days_90", "days_180"), _trend(90, 180)),
    "trend_180": (("tenure", "days_180", "days_365"), _trend(180, 365)),
    "weekend_share": (("weekday_6", "weekday_7", "frequency"), _weekend),
}
"""Features made of others, in an order that ends with what is made of the rest: inputs, and how."""
