"""The hygiene report on a terminal."""

from collections.abc import Iterable, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from regulars import console
from regulars.cleaning import Cleaning
from regulars.cleaning_words import counted, money, number

_BAR = 24


def show(cleaning: Cleaning) -> None:
    """Print the waterfall of lines and money, what was set aside and why, what was mended, and the files."""
    _print("From the lines read to those that models see", _WATERFALL, _waterfall(cleaning), caption=_caption(cleaning))
    aside = cleaning.set_aside
    if aside.reasons:
        caption = (
            f"{counted(aside.taken_back, 'line')} came again from the quarantine since then\n"
            f"{counted(aside.waiting, 'row')} in it now, those of other tables too"
        )
        rows = ((reason, number(lines)) for reason, lines in aside.reasons.items())
        _print("Set aside", ["reason", ">times"], rows, caption=caption)
    _print("Mended or found in lines that stayed", ["what", ">lines", ">money"], _mended(cleaning))
    _print("Files", _FILES, _files(cleaning))


def bar(start: int, end: int, longest: int, width: int = _BAR) -> str:
    """Return a bar from ``start`` to ``end`` on a scale from 0 to ``longest``, in ``width`` characters.

    A step too short for a character is a thin mark.

    >>> bar(0, 10, 10, 5), bar(10, 8, 10, 5), bar(8, 8, 10, 5)
    ('█████', '    █', '')
    >>> bar(1000, 999, 1000, 5)
    '    ▕'
    """
    if start == end or longest <= 0:
        return ""
    left, right = sorted((round(width * start / longest), round(width * end / longest)))
    if left == right:
        return " " * max(right - 1, 0) + "▕"
    return " " * left + "█" * (right - left)


_WATERFALL = ["step", "", ">lines", ">money"]
_FILES = ["file", "source", "preset", ">lines", ">made", ">kept", ">set aside", ">money"]
"""Columns; those with > hold numbers, which stand on the right."""


def _waterfall(cleaning: Cleaning) -> Iterable[Sequence[str]]:
    levels = [left.lines for left in cleaning.left]
    for step, end in zip(cleaning.steps, levels, strict=True):
        start = 0 if step.kind == "total" else end - step.change.lines
        title = f"{step.title} (off)" if step.off else step.title
        paid = money(step.shown.money, cleaning.currency)
        yield title, bar(start, end, max(levels)), number(step.shown.lines), paid


def _caption(cleaning: Cleaning) -> str:
    days = f"{cleaning.first_day} to {cleaning.last_day} in {cleaning.time_zone}: " if cleaning.first_day else ""
    return (
        f"{days}{counted(cleaning.n_customers, 'customer')}, {counted(cleaning.n_orders, 'order')}, "
        f"{counted(cleaning.n_items, 'item')}\nof the rules that apply to a line, the first counts\n"
        f"fingerprint {cleaning.fingerprint}"
    )


def _mended(cleaning: Cleaning) -> Iterable[Sequence[str]]:
    for what, lines, minor in cleaning.mended.rows:
        yield what, number(lines), "" if minor is None else money(minor, cleaning.currency)


def _files(cleaning: Cleaning) -> Iterable[Sequence[str]]:
    for file in cleaning.files:
        counts = (file.lines_in, file.lines_made, file.lines_kept, file.lines_quarantined)
        yield file.name, file.source, file.preset, *map(number, counts), money(file.money_in, cleaning.currency)


def _print(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], caption: str = "") -> None:
    table = Table(title=title, title_justify="left", caption=caption, caption_justify="left", box=box.HORIZONTALS)
    for name in columns:
        numeric = name.startswith(">")
        table.add_column(name.removeprefix(">"), justify="right" if numeric else "left", no_wrap=numeric)
    for row in rows:
        table.add_row(*map(Text, row))  # what files say is no markup
    console.out.print(table)
