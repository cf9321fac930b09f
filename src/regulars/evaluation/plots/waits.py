"""How long groups of customers stayed away, and what was said of them."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from sksurv.nonparametric import kaplan_meier_estimator

from regulars import curves
from regulars.errors import DataError
from regulars.evaluation.plots.canvas import COLOURS, MARKERS, canvas, some

Group = tuple[npt.ArrayLike, npt.ArrayLike, npt.ArrayLike]
"""(customers,) days to the next purchase or watched without one; (customers,) whether it was seen; (customers,
horizon_days) survival."""


def group_survival_plot(
    groups: Mapping[str, Group], *, title: str = "Does each kind of customer come back as was said?"
) -> Figure:
    """Return two curves a group in one colour: solid what was seen (Kaplan-Meier), dashed what was said of them.

    Args:
        groups: name -> what became of the group's customers, and their forecast as of the same day.
        title: what the figure says.

    Raises:
        DataError: no group, a group without customers, or arrays that are no survival curves.
    """
    some(groups)
    figure, axes = canvas(title, "Days since as_of", "Share of customers not back yet", width=8.0)
    for index, (name, (duration, observed, survival)) in enumerate(groups.items()):
        last, seen = np.asarray(duration, dtype=np.float64), np.asarray(observed, dtype=np.bool_)
        if len(last) == 0 or last.shape != seen.shape:
            raise DataError(f"{name}: duration {last.shape} and observed {seen.shape} need one row a customer")
        days, share = kaplan_meier_estimator(seen, last)
        colour = COLOURS[index % len(COLOURS)]
        axes.step(
            [0.0, *days], [1.0, *share], where="post", color=colour, linewidth=1.8, label=f"{name} ({len(last):,})",
            marker=MARKERS[index % len(MARKERS)], markevery=max(1, len(days) // 8),
        )  # fmt: skip
        said = np.append(1.0, curves.validated(survival).mean(axis=0))
        axes.plot(said, color=colour, linewidth=1.4, linestyle="--")
    axes.set_ylim(0.0, 1.02)
    axes.set_xlim(left=0.0)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.legend(frameon=False, title="solid: what was seen; dashed: the model", title_fontsize=9)
    return figure
