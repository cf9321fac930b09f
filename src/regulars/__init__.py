"""From a shop's purchases to churn risk, return dates and offers."""

from importlib.metadata import version

__version__ = version("regulars")
