"""The quarantine as a table that people mend: the lines of each file, with all of its columns."""

import contextlib
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from regulars.errors import DataError, MissingError
from regulars.ledger import Ledger

FILE, LINE, REASON, TEXT = "quarantine_file", "quarantine_line", "quarantine_reason", "quarantine_text"
"""The columns in front of a line's own; TEXT is what stood there, where that could not be cut into columns."""

_OURS = re.compile("(?:file_)*quarantine_(?:file|line|reason|text)")
_SLICE = 1 << 16
"""Lines that are unpacked at a time."""
_EMPTY = "_empty"


def quarantined(ledger: Ledger, file: str | None = None) -> pl.DataFrame:
    """Return the lines that were set aside, each with its file, place and reason, and its cells as they were read.

    Columns: FILE, LINE, REASON, TEXT, then those of the files, in the order of the files; a file's own column that is
    called like one of the first four has ``file_`` in front. Mend the cells, and give the table to
    :func:`~regulars.ingest.requeue.requeue`.

    Args:
        ledger: the shop.
        file: only the lines of this one.

    Raises:
        MissingError: there are none.
    """
    held = ledger.quarantine()
    held = held if file is None else held.filter(pl.col("source") == file)
    if held.is_empty():
        raise MissingError("no line is in quarantine" + (f" that came from {file}" if file else ""))
    columns = {source.name: source.columns for source in ledger.manifest.sources}
    parts = held.partition_by("source", as_dict=True, maintain_order=True)
    return pl.concat([_table(rows, columns.get(name)) for (name,), rows in parts.items()], how="diagonal")


def write(rows: pl.DataFrame, out: Path) -> None:
    """Write the lines to a .csv or .parquet file, under another name first.

    Raises:
        DataError: the folder cannot be written to.
    """
    draft = out.with_name(f".{out.name}.part")
    try:
        if out.suffix == ".csv":
            rows.write_csv(draft)
        else:
            rows.write_parquet(draft)
        draft.replace(out)
    except OSError as error:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise DataError(f"cannot write {out} ({error.strerror or error}); name another file") from error


def shown(column: str) -> str:
    """Return what a file's column is called here.

    >>> shown("amount"), shown("quarantine_line"), shown("file_quarantine_line")
    ('amount', 'file_quarantine_line', 'file_file_quarantine_line')
    """
    return f"file_{column}" if _OURS.fullmatch(column) else column


def as_in_file(column: str) -> str:
    """Return what the file calls the column that is called ``column`` here.

    >>> as_in_file("amount"), as_in_file("file_quarantine_line")
    ('amount', 'quarantine_line')
    """
    return column.removeprefix("file_") if _OURS.fullmatch(column) else column


def cells(content: Iterable[str], columns: Sequence[str] | None) -> pl.DataFrame:
    """Return TEXT and the cells of set-aside lines as text; ``columns`` are the file's, None where nobody noted them.

    >>> cells(['{"a": 1, "b": null}', '{"line": "1;2;3"}'], ["a", "b"]).rows()
    [(None, '1', None), ('1;2;3', None, None)]
    """
    lines = [json.loads(text) for text in content]
    if columns is None:
        columns = list(dict.fromkeys(name for line in lines for name in line if not _uncut(line)))
    texts = [line["line"] if _uncut(line) and list(columns) != ["line"] else None for line in lines]
    cut = [line if text is None else {} for line, text in zip(lines, texts, strict=True)]
    told = {TEXT: texts} | {shown(name): [_text(line.get(name)) for line in cut] for name in columns}
    return pl.DataFrame(told, schema=dict.fromkeys(told, pl.String))


def empty(told: pl.DataFrame) -> pl.Series:
    """Return which rows of :func:`cells` hold nothing at all, as those that a preset made."""
    return told.select(pl.all_horizontal(pl.all().is_null()).alias(_EMPTY))[_EMPTY]


def _table(rows: pl.DataFrame, columns: Sequence[str] | None) -> pl.DataFrame:
    parts = [cells(part["content"], columns) for part in rows.iter_slices(_SLICE)]
    told = pl.concat(parts, how="diagonal")
    keys = rows.select(pl.col("source").alias(FILE), pl.col("line").alias(LINE), pl.col("reason").alias(REASON))
    table = pl.concat([keys, told], how="horizontal")
    if columns is None:
        return table
    # What a preset made of a line has its place, but no cells; the line itself comes first.
    first = table.with_columns(empty(told)).sort(LINE, _EMPTY, maintain_order=True)
    return first.unique([LINE], keep="first", maintain_order=True).drop(_EMPTY)


def _uncut(line: dict[str, Any]) -> bool:
    """Say whether this is the text of a line that could not be cut into columns."""
    return list(line) == ["line"]


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)
