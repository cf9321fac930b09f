"""The contracts as a page for people: ``docs/tables.md``."""

from collections.abc import Iterable

import polars as pl

from regulars.schema.column import Column
from regulars.schema.table import Table

_TYPES = {
    pl.String: "text",
    pl.Int64: "whole number",
    pl.Float64: "number",
    pl.Boolean: "true or false",
    pl.Date: "day",
    pl.Datetime: "time",
}
_HEAD = """\
# Tables

What a ledger holds, table by table. This page is made by `python -m regulars.schema` from the contracts in
`src/regulars/schema/`, which check every row: a row of order lines or of a side table that does not fit goes to the
quarantine with the reason, and the rest is taken.

- Money is a whole number of minor units (cents) of the ledger's currency. Files may write units of money, with a
  decimal point or comma.
- Times are the shop's wall clock. In a file, a time with an offset from UTC becomes that wall clock.
- Ids are text, written in every table as in the order lines.
- "Needed" columns must hold a value in every row; in the others an empty value says "not known".
- The same file twice changes nothing.

## Contacts without plain text

E-mail addresses and phone numbers of `customers` can be kept as keyed hashes: 32 hex digits, BLAKE2b under a secret of
the shop. What is hashed is a contact's one spelling (the address as its provider folds it, the number as the world
dials it), so records of two systems still meet on it, and who has the key can look up an address he is given. The
key is handed in with every ingest and never stored: keep it apart from the ledger, and use the same one each time,
since hashes under two keys never meet. Then nothing in the ledger holds a plain contact: the shop's own further columns
are left out, and quarantined rows show `(not kept)` in its place. Names, addresses and texts of reviews stay as
written; leave these columns out of the export where they must not be kept.
"""


def page(tables: Iterable[Table]) -> str:
    """Return the page in Markdown."""
    return "\n".join([_HEAD, *(_section(table) for table in tables)])


def _section(table: Table) -> str:
    lines = [f"## {table.name}", "", f"One row is {table.meaning}.", "", _together(table), ""]
    lines += ["| column | type | needed | allowed | meaning |", "|---|---|---|---|---|"]
    lines += [_row(column) for column in table.columns]
    return "\n".join([*lines, ""])


def _together(table: Table) -> str:
    """Say what tells rows apart and what else the table takes."""
    told = {
        "last": f"Key: {_code(table.key)}. A later file replaces the row of a key.",
        "all": "Rows are told apart by all their values; equal ones are one row.",
        "copies": "Equal rows of one file are as many rows; a row that a file brings again is not added again.",
    }[table.keeps]
    return f"{told} Columns of the shop's own are kept behind these." if table.open else told


def _row(column: Column) -> str:
    kind = _TYPES[column.dtype.base_type()] + (f", {column.unit}" if column.unit else "")
    allowed = "; ".join(_code(check.allowed) if check.allowed else check.words for check in column.checks)
    return f"| `{column.name}` | {kind} | {'yes' if column.required else ''} | {allowed} | {column.meaning} |"


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
