"""Which items are worth ranking for a customer, and where each comes from."""

from regulars.estimators.recommend.candidates.extra import Extra
from regulars.estimators.recommend.candidates.kinds import (
    NAMES,
    SOURCES,
    Candidates,
    Limits,
    Plan,
    Sources,
    plan_of,
)
from regulars.estimators.recommend.candidates.past import Past, Shelf

__all__ = ["NAMES", "SOURCES", "Candidates", "Extra", "Limits", "Past", "Plan", "Shelf", "Sources", "plan_of"]
