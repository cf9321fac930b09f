"""The waterfalls of lines and of money."""

from collections.abc import Callable
from dataclasses import dataclass

from regulars import currency
from regulars.cleaning import Cleaning
from regulars.cleaning_words import counted, money
from regulars.evaluation.plots.waterfall import Fall, waterfall_plot, waterfall_svg
from regulars.manifest import Effect


@dataclass(frozen=True)
class Picture:
    """A drawing and its words."""

    svg: str
    """The ``<svg>`` element."""
    caption: str
    """What it says."""


def pictures(cleaning: Cleaning) -> tuple[Picture, Picture]:
    """Draw how the lines, and how the money, went from what was read to what models see."""
    code, first, last = cleaning.currency, cleaning.steps[0], cleaning.steps[-1]
    places = currency.decimals(code)
    lines = f"From {counted(first.lines, 'line')} read to {counted(last.lines, 'line')} that models see"
    paid = f"From {money(first.money, code)} read to {money(last.money, code)} that models see"
    return (
        _picture(cleaning, lines, "lines", 0, lambda effect: effect.lines),
        _picture(cleaning, paid, code, places, lambda effect: effect.money),
    )


def _picture(cleaning: Cleaning, caption: str, unit: str, places: int, of: Callable[[Effect], int]) -> Picture:
    falls = [Fall(step.title, of(step.shown), total=step.kind in ("in", "total")) for step in cleaning.steps]
    figure = waterfall_plot(falls, unit=unit, scale=10**places, places=places)
    return Picture(waterfall_svg(figure, f"{caption}. The table of steps has every number."), caption)
