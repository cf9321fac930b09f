"""Fills the template of the page and writes it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from regulars.comparing import differences, figures, words
from regulars.comparing.board import Board, boards
from regulars.comparing.sources import Source
from regulars.errors import DataError
from regulars.report import title


def environment() -> Environment:
    """Return what fills the templates of this package; everything that is filled in is escaped."""
    made = Environment(
        loader=PackageLoader("regulars.comparing"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    made.filters |= {
        "number": words.number, "interval": _interval, "percent": words.percent, "measure": words.measure,
        "way": words.way,
    }  # fmt: skip
    return made


def _interval(found: Mapping[str, Any], value: str = "value", sign: str = "") -> str:
    """Return an interval whose bounds are not torn apart where a line ends."""
    return words.interval(found, value, sign).replace(", ", ",\N{NO-BREAK SPACE}")


def page(sources: Sequence[Source]) -> str:
    """Return the page: one HTML document that needs nothing else; the same text for the same sources.

    Raises:
        ConfigError: two experiments on the same task did not ask the same of the same customers.
    """
    told = [_section(board) for board in boards(sources)]
    return environment().get_template("page.html").render(sections=told, words=words, title=title)


def write(sources: Sequence[Source], path: Path) -> None:
    """Write the page to ``path``, replacing an older one in one step.

    Raises:
        ConfigError: two experiments on the same task did not ask the same of the same customers.
        DataError: the folder does not exist or cannot be written to.
    """
    text, draft = page(sources), path.with_name(f".{path.name}.tmp")
    try:
        draft.write_text(text, encoding="utf-8", newline="\n")
        draft.replace(path)
    except OSError as error:
        reason = error.strerror or error
        raise DataError(f"cannot write {path} ({reason}); name a file in a folder that can be written to") from error
    finally:
        draft.unlink(missing_ok=True)


def _section(board: Board) -> Mapping[str, Any]:
    """Return what the template asks of one board."""
    return {
        "board": board,
        "report": board.report,
        "forests": list(figures.forests(board)),
        "calibration": list(figures.calibration(board)),
        "tops": list(figures.tops(board)),
        "amounts": {name: figures.AMOUNTS[board.report["task"], name] for name in figures.amounts(board)},
        "slices": list(figures.slices(board)),
        "over_time": list(figures.over_time(board)),
        "differences": differences.differences(board),
        "slowest": max((row.cost.fit_seconds for row in board.rows if row.cost), default=0.0),
    }
