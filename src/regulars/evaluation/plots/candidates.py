"""Candidates side by side: their metrics, how sure these are, and how steady."""

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from regulars.evaluation.intervals import Interval
from regulars.evaluation.plots.canvas import COLOURS, GREY, LINES, MARKERS, canvas, some


def interval_plot(
    intervals: Mapping[str, Interval],
    *,
    metric: str,
    title: str,
    reference: float | None = None,
) -> Figure:
    """Return one dot with its interval for each candidate, from top to bottom in the given order.

    Args:
        intervals: candidate -> value and bounds; bounds of NaN are not drawn.
        metric: the axis label: name, unit, and which way is better, e.g. "CRPS (days; lower is better)".
        title: what the figure says.
        reference: where to draw a dotted line: a baseline's value, or 0 for differences.

    Raises:
        DataError: no candidate.
    """
    some(intervals)
    figure, axes = canvas(title, metric, "", height=1.6 + 0.42 * len(intervals))
    if reference is not None:
        axes.axvline(reference, color=GREY, linewidth=1.2, linestyle=":")
    for row, interval in enumerate(intervals.values()):
        axes.plot([interval.low, interval.high], [row, row], color=COLOURS[0], linewidth=2, alpha=0.6)
        axes.plot(interval.value, row, color=COLOURS[0], marker="o", markersize=6)
        axes.annotate(
            f"{interval.value:#.3g}",
            (interval.value, row),
            xytext=(0, 6),
            textcoords="offset points",
            ha="center",
            fontsize=8,
        )
    axes.set_yticks(range(len(intervals)), list(intervals))
    axes.set_ylim(len(intervals) - 0.4, -0.7)
    axes.grid(visible=False, axis="y")
    return figure


def ranking_plot(
    metrics: Mapping[str, Mapping[str, float]], *, title: str = "Which list holds what is bought next?"
) -> Figure:
    """Return grouped bars, one group a metric and one bar a candidate; higher is better.

    Args:
        metrics: candidate -> metric name -> value in [0, 1]; the first candidate's names are drawn, a
            name that another lacks and a NaN leave a gap.
        title: what the figure says.

    Raises:
        DataError: no candidate.
    """
    some(metrics)
    names = list(next(iter(metrics.values())))
    figure, axes = canvas(title, "", "Mean over customers (0 to 1, higher is better)", width=1.8 + 1.3 * len(names))
    width = 0.8 / len(metrics)
    for index, (candidate, values) in enumerate(metrics.items()):
        heights = [values.get(name, float("nan")) for name in names]
        left = np.arange(len(names)) - 0.4 + width * (index + 0.5)
        bars = axes.bar(left, heights, width * 0.92, color=COLOURS[index % len(COLOURS)], label=candidate)
        labels = ["" if np.isnan(height) else f"{height:.3f}" for height in heights]
        axes.bar_label(bars, labels=labels, fontsize=7, padding=1, rotation=90 if len(metrics) > 3 else 0)
    axes.set_xticks(range(len(names)), [name.replace("_at_", "@").replace("_", " ") for name in names])
    axes.grid(visible=False, axis="x")
    axes.margins(y=0.15)
    axes.legend(frameon=False)
    return figure


def snapshot_plot(
    metrics: Mapping[str, Sequence[float | None]], as_of: Sequence[dt.date], *, metric: str, title: str
) -> Figure:
    """Return each candidate's metric at every test snapshot: whether a lead lasts.

    Args:
        metrics: candidate -> (n_snapshots,), None and NaN leave a gap.
        as_of: (n_snapshots,), the instants.
        metric: the axis label: name, unit, and which way is better.
        title: what the figure says.

    Raises:
        DataError: no candidate.
    """
    some(metrics)
    figure, axes = canvas(title, "Test snapshot (as_of)", metric)
    days = np.array(as_of, dtype="datetime64[D]")
    for index, (name, values) in enumerate(metrics.items()):
        axes.plot(
            days, np.array(values, dtype=np.float64), color=COLOURS[index % len(COLOURS)], label=name,
            marker=MARKERS[index % len(MARKERS)], linestyle=LINES[index % len(LINES)], linewidth=1.4,
        )  # fmt: skip
    axes.set_xticks(days, [str(day) for day in days])
    axes.legend(frameon=False)
    return figure
