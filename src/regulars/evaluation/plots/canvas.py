"""What every figure has in common: its frame, its colours and marks, its refusal to draw nothing."""

import textwrap
from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from regulars.errors import DataError

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
LINES = ("-", "--", "-.", ":")
GREY = "#6b6b6b"


def canvas(title: str, xlabel: str, ylabel: str, *, width: float = 6.4, height: float = 4.8) -> tuple[Figure, Axes]:
    """Return a new figure and its axes, titled, labelled and lightly framed."""
    figure = Figure(figsize=(width, height), dpi=120, layout="constrained")
    axes = figure.add_subplot()
    axes.set(title=textwrap.fill(title, round(10 * width)), xlabel=xlabel, ylabel=ylabel)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    return figure, axes


def some(candidates: Mapping[str, object]) -> None:
    """Raise DataError where there is nothing to draw."""
    if not candidates:
        raise DataError("there is no candidate to draw; give at least one")
