"""How many customers came back after a purchase, and from when on hardly anybody did."""

from collections.abc import Mapping

import numpy as np
import polars as pl
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from regulars.evaluation.plots.canvas import COLOURS, LINES, MARKERS, canvas, some


def back_plot(
    curves: Mapping[str, pl.DataFrame],
    flat_from: Mapping[str, int | None],
    *,
    title: str = "Who has been back, how long after a purchase?",
) -> Figure:
    """Return the share of customers back over the days since a purchase, a curve a group.

    A marker, whose day the legend says, stands where a curve has flattened.

    Args:
        curves: group -> ``days`` and ``share_back`` in [0, 1], in order.
        flat_from: group -> the day, None for no marker.
        title: what the figure says.

    Raises:
        DataError: no curve.
    """
    some(curves)
    figure, axes = canvas(title, "Days since the purchase", "Share of customers who bought again", width=8.0)
    for index, (name, curve) in enumerate(curves.items()):
        days, flat = curve["days"].to_numpy(), flat_from.get(name)
        axes.plot(
            days, curve["share_back"].to_numpy(), color=COLOURS[index % len(COLOURS)],
            linestyle=LINES[index % len(LINES)], linewidth=1.8, drawstyle="steps-post",
            marker=MARKERS[index % len(MARKERS)], markevery=[] if flat is None else [int(np.searchsorted(days, flat))],
            label=name if flat is None else f"{name}: flat from day {flat}",
        )  # fmt: skip
    axes.set_ylim(0.0, 1.02)
    axes.set_xlim(left=0.0)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.legend(frameon=False)
    return figure
