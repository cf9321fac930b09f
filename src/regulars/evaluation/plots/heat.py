"""Two ways in which customers differ, and how many or how good they are: a map."""

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import polars as pl
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from regulars.errors import DataError
from regulars.evaluation.plots.canvas import canvas

Floats = npt.NDArray[np.float64]

SHADES = "cividis"
"""A scale of colours from dark (low) to light (high) that colour-blind readers and a grey print keep in order."""
_FONT, _MOST_ROWS = 8, 24


def heat_plot(
    table: pl.DataFrame,
    columns: tuple[str, str, str],
    *,
    axes: tuple[str, str],
    unit: str,
    title: str,
    percent: bool = False,
) -> Figure:
    """Return a grid of cells, coloured by their value and saying it; pairs that the table does not hold stay white.

    Rows stand from the top and columns from the left in the order in which the table has them, an Enum's in its own.

    Args:
        table: one row a cell.
        columns: the columns of ``table`` that say the row of a cell, its column and its value; a null is not drawn.
        axes: what rows and what columns are, with their units.
        unit: what a cell says, for the scale of colours.
        title: what the figure says.
        percent: whether values are shares, to be shown as percentages.

    Raises:
        DataError: no cell, or two cells in one place.
    """
    rows, along, cells = _grid(table, *columns)
    width, height = max(6.4, 2.6 + 0.56 * len(along)), 1.7 + 0.34 * min(len(rows), _MOST_ROWS)
    figure, drawn = canvas(title, axes[1], axes[0], width=width, height=height)
    drawn.grid(visible=False)
    image = drawn.imshow(cells, cmap=SHADES, aspect="auto")
    drawn.set_xticks(range(len(along)), along)
    drawn.set_yticks(range(len(rows)), rows)
    pattern = "{:.0%}" if percent else "{:,.0f}"
    middle = (np.nanmin(cells) + np.nanmax(cells)) / 2
    for down, across in np.argwhere(~np.isnan(cells)):
        number = cells[down, across]
        ink = "black" if number > middle else "white"
        drawn.text(across, down, pattern.format(number), ha="center", va="center", fontsize=_FONT, color=ink)
    figure.colorbar(image, ax=drawn, label=unit, format=FuncFormatter(lambda number, _: pattern.format(number)))
    return figure


def shades(parts: Floats) -> Floats:
    """Return the colours of numbers in [0, 1] on the scale, (n, 4)."""
    return np.asarray(mpl.colormaps[SHADES](parts), dtype=np.float64)


def _grid(table: pl.DataFrame, row: str, column: str, value: str) -> tuple[list[str], list[str], Floats]:
    """Return the names of the rows and of the columns, and the cells (rows, columns); NaN where there is none."""
    if table.is_empty() or table[value].null_count() == table.height:
        raise DataError(f"there is no {value} to draw; the table has no rows")
    if table.select(row, column).is_duplicated().any():
        raise DataError(f"two rows of the table share their {row} and {column}; give each cell once")
    rows, columns = _order(table[row]), _order(table[column])
    cells = np.full((len(rows), len(columns)), np.nan)
    places = zip(table[row].cast(pl.String), table[column].cast(pl.String), strict=True)
    for (down, along), number in zip(places, table[value].cast(pl.Float64).to_numpy(), strict=True):
        cells[rows.index(down), columns.index(along)] = number
    return rows, columns, cells


def _order(names: pl.Series) -> list[str]:
    """Return the different names: an Enum's in its own order, others as they come first."""
    found = names.unique(maintain_order=True)
    return (found.sort() if isinstance(names.dtype, pl.Enum) else found).cast(pl.String).to_list()
