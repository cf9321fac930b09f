"""What happened lately: counts and spend in windows, and their trends."""

import numpy as np

from regulars.features.past import Column, Columns, Past

WINDOWS = (30, 90, 180, 365)
SHORT = (7, 14)


def recent(past: Past) -> Columns:
    """Purchase days and spend in the last days before as_of, and their trends.

    A trend is (purchase days lately + 1/2) / (those before, scaled to as many days, + 1/2), so that it always exists.
    It is null until the customer has been known for longer than its recent window. Days before the first purchase count
    as days without one: until the customer has been known for both windows it is too high.

    Columns:
        days_7, days_14, days_30, days_90, days_180, days_365 (days, >= 0): purchase days in the last so many days
        spend_30, spend_90, spend_180, spend_365 (minor units, any): net amount in the last so many days
        trend_30 (ratio, > 0): the last 30 days over the 60 before; 1 is steady, more is speeding up
        trend_90 (ratio, > 0): the same, the last 90 days over the 90 before
        trend_180 (ratio, > 0): the same, the last 180 days over the 185 before

    Example:
        >>> from regulars.features.example import show
        >>> show(recent)
        days_7 0
        days_14 1
        days_30 2
        days_90 3
        days_180 3
        days_365 3
        spend_30 1100
        spend_90 2100
        spend_180 2100
        spend_365 2100
        trend_30 2.5
        trend_90 null
        trend_180 null
    """
    days = past.days
    return {
        **{f"days_{window}": days.count(window) for window in (*SHORT, *WINDOWS)},
        **{f"spend_{window}": days.total("amount", window) for window in WINDOWS},
        "trend_30": _trend(past, 30, 90),
        "trend_90": _trend(past, 90, 180),
        "trend_180": _trend(past, 180, 365),
    }


def _trend(past: Past, near: int, far: int) -> Column:
    """Return the rate of purchase days in the last ``near`` days over that in the rest of the last ``far``."""
    inside = past.days.count(near)
    before = (past.days.count(far) - inside) * (near / (far - near))
    return np.where(past.days.age_first() > near, (inside + 0.5) / (before + 0.5), np.nan)
