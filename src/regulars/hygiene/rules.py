"""The rules of hygiene: what each does, and which are in force for a source."""

from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict

NEAR_SECONDS = 120
"""Two reports of one sale lie at most this far apart."""
VOID_MINUTES = 60
"""A sale that is taken back in full within this time was a slip of the till."""

Switch = Literal["exact_duplicate", "near_duplicate", "non_product", "write_off", "voided", "spelling", "returns"]
"""A rule that can be switched off and on."""

RULES: dict[str, str] = {
    "exact_duplicate": "a line that the same order already has, alike in every cell",
    "near_duplicate": f"a sale reported twice within {NEAR_SECONDS} seconds: by another source, or again for its order",
    "non_product": "postage, fees, vouchers, tests: money, but nothing a customer would buy again",
    "write_off": "goods that leave or come back without money: stock corrections",
    "anonymous": "a line without a customer; it still counts for items",
    "voided": f"a sale taken back in full on its day, within {VOID_MINUTES} minutes, and that return",
    "spelling": "an item written in several ways (case, blanks, leading zeros) goes by the one first sold",
    "returns": "a return names the order it takes back: the latest earlier sale with enough left",
}
"""Every rule and what it does; the first six keep a line from models, in this order: the first that applies counts."""

SWITCHES = get_args(Switch)
"""The rules that can be switched; anonymous lines have no customer whatever is switched."""
MARKS = tuple(RULES)[:6]
"""The rules that exclude lines."""


class Rules(BaseModel):
    """The rules in force for one source."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    exact_duplicate: bool = False
    """Off where a till writes a line for each scan: two equal lines are then two sales."""
    near_duplicate: bool = True
    non_product: bool = True
    write_off: bool = True
    voided: bool = True
    spelling: bool = True
    returns: bool = True
    whole_orders: bool = False
    """True where an export tells the state of whole orders: a later one takes the place of an earlier one."""
    item_patterns: tuple[str, ...] = ()
    """Regular expressions; an item whose whole id matches one is no product."""
    name_patterns: tuple[str, ...] = ()
    """Regular expressions; an item whose whole name matches one, in any case, is no product."""
