"""Hyper-parameter search on validation windows: found by Optuna, judged as experiments judge, reviewed like code."""

from regulars.search.adopt import adopt
from regulars.search.plan import Budget, Search, read
from regulars.search.record import record
from regulars.search.story import Asked, Found, ask, run
from regulars.search.study import Trial

__all__ = ["Asked", "Budget", "Found", "Search", "Trial", "adopt", "ask", "read", "record", "run"]
