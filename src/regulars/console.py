"""What people see on a terminal: progress, tables, times. Machines get JSON on standard output instead."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

Item = TypeVar("Item")

screen = Console(stderr=True)
"""Progress and talk; standard output carries results only."""
out = Console(width=None if sys.stdout.isatty() else 120)


def track(items: Iterable[Item], what: str, total: int) -> Iterator[Item]:
    """Yield ``items`` behind a progress bar that vanishes when they are done."""
    with _bar() as bar:
        task = bar.add_task(what or "working", total=total)
        for item in items:
            yield item
            bar.advance(task)


@contextlib.contextmanager
def counting(what: str) -> Iterator[Callable[[int, int | None], None]]:
    """Yield a callback (done, total or None) that moves a progress bar."""
    with _bar() as bar:
        task = bar.add_task(what, total=None)

        def move(done: int, total: int | None) -> None:
            bar.update(task, completed=done, total=total)

        yield move


@contextlib.contextmanager
def stage(name: str, title: str, times: dict[str, float]) -> Iterator[None]:
    """Announce a stage by its title; when it is done, say its time and keep it under ``name``."""
    screen.print(f"[bold]{title}[/bold]")
    began = time.perf_counter()
    yield
    times[name] = time.perf_counter() - began
    screen.print(f"  [dim]{times[name]:.1f} s[/dim]")


def _bar() -> Progress:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal)


def facts(title: str, rows: Mapping[str, Any]) -> None:
    """Print names and values, one a line."""
    table = Table(title=title, show_header=False, title_justify="left", box=None, pad_edge=False)
    for name, value in rows.items():
        table.add_row(f"[dim]{name}[/dim]", escape(_written(value)))
    out.print(table)


def _written(value: Any) -> str:
    """Write a value for people: names and numbers, not Python."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_written(each)}" for name, each in value.items()) or "none"
    if isinstance(value, list | tuple):
        return "\n".join(map(_written, value)) or "none"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def table(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    caption: str = "",
    *,
    show_lines: bool = False,
    where: Console = out,
) -> None:
    """Print a table whose cells are text; the first column is never cut."""
    shown = Table(title=title, title_justify="left", caption=caption, caption_justify="left", box=box.HORIZONTALS)
    shown.show_lines = show_lines
    for number, name in enumerate(columns):
        shown.add_column(name, no_wrap=number == 0)
    for row in rows:
        shown.add_row(*row)
    where.print(shown)
