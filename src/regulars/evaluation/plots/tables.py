"""A table's columns as bars."""

from collections.abc import Sequence

import polars as pl
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from regulars.errors import DataError
from regulars.evaluation.plots.canvas import COLOURS, canvas

_MOST_TICKS = 16
"""Labels below upright bars; more would overlap."""
_HATCHES = ("", "///", "...", "xxx")
"""Patterns of the parts of a bar, so that a grey print tells them apart."""


def bar_plot(
    table: pl.DataFrame,
    label: str,
    value: str,
    *,
    title: str,
    unit: str,
    percent: bool = False,
    sideways: bool = False,
) -> Figure:
    """Return a bar a row, in the table's order: upright from the left, or sideways from the top.

    Args:
        table: at least one row.
        label: the column that names the bars; its name is the label of their axis.
        value: the numeric column that gives their length; a null leaves a gap.
        title: what the figure says.
        unit: the label of the value axis.
        percent: whether values are shares, to be shown as percentages.
        sideways: for long names.

    Raises:
        DataError: no rows.
    """
    if table.is_empty():
        raise DataError(f"there is no {label} to draw; the table has no rows")
    names, heights = [str(name) for name in table[label]], table[value].cast(pl.Float64).to_numpy()
    places = range(len(names))
    if sideways:
        figure, axes = canvas(title, unit, "", width=4.8 + 0.08 * max(map(len, names)), height=1.2 + 0.3 * len(names))
        axes.barh(places, heights, color=COLOURS[0])
        axes.set_yticks(places, names)
        axes.invert_yaxis()
    else:
        figure, axes = canvas(title, label.replace("_", " ").capitalize(), unit, width=8.0)
        axes.bar(places, heights, color=COLOURS[0])
        shown = places[:: -(-len(names) // _MOST_TICKS)]
        axes.set_xticks(shown, [names[place] for place in shown])
    along = axes.xaxis if sideways else axes.yaxis
    along.set_major_locator(MaxNLocator(nbins=6))
    if percent:
        along.set_major_formatter(PercentFormatter(1.0))
    axes.grid(visible=False, axis="y" if sideways else "x")
    return figure


def stacked_plot(table: pl.DataFrame, label: str, parts: Sequence[str], *, title: str, unit: str) -> Figure:
    """Return a bar a row, in the table's order from the left, made up of its parts from the bottom.

    Args:
        table: at least one row.
        label: the column that names the bars; its name is the label of their axis.
        parts: the numeric columns, shares of the same whole, >= 0; a null counts as 0.
        title: what the figure says.
        unit: the label of the value axis, which is shown in percent.

    Raises:
        DataError: no rows, or no parts.
    """
    if table.is_empty() or not parts:
        raise DataError(f"there is no {label} to draw; give a table with rows, and at least one part")
    figure, axes = canvas(title, label.replace("_", " ").capitalize(), unit, width=1.8 + 1.2 * table.height)
    places, bottom = range(table.height), pl.zeros(table.height, eager=True)
    for index, part in enumerate(parts):
        heights = table[part].cast(pl.Float64).fill_null(0.0)
        axes.bar(
            places, heights.to_numpy(), 0.7, bottom=bottom.to_numpy(), color=COLOURS[index % len(COLOURS)],
            hatch=_HATCHES[index % len(_HATCHES)], edgecolor="white", label=part,
        )  # fmt: skip
        bottom = bottom + heights
    axes.set_xticks(places, [str(name) for name in table[label]])
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.grid(visible=False, axis="x")
    figure.legend(frameon=False, loc="outside lower center", ncols=len(parts))
    return figure
