"""What came in, what each step added or took, and what is left: a waterfall, from top to bottom."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from io import StringIO

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from regulars.errors import DataError
from regulars.evaluation.plots.canvas import COLOURS, GREY

_TOTAL, _LOSS, _GAIN = COLOURS[0], COLOURS[1], COLOURS[2]
_SMALL = 0.02
"""A step below this share of the longest bar can hardly be seen beside it, and is drawn again, enlarged."""
_ROW = 0.34
_NO_CENTS = re.compile(r"\.0+$")
_ID = re.compile(r' id="([^"]*)"')
_NOT_IN_A_PAGE = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<metadata>.*?</metadata>", re.DOTALL)


@dataclass(frozen=True)
class Fall:
    """One bar."""

    name: str
    """Its label."""
    value: int
    """What the step adds (negative: takes away), or for a total what is there by then."""
    total: bool = False
    """True for what is there by then."""


def waterfall_plot(falls: Sequence[Fall], *, unit: str, title: str = "", scale: int = 1, places: int = 0) -> Figure:
    """Return the bars from top to bottom: totals from 0, each step from where the one before it ended.

    Numbers stand at every bar. Steps too short to be seen beside the longest bar are drawn once more on the right, by
    themselves and enlarged; there a longer bar is broken.

    Args:
        falls: at least one.
        unit: the label of the axis.
        title: what the figure says; leave it out where a caption does.
        scale: how much of ``value`` makes one unit: 100 for cents and euros.
        places: decimals of the numbers at the bars.

    Raises:
        DataError: no bar.
    """
    if not falls:
        raise DataError("there is no step to draw; give at least one")

    def written(value: float) -> str:
        return f"{value / scale:,.{places}f}".replace("-", "\N{MINUS SIGN}")

    spans = _spans(falls)
    near = _enlarged(falls, max(abs(end) for span in spans for end in span))
    figure = Figure(figsize=(10.0 if near else 7.6, 1.5 + _ROW * len(falls)), dpi=120, layout="constrained")
    panels = figure.subplots(1, 2 if near else 1, sharey=True, squeeze=False, width_ratios=[2.2, 1] if near else None)[
        0
    ]
    if title:
        figure.suptitle(title)
    _frame(panels[0], unit, falls, written)
    _draw_all(panels[0], falls, spans, written)
    if near:
        _frame(panels[1], f"{unit}, each step by itself, enlarged", falls, written)
        _draw_near(panels[1], falls, near, written)
    return figure


def waterfall_svg(figure: Figure, alt: str) -> str:
    """Return a figure as an ``<svg>`` element for an HTML page: the same bytes for the same figure.

    Text stays text, in the colour and the font of the page. Ids are left out, but for those the drawing refers to,
    so that a page may hold several.

    Args:
        figure: what to draw.
        alt: what those who cannot see it are told.
    """
    out = StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": alt}):
        figure.savefig(
            out, format="svg", transparent=True, metadata=dict.fromkeys(["Creator", "Date", "Format", "Type"])
        )
    text = _NOT_IN_A_PAGE.sub("", out.getvalue())
    needed = set(re.findall(r'(?:url\(#|href="#)([^")]+)', text))
    bare = _ID.sub(lambda found: found.group() if found.group(1) in needed else "", text)
    return bare.replace("<svg ", f'<svg role="img" aria-label="{escape(alt)}" ', 1).strip()


def _spans(falls: Sequence[Fall]) -> list[tuple[int, int]]:
    """Return where each bar starts and ends.

    >>> _spans([Fall("in", 10, total=True), Fall("lost", -3), Fall("found", 1), Fall("left", 8, total=True)])
    [(0, 10), (10, 7), (7, 8), (0, 8)]
    """
    spans, level = [], 0
    for fall in falls:
        start = 0 if fall.total else level
        level = start + fall.value
        spans.append((start, level))
    return spans


def _enlarged(falls: Sequence[Fall], longest: int) -> int:
    """Return the longest step that is too short to be seen beside ``longest``; 0 where every step can be seen."""
    steps = [abs(fall.value) for fall in falls if not fall.total]
    return max((size for size in steps if size < _SMALL * longest), default=0)


def _frame(axes: Axes, unit: str, falls: Sequence[Fall], written: Callable[[float], str]) -> None:
    axes.set_xlabel(unit)
    axes.set_yticks(range(len(falls)), [fall.name for fall in falls])
    axes.set_ylim(len(falls) - 0.4, -0.6)
    axes.tick_params(length=0, labelsize=9)
    axes.spines[:].set_visible(False)
    axes.axvline(0, color=GREY, linewidth=0.8)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _NO_CENTS.sub("", written(value))))
    axes.grid(axis="x", color=GREY, linewidth=0.6, alpha=0.3)
    axes.set_axisbelow(True)


def _draw_all(
    axes: Axes, falls: Sequence[Fall], spans: Sequence[tuple[int, int]], written: Callable[[float], str]
) -> None:
    for row, (fall, (start, end)) in enumerate(zip(falls, spans, strict=True)):
        colour = _colour(fall)
        if end != start:
            _bar(axes, row, start, end, colour)
        if row + 1 < len(falls):
            axes.plot([end, end], [row, row + 1], color=GREY, linewidth=0.6, zorder=0.5)
        sign = "+" if fall.value > 0 and not fall.total else ""
        _note(axes, max(start, end, 0), row, sign + written(fall.value))
    low, high = min(0, *map(min, spans)), max(0, *map(max, spans))
    _limits(axes, low, high, ticks=4, room=0.3)


def _draw_near(axes: Axes, falls: Sequence[Fall], longest: int, written: Callable[[float], str]) -> None:
    for row, fall in enumerate(falls):
        size, end = abs(fall.value), 0.0 + abs(fall.value)
        if fall.total or not size:
            continue
        if size > longest:
            end = 1.2 * longest
            _bar(axes, row, 1.1 * longest, end, _colour(fall))
        _bar(axes, row, 0, min(size, 1.05 * longest), _colour(fall))
        _note(axes, end, row, written(size))
    _limits(axes, 0, longest, ticks=2, room=1.0)


def _bar(axes: Axes, row: int, start: float, end: float, colour: str) -> None:
    """Draw a bar whose edge can be seen however short it is."""
    axes.barh(row, end - start, left=start, height=0.62, color=colour, edgecolor=colour, linewidth=0.8)


def _limits(axes: Axes, low: float, high: float, ticks: int, room: float) -> None:
    """Leave room for numbers on the right, without ticks."""
    length = high - low or 1
    round_numbers = MaxNLocator(nbins=ticks, integer=True).tick_values(low, high)
    axes.set_xticks([at for at in round_numbers if low <= at <= high])
    axes.set_xlim(low - 0.02 * length, high + room * length)


def _note(axes: Axes, at: float, row: int, text: str) -> None:
    axes.annotate(text, (at, row), xytext=(4, 0), textcoords="offset points", va="center", fontsize=8)


def _colour(fall: Fall) -> str:
    if fall.total:
        return _TOTAL
    return _LOSS if fall.value < 0 else _GAIN
