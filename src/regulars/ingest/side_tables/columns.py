"""Which columns of a file hold which columns of a table."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from regulars.errors import ConfigError, DataError, did_you_mean
from regulars.schema import Table


@dataclass(frozen=True)
class Places:
    """Where a file says what."""

    column: Mapping[str, str]
    """Column of the table -> column of the file."""
    others: tuple[str, ...]
    """The file's columns that are none of the table's."""


def locate(file: str, names: Sequence[str], table: Table, mapping: Mapping[str, str]) -> Places:
    """Find the columns of ``table`` among ``names``: those that ``mapping`` (column -> field) says, else by name.

    Raises:
        ConfigError: the table has no such field, or two columns are named for one.
        DataError: the file has no such column, or none for a field that must be there.
    """
    chosen = _chosen(table, mapping)
    for field, column in chosen.items():
        if column not in names:
            raise DataError(_absent(file, column, field, names))
    plain = {_plain(name): name for name in names if name not in mapping}
    by_name = {field: plain[field] for field in table.names if field not in chosen and field in plain}
    found = by_name | chosen
    for needed in table.columns:
        if needed.required and needed.name not in found:
            raise DataError(_absent(file, needed.name, needed.name, names))
    ordered = {field: found[field] for field in table.names if field in found}
    return Places(ordered, tuple(name for name in names if name not in found.values()))


def _chosen(table: Table, mapping: Mapping[str, str]) -> dict[str, str]:
    """Return field -> column of ``mapping``."""
    chosen: dict[str, str] = {}
    for column, field in mapping.items():
        if field not in table.names:
            hint = did_you_mean(field, table.names)
            raise ConfigError(
                f"--map {column}={field}: {table.name} has no field {field!r}{hint}; fields: {', '.join(table.names)}"
            )
        if field in chosen:
            raise ConfigError(f"--map names two columns for {field!r}: {chosen[field]!r} and {column!r}")
        chosen[field] = column
    return chosen


def _plain(name: str) -> str:
    """Write a column's name as fields are written.

    >>> _plain(" First Name")
    'first_name'
    """
    return name.strip().lower().replace(" ", "_").replace("-", "_")


def _absent(file: str, column: str, field: str, names: Sequence[str]) -> str:
    close = difflib.get_close_matches(column, names, n=1)
    return (
        f"{file}: no column {column!r}{did_you_mean(column, names)} among {', '.join(names)}; "
        f"say which one it is with --map {close[0] if close else 'COLUMN'}={field}"
    )
