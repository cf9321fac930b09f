"""Reasons: what moves a customer's churn probability, told by what would change it. See docs/reasons.md."""

from regulars.reasons.explaining import CALENDAR, SPOKEN_BY, Reason, explain, theme
from regulars.reasons.typical import OWN, Typical, typical
from regulars.reasons.whatif import changed, possible

__all__ = [
    "CALENDAR",
    "OWN",
    "SPOKEN_BY",
    "Reason",
    "Typical",
    "changed",
    "explain",
    "possible",
    "theme",
    "typical",
]
