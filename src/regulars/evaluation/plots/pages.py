"""Figures for the page of a comparison: drawn from a report, and narrow, so that a telephone shows them legibly.

They have no title, which the page's caption is; :func:`svg` turns any figure into an element of the page.
"""

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from regulars.evaluation.intervals import Interval
from regulars.evaluation.plots.canvas import COLOURS, GREY, LINES, MARKERS, canvas, some
from regulars.evaluation.plots.waterfall import waterfall_svg as svg

__all__ = ["course_plot", "forest_plot", "held_plot", "reliability_plot", "svg"]

_AHEAD, _BEHIND, _LEVEL = (COLOURS[0], "o"), (COLOURS[1], "s"), (GREY, "D")
WIDTH = 4.7
"""Of the figures, inches."""


def forest_plot(leads: Mapping[str, Interval], *, metric: str) -> Figure:
    """Return differences with their intervals, from top to bottom; 0 is a dotted line.

    What is ahead, what is behind and what holds 0 differ in colour and in marker.

    Args:
        leads: candidate -> lead and bounds, positive is better; NaN is not drawn.
        metric: the axis label: over whom, of what, and in which unit.

    Raises:
        DataError: no candidate.
    """
    some(leads)
    figure, axes = _narrow(f"{metric} (positive is better)", "", 1.0 + 0.42 * len(leads))
    axes.axvline(0.0, color=GREY, linewidth=1.2, linestyle=":")
    for row, each in enumerate(leads.values()):
        colour, marker = _AHEAD if each.low > 0.0 else _BEHIND if each.high < 0.0 else _LEVEL
        axes.plot([each.low, each.high], [row, row], color=colour, linewidth=2.4, alpha=0.6)
        axes.plot(each.value, row, color=colour, marker=marker, markersize=6)
    axes.set_yticks(range(len(leads)), [textwrap.fill(name, 26) for name in leads])
    axes.set_ylim(len(leads) - 0.5, -0.5)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5))
    axes.grid(visible=False, axis="y")
    return figure


def reliability_plot(bins: Mapping[str, Sequence[tuple[float, float, int]]], *, event: str) -> Figure:
    """Return what was seen over what was said, bin by bin; larger markers hold more rows.

    Args:
        bins: candidate -> (mean forecast, share that came true, rows) of each bin that holds a row.
        event: what was forecast, for the axes.

    Raises:
        DataError: no candidate.
    """
    some(bins)
    figure, axes = _narrow(f"Forecast: {event}", "Share that came true", 4.4)
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle=":", label="as forecast")
    for index, (name, rows) in enumerate(bins.items()):
        said, seen, n = (np.array(column, dtype=np.float64) for column in zip(*rows, strict=True))
        colour = COLOURS[index % len(COLOURS)]
        axes.plot(said, seen, color=colour, linestyle=LINES[index % len(LINES)], linewidth=1.4)
        size = 12 + 110 * np.sqrt(n / n.sum())
        axes.scatter(said, seen, s=size, color=colour, marker=MARKERS[index % len(MARKERS)], alpha=0.85, label=name)
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    _shares(axes)
    _legend(figure, len(bins))
    return figure


def held_plot(held: Mapping[str, Sequence[tuple[float, float]]], *, amount: str) -> Figure:
    """Return what share of an amount the top of each list holds; the dotted line is a list in no order.

    Args:
        held: candidate -> (share of the list, share of the amount); NaN leaves a gap.
        amount: what is held, for the axis.

    Raises:
        DataError: no candidate.
    """
    some(held)
    figure, axes = _narrow("Share of the list, from the top", f"Share of {amount}", 4.0)
    furthest = max(share for points in held.values() for share, _ in points)
    axes.plot([0, furthest], [0, furthest], color=GREY, linewidth=1, linestyle=":", label="no order")
    for index, (name, points) in enumerate(held.items()):
        axes.plot(
            *np.array([(0.0, 0.0), *points]).T, label=name, linewidth=1.5, markersize=5,
            color=COLOURS[index % len(COLOURS)], linestyle=LINES[index % len(LINES)],
            marker=MARKERS[index % len(MARKERS)],
        )  # fmt: skip
    _shares(axes)
    _legend(figure, len(held))
    return figure


def course_plot(values: Mapping[str, Sequence[float | None]], days: Sequence[str], *, metric: str) -> Figure:
    """Return each candidate's metric at every test snapshot.

    Args:
        values: candidate -> (n_snapshots,); None leaves a gap.
        days: (n_snapshots,), the days of the snapshots.
        metric: the axis label: name, unit, and which way is better.

    Raises:
        DataError: no candidate.
    """
    some(values)
    figure, axes = _narrow("Test snapshot (as_of)", metric, 3.8)
    for index, (name, each) in enumerate(values.items()):
        axes.plot(
            range(len(days)), np.array(each, dtype=np.float64), label=name, linewidth=1.4, markersize=5,
            color=COLOURS[index % len(COLOURS)], linestyle=LINES[index % len(LINES)],
            marker=MARKERS[index % len(MARKERS)],
        )  # fmt: skip
    axes.set_xticks(range(len(days)), list(days), rotation=30 if len(days) > 3 else 0)
    _legend(figure, len(values))
    return figure


def _narrow(xlabel: str, ylabel: str, height: float) -> tuple[Figure, Axes]:
    figure, axes = canvas("", textwrap.fill(xlabel, 40), textwrap.fill(ylabel, 38), width=WIDTH, height=height)
    axes.tick_params(labelsize=9)
    for axis in (axes.xaxis, axes.yaxis):
        axis.label.set_fontsize(9)
    return figure, axes


def _shares(axes: Axes) -> None:
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1.0))


def _legend(figure: Figure, n: int) -> None:
    figure.legend(frameon=False, loc="outside lower center", ncols=2 if n > 1 else 1, fontsize=8.5)
