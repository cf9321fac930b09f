"""What is usual for a customer: by their own history where it knows, else among the train customers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from regulars.estimators.base import Bools, Floats
from regulars.features import Columns

RECENT_SHARES = {
    "new_item_share_90": ("new_item_share", 90),
    "discount_share_90": ("discount_share", 90),
    "deal_share_90": ("deal_share", 90),
    "return_share_180": ("return_share", 180),
    "web_share_90": ("web_share", 90),
}
"""Share of the last so many days -> the share of the whole history, and the days."""
DAYS_WINDOWS, SPEND_WINDOWS = (7, 14, 30, 90, 180, 365), (30, 90, 180, 365)

Own = Callable[[Columns], Floats]
"""Features, a column each -> the customer's own usual value of one of them, (rows,); NaN where nothing tells it."""


def _same(name: str, factor: float = 1.0) -> Own:
    return lambda rows: factor * rows[name]


def _visits(window: int) -> Own:
    """Repeat purchase days per day since the first purchase, over a window that the customer is known for longer."""

    def usual(rows: Columns) -> Floats:
        told = (rows["frequency"] > 0) & (rows["tenure"] > window)
        return np.where(told, rows["frequency"] / rows["tenure"] * window, np.nan)

    return usual


def _spent(window: int) -> Own:
    visits = _visits(window)
    return lambda rows: visits(rows) * rows["spend"]


def _steady(name: str) -> Own:
    return lambda rows: np.where((rows["frequency"] > 0) & ~np.isnan(rows[name]), 1.0, np.nan)


OWN: dict[str, Own] = {
    "recency": _same("gap_median"),  # away for the usual gap
    "gap_last": _same("gap_mean"),  # a gap against the mean of all
    "gap_smoothed": _same("gap_mean"),
    **{f"days_{window}": _visits(window) for window in DAYS_WINDOWS},  # the pace since the first purchase
    **{f"spend_{window}": _spent(window) for window in SPEND_WINDOWS},  # that pace at the mean spend of a day
    "spend_last": lambda rows: np.where(rows["frequency"] > 0, rows["spend"], np.nan),  # a day against the mean of all
    **{f"trend_{window}": _steady(f"trend_{window}") for window in (30, 90, 180)},  # 1 is the pace of before
    **{lately: _same(always) for lately, (always, _) in RECENT_SHARES.items()},  # lately against all the time
    "looks_30": _same("looks_90", 1 / 3),  # a month against the mean of three
}
"""Each feature with a counterpart in the customer's own history; the rest is compared with the train customers."""


@dataclass(frozen=True)
class Typical:
    """What is usual of one feature."""

    value: Floats
    """(rows,) NaN where neither the history nor the train customers tell."""
    own: Bools
    """(rows,) whether it is the customer's own."""


def typical(rows: Columns, feature: str, medians: Mapping[str, float]) -> Typical:
    """Return the usual value of a feature for each customer.

    Args:
        rows: every feature, a column each; NaN is "not known".
        feature: one of them.
        medians: of the train customers.
    """
    nothing = np.full(len(rows[feature]), np.nan)
    known = OWN[feature](rows) if feature in OWN else nothing
    own = ~np.isnan(known)
    return Typical(np.where(own, known, medians.get(feature, np.nan)), own)
