"""A preset: which column of a shop's files says what, as data."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from regulars.errors import ConfigError, DataError, did_you_mean
from regulars.ingest.batch import LineFile
from regulars.ingest.fields import FIELD

Adapter = Callable[[LineFile], LineFile]
"""Turns a file whose rows are not one order line each into one whose rows are."""


@dataclass(frozen=True)
class Preset:
    """How to read one kind of source."""

    name: str
    source: str
    """What the reporting system is called, unless the caller says otherwise."""
    currency: str
    """ISO 4217 code of its money, where a line does not say."""
    time_zone: str
    """IANA zone of the shop's wall clock, where a time has no offset from UTC."""
    columns: Mapping[str, tuple[str, ...]]
    """Field -> the columns that hold it; the values of several are added up."""
    required: frozenset[str]
    """Fields whose columns a file must have."""
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Column -> what other editions of the same export call it."""
    headless: tuple[str, ...] = ()
    """The columns of its text files, which have no header and blanks between the values."""
    non_products: tuple[str, ...] = ()
    """Patterns; an item whose whole id fits one, in this case, is postage, a fee, a voucher, a test ..."""
    non_product_names: tuple[str, ...] = ()
    """Patterns; an item whose whole name fits one, in any case, is no product either."""
    exact_duplicates: bool = False
    """True where two equal lines of one order are an artefact of the export, not two sales."""
    whole_orders: bool = False
    """True where an export tells the state of whole orders, so that a later one takes the place of an earlier one."""
    dated_returns: bool = True
    """False where the export does not say when goods came back, so that a return must not void its sale."""
    adapter: Adapter | None = None
    """Turns rows into order lines, where one row is not one line."""
    needs: tuple[str, ...] = ()
    """The columns that the adapter reads."""
    catalogue: bool = False
    """True where products and demographics lie in tables of their own, beside the transactions."""

    def mapped(self, mapping: Mapping[str, str]) -> "Preset":
        """Return this preset with ``mapping`` (column -> field) on top.

        Raises:
            ConfigError: no such field, or two columns for one.
        """
        chosen: dict[str, tuple[str, ...]] = {}
        for column, name in mapping.items():
            if name not in FIELD:
                hint = did_you_mean(name, FIELD)
                raise ConfigError(f"--map {column}={name}: no field {name!r}{hint}; fields: {', '.join(FIELD)}")
            if name in chosen:
                raise ConfigError(f"--map names two columns for {name!r}: {chosen[name][0]!r} and {column!r}")
            chosen[name] = (column,)
        others = {f: c for f, c in self.columns.items() if f not in chosen and not mapping.keys() & set(c)}
        return replace(self, columns=others | chosen, required=self.required | chosen.keys())

    def locate(self, file: str, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return field -> its columns, of those that ``file`` with the columns ``names`` has.

        Raises:
            DataError: a column that must be there is absent.
        """
        found = {}
        for name in FIELD:
            wanted = self.columns.get(name, (name,))
            columns = tuple(self._called(column, names) for column in wanted)
            absent = [column for column in columns if column not in names]
            if not absent and name in self.columns:
                found[name] = columns
            elif name in self.required:
                raise DataError(_absent(file, (absent or columns)[0], name, names))
        if "amount" not in found and "price" not in found:
            raise DataError(_absent(file, "amount", "amount", names))
        return found

    def fits(self, names: Sequence[str]) -> bool:
        """Say whether a file with the columns ``names`` can be read with this preset."""
        if self.adapter is not None:
            return set(self.needs) <= set(names)
        try:
            self.locate("", names)
        except DataError:
            return False
        return True

    def _called(self, column: str, names: Sequence[str]) -> str:
        """Return what the file calls ``column``; ``column`` itself where it has none of its names."""
        return next((known for known in (column, *self.aliases.get(column, ())) if known in names), column)


def _absent(file: str, column: str, name: str, names: Sequence[str]) -> str:
    close = difflib.get_close_matches(column, names, n=1)
    hint = did_you_mean(column, names)
    return (
        f"{file}: no column {column!r}{hint} among {', '.join(names)}; "
        f"say which one it is with --map {close[0] if close else 'COLUMN'}={name}"
    )
