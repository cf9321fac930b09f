"""Single customers: what was forecast for each, and what happened."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from regulars import curves
from regulars.errors import DataError
from regulars.evaluation.plots.canvas import COLOURS, LINES, MARKERS, canvas, some


def customers_plot(
    survivals: Mapping[str, npt.ArrayLike], back_on: Sequence[int | None], *, title: str = "What was said of them?"
) -> Figure:
    """Return single customers' survival curves, each with a mark on the day of the next purchase.

    Args:
        survivals: who -> (horizon_days,), entry t - 1 is S(t) = P(no purchase in [as_of, as_of + t days)).
        back_on: in the same order, the day of the next purchase (1 is the day of as_of); None where there was none.
        title: what the figure says.

    Raises:
        DataError: no curve, arrays that are no survival curves, or not one day for each.
    """
    some(survivals)
    if len(back_on) != len(survivals):
        raise DataError(f"{len(survivals)} customers but {len(back_on)} days; give one each, or None")
    figure, axes = canvas(title, "Days since as_of", "Probability of not having been back", width=8.4)
    for index, ((name, survival), day) in enumerate(zip(survivals.items(), back_on, strict=True)):
        curve = np.append(1.0, curves.validated(np.atleast_2d(np.asarray(survival, dtype=np.float64)))[0])
        colour = COLOURS[index % len(COLOURS)]
        said = f"not back in {len(curve) - 1} days" if day is None else f"back on day {day}"
        axes.plot(
            curve, color=colour, linestyle=LINES[index % len(LINES)], linewidth=1.6, label=f"{name}: {said}",
            marker=MARKERS[index % len(MARKERS)], markersize=8, markevery=[len(curve) - 1 if day is None else day],
            markerfacecolor="white" if day is None else colour,
        )  # fmt: skip
    axes.set_ylim(0.0, 1.02)
    axes.set_xlim(left=0.0)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    figure.legend(frameon=False, loc="outside lower center")
    return figure
