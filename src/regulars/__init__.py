"""From a shop's purchases to churn risk, return dates and offers."""

from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

__version__ = version("regulars")


def compare(*names: "str | Path") -> "pd.DataFrame":
    """Return the candidates of experiments side by side, best first: a DataFrame that a notebook shows with intervals.

    A row a candidate; the index is its name. ``metric``, ``low`` and ``high`` are the metric that decides and its 95%
    interval over customers; ``lead``, ``lead_low`` and ``lead_high`` how far it is ahead of the baseline (positive is
    better), ``snapshots_won`` in how many snapshots; ``seconds`` a fit and ``mb`` the model takes, NaN where no run in
    MLflow knows; ``standing`` is to the best, ``winner`` whether it won.

    Args:
        names: MLflow run ids, folders of experiments or their names; without any, the newest of each task.

    Raises:
        MissingError: there is no such experiment, or it has no report yet.
        ConfigError: a report is of an older format, or two experiments on the same task did not ask the same of the
            same customers.
    """
    from regulars import comparing  # noqa: PLC0415 - so that `import regulars` stays quick
    from regulars.home import Home  # noqa: PLC0415

    return comparing.frame(comparing.boards(comparing.find(names, Home.resolve())))


__all__ = ["__version__", "compare"]
