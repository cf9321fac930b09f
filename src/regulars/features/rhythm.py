"""How regularly a customer comes, and how late they are."""

import numpy as np

from regulars.features.past import Column, Columns, Past, ratio

PRIOR_GAP_DAYS = 30
"""One purchase a month: what a customer without history is taken to do, with the weight of one gap."""
SMOOTHED = 20
"""Gaps that the smoothed gap looks at; older ones would weigh under one percent of all."""


def rhythm(past: Past) -> Columns:
    """Gaps between purchase days; one-time buyers have none, so all but gap_shrunk and overdue is null for them.

    Columns:
        gap_mean (days, >= 1): mean gap between two purchase days
        gap_median (days, >= 1): median gap
        gap_std (days, >= 0): standard deviation of the gaps; null under three purchase days
        gap_max (days, >= 1): longest gap
        gap_last (days, >= 1): latest gap
        gap_smoothed (days, >= 1): mean of the last 20 gaps, each weighing 0.8 of the next newer one
        gap_shrunk (days, > 0): (tenure + 30) / (frequency + 1), the mean gap shrunk to one purchase a month
        overdue (gaps, > 0): recency / gap_shrunk; 1 is about due, more is late
        regularity (index, > 0): gap_mean^2 / (gap_std^2 + 1); 1 is random, more is clockwork; null where gap_std is

    References:
        Platzer & Reutterer (2016), Ticking away the moments, Marketing Science 35(5), for regularity.

    Example:
        >>> from regulars.features.example import show
        >>> show(rhythm)
        gap_mean 15
        gap_median 15
        gap_std 7.071
        gap_max 20
        gap_last 20
        gap_smoothed 15.556
        gap_shrunk 23.333
        overdue 0.429
        regularity 4.412
    """
    gaps = past.gaps
    mean, std = gaps.mean("days"), gaps.std("days")
    shrunk = (past.days.age_first() + PRIOR_GAP_DAYS) / past.days.count()
    return {
        "gap_mean": mean,
        "gap_median": gaps.median("days"),
        "gap_std": std,
        "gap_max": gaps.highest("days"),
        "gap_last": gaps.last("days"),
        "gap_smoothed": _smoothed(gaps.latest("days", SMOOTHED)),
        "gap_shrunk": shrunk,
        "overdue": past.days.age() / shrunk,
        "regularity": mean * mean / (std * std + 1),
    }


def _smoothed(gaps: list[Column]) -> Column:
    """Return the mean of gaps, the latest first, each weighing 0.8 of the one before."""
    total, weight = np.zeros(len(gaps[0])), np.zeros(len(gaps[0]))
    for back, gap in enumerate(gaps):
        there = ~np.isnan(gap)
        total += np.where(there, gap, 0) * 0.8**back
        weight += there * 0.8**back
    return ratio(total, weight)
