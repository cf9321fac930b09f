"""Purchases and forecasts on one calendar."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib import dates
from matplotlib.figure import Figure

from regulars.errors import DataError
from regulars.evaluation.plots.canvas import COLOURS, GREY, canvas


@dataclass(frozen=True)
class Line:
    """One row of the calendar."""

    name: str
    """Its label."""
    bought: Sequence[dt.date]
    """Days of purchase that were known."""
    due: dt.date | None
    """When the next one was expected."""
    earliest: dt.date | None = None
    """The next purchase falls between this day ..."""
    latest: dt.date | None = None
    """... and this one with a probability of 80%; None beyond the horizon."""
    came: dt.date | None = None
    """When it came, where that is known."""


def calendar_plot(lines: Sequence[Line], as_of: dt.date, *, title: str = "When is it due?") -> Figure:
    """Return a row a line, from the top: dots for purchases, bar and diamond for the forecast, a cross for the truth.

    Args:
        lines: at least one.
        as_of: the first day that was not known; a dotted line.
        title: what the figure says.

    Raises:
        DataError: no line.
    """
    if not lines:
        raise DataError("there is nothing due to draw; look further ahead, or ask for less probable purchases")
    figure, axes = canvas(title, "Day", "", width=9.0, height=1.9 + 0.34 * len(lines))
    axes.axvline(_day(as_of), color=GREY, linewidth=1.2, linestyle=":", label=f"as of {as_of}")
    marks = (("bought", "o", COLOURS[0], 4.5), ("expected", "D", COLOURS[1], 6.0), ("came", "x", COLOURS[6], 8.0))
    locator = dates.AutoDateLocator(maxticks=8)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    for row, line in enumerate(lines):
        if line.earliest is not None and line.latest is not None:
            ends = [_day(line.earliest), _day(line.latest)]
            axes.plot(ends, [row, row], color=COLOURS[1], linewidth=6, alpha=0.3, solid_capstyle="butt")
        days = (line.bought, [line.due], [line.came])
        for (name, marker, colour, size), found in zip(marks, days, strict=True):
            shown = [_day(day) for day in found if day is not None]
            label = name if row == 0 or name == "came" else None
            if shown:
                axes.plot(shown, [row] * len(shown), marker, color=colour, label=label, markersize=size)
    axes.set_yticks(range(len(lines)), [line.name for line in lines])
    axes.set_ylim(len(lines) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    handles, labels = axes.get_legend_handles_labels()
    once = dict(zip(labels, handles, strict=True))
    figure.legend(list(once.values()), list(once), frameon=False, loc="outside lower center", ncols=len(once))
    return figure


def _day(day: dt.date) -> float:
    return float(dates.date2num(day))  # type: ignore[no-untyped-call]
