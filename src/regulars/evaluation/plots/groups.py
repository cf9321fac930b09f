"""Candidates side by side in groups: slice by slice, or snapshot by snapshot."""

from collections.abc import Mapping

from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from regulars.evaluation.intervals import Interval
from regulars.evaluation.plots.canvas import COLOURS, GREY, MARKERS, canvas, some


def grouped_plot(
    series: Mapping[str, Mapping[str, Interval]],
    *,
    metric: str,
    title: str,
    reference: float | None = None,
    percent: bool = False,
    width: float = 7.2,
) -> Figure:
    """Return a dot with its interval for each candidate in each group, groups from top to bottom.

    With leads for intervals, snapshots for groups and 0 for a reference it is a forest plot.

    Args:
        series: candidate -> group -> value and bounds; the groups of the first candidate come first. Values of NaN and
            bounds of NaN are not drawn.
        metric: the axis label: name, unit, and which way is better.
        title: what the figure says.
        reference: where to draw a dotted line: 0 for differences.
        percent: whether values are shares, to be shown as percentages.
        width: of the figure, inches.

    Raises:
        DataError: no candidate.
    """
    some(series)
    groups = list(dict.fromkeys(group for intervals in series.values() for group in intervals))
    step = 0.7 / len(series)
    figure, axes = canvas(title, metric, "", width=width, height=1.8 + len(groups) * (0.3 + 0.16 * len(series)))
    if reference is not None:
        axes.axvline(reference, color=GREY, linewidth=1.2, linestyle=":")
    for index, (name, intervals) in enumerate(series.items()):
        places = [groups.index(group) - 0.35 + step * (index + 0.5) for group in intervals]
        colour = COLOURS[index % len(COLOURS)]
        for place, each in zip(places, intervals.values(), strict=True):
            axes.plot([each.low, each.high], [place, place], color=colour, linewidth=2, alpha=0.6)
        values = [each.value for each in intervals.values()]
        axes.plot(
            values, places, color=colour, marker=MARKERS[index % len(MARKERS)], markersize=5, linestyle="", label=name
        )
    axes.set_yticks(range(len(groups)), groups)
    axes.set_ylim(len(groups) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")
    if percent:
        axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    figure.legend(frameon=False, loc="outside lower center", ncols=min(len(series), 3 if width > 6 else 2))
    return figure
