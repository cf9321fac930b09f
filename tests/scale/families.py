"""Features of somebody's own, for workers to compute."""

from regulars.features import Columns, Past


def spell(past: Past) -> Columns:
    """Days from the first purchase to the last."""
    return {"spell": past.days.age_first() - past.days.age()}
