"""The only door to MLflow: runs, the registry, and the model from code."""

from regulars.tracking.journal import NOBODY, Change, Entry, Journal, Named, Stint
from regulars.tracking.registry import Champion, Registry
from regulars.tracking.runs import ParentRun, Tracker

__all__ = [
    "NOBODY",
    "Champion",
    "Change",
    "Entry",
    "Journal",
    "Named",
    "ParentRun",
    "Registry",
    "Stint",
    "Tracker",
]
