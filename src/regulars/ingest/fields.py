"""What a line of a shop's file can say, whatever the file calls it."""

from dataclasses import dataclass
from typing import Literal

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
    Field("customer_id", "id", "who bought", "nobody known: the line counts for items, not for customers"),
    Field("purchased_at", "time", "when: the shop's wall clock, or with an offset from UTC"),
    Field("item_id", "id", "what was bought", "the item's name, or '(all)' where the file has no items"),
    Field("order_id", "id", "the checkout", "everything the customer bought that day"),
    Field("quantity", "number", "units or weight; negative for a return", "1"),
    Field("amount", "money", "net amount received for the line", "quantity x price"),
    Field("price", "money", "net amount of one unit, where the file has no amount", "not needed with an amount"),
    Field("discount", "money", "reductions granted on the line; their sign is dropped", "0"),
    Field("currency", "text", "ISO 4217 code of the line's money", "the preset's, or --currency"),
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
ITEM_TEXTS = {
    "name": "item_name",
    "department": "department",
    "category": "category",
    "product_type": "product_type",
    "brand": "brand",
    "package_size": "package_size",
}
"""Column of ``schema.ITEMS`` -> the field that fills it."""
WITHOUT_ITEMS = "(all)"
"""The item of every line of a source that does not say what was bought."""
