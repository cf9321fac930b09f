"""Where forecasts put what happened: at the top of their list, in their quantiles, in their deciles."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from regulars.errors import DataError
from regulars.evaluation.plots.canvas import COLOURS, GREY, LINES, MARKERS, canvas, some

FloatArray = npt.NDArray[np.float64]

_POINTS = np.linspace(0.0, 1.0, 201)


def lift_plot(amounts: npt.ArrayLike, scores: Mapping[str, npt.ArrayLike], *, amount: str, title: str) -> Figure:
    """Return what share of an amount the top of each candidate's list holds, over how far the list is read.

    The diagonal is chance, the grey line a list sorted by what happened. Rows that tie count in proportion.

    Args:
        amounts: (n_rows,), what there was to be caught at each row, e.g. 1 for who churned, or the money spent.
        scores: candidate -> (n_rows,), higher is higher on the list.
        amount: what is caught, for the axis, e.g. "the customers that churned".
        title: what the figure says.

    Raises:
        DataError: no candidate, or the amounts do not add up to more than 0.
    """
    some(scores)
    caught = np.asarray(amounts, dtype=np.float64)
    if not caught.sum() > 0.0:
        raise DataError(f"there is nothing to be caught; a share of {amount} needs a total above 0")
    figure, axes = canvas(title, "Share of the list, from the top", f"Share of {amount}", width=5.8, height=5.2)
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle=":", label="chance")
    axes.plot(_POINTS, _caught(caught, caught), color=GREY, linewidth=2.4, alpha=0.5, label="knowing what happened")
    for index, (name, score) in enumerate(scores.items()):
        axes.plot(
            _POINTS, _caught(caught, np.asarray(score, dtype=np.float64)), label=name, linewidth=1.6,
            color=COLOURS[index % len(COLOURS)], linestyle=LINES[index % len(LINES)],
        )  # fmt: skip
    axes.set_xlim(0.0, 1.0)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.legend(frameon=False, loc="lower right")
    return figure


def pit_plot(
    histograms: Mapping[str, npt.ArrayLike], *, title: str = "Are the forecasts as sure as they should be?"
) -> Figure:
    """Return histograms of the probability integral transform, as steps; the dotted line is perfect.

    Args:
        histograms: candidate -> (n_bins,), shares of outcomes by equal parts of the forecast's probability, as
            :func:`regulars.evaluation.pit.shares` gives them.
        title: what the figure says.

    Raises:
        DataError: no candidate.
    """
    some(histograms)
    figure, axes = canvas(
        title, "Place of what happened among the forecast's quantiles (0 = sooner than ever expected)",
        "Share of outcomes", width=7.2,
    )  # fmt: skip
    highest = 0.0
    for index, (name, shares) in enumerate(histograms.items()):
        heights = np.asarray(shares, dtype=np.float64)
        highest = max(highest, float(heights.max()))
        edges = np.linspace(0.0, 1.0, len(heights) + 1)
        colour, line = COLOURS[index % len(COLOURS)], LINES[index % len(LINES)]
        axes.stairs(heights, edges, color=colour, linestyle=line, linewidth=1.8, label=name, baseline=None)
    perfect = 1.0 / len(heights)
    axes.axhline(perfect, color=GREY, linewidth=1.4, linestyle=":", label="perfect")
    axes.set(xlim=(0.0, 1.0), ylim=(0.0, 1.15 * max(highest, perfect)))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.legend(frameon=False)
    return figure


def decile_plot(
    actual: npt.ArrayLike,
    expected: Mapping[str, npt.ArrayLike],
    *,
    unit: str,
    title: str = "Do customers spend what was expected of them?",
) -> Figure:
    """Return mean actual over mean expected spend, in ten equal groups of customers by what was expected of them.

    On the diagonal forecasts come true; above it spend is underestimated. The axes are linear up to 1 and
    logarithmic beyond.

    Args:
        actual: (n_customers,), what they spent.
        expected: candidate -> (n_customers,).
        unit: of the money, e.g. "EUR".
        title: what the figure says.

    Raises:
        DataError: no candidate or no customer.
    """
    some(expected)
    spent = np.asarray(actual, dtype=np.float64)
    if len(spent) == 0:
        raise DataError("there is no customer to draw; look at the snapshot and its filters")
    figure, axes = canvas(
        title, f"Mean expected spend of a tenth of the customers ({unit})", f"Mean actual spend ({unit})",
        width=6.0, height=5.6,
    )  # fmt: skip
    tenths = {name: _deciles(spent, np.asarray(forecast, dtype=np.float64)) for name, forecast in expected.items()}
    for index, (name, points) in enumerate(tenths.items()):
        axes.plot(
            *points, label=name, color=COLOURS[index % len(COLOURS)], marker=MARKERS[index % len(MARKERS)],
            linestyle=LINES[index % len(LINES)], linewidth=1.2,
        )  # fmt: skip
    ends = [min(each.min() for each in tenths.values()), max(each.max() for each in tenths.values())]
    axes.plot(ends, ends, color=GREY, linewidth=1, linestyle=":", label="as expected")
    axes.set_xscale("symlog", linthresh=1.0)
    axes.set_yscale("symlog", linthresh=1.0)
    axes.legend(frameon=False)
    return figure


def _caught(amounts: FloatArray, scores: FloatArray) -> FloatArray:
    """Return the share of ``amounts`` in the top of the list, at each of _POINTS."""
    _, place = np.unique(-scores, return_inverse=True)
    rows, held = np.bincount(place), np.bincount(place, weights=amounts)
    along, share = (np.concatenate([[0.0], np.cumsum(each)]) / each.sum() for each in (rows, held))
    return np.asarray(np.interp(_POINTS, along, share), dtype=np.float64)


def _deciles(actual: FloatArray, expected: FloatArray) -> FloatArray:
    """Return (2, at most 10): mean expected and mean actual of equal groups, from the lowest expected."""
    groups = np.array_split(np.argsort(expected, kind="stable"), min(10, len(expected)))
    return np.array([[values[group].mean() for group in groups] for values in (expected, actual)])
