"""The only door to MLflow: runs, the registry, and the model from code."""

from regulars.tracking.registry import Champion, Registry
from regulars.tracking.runs import ParentRun, Tracker

__all__ = ["Champion", "ParentRun", "Registry", "Tracker"]
