"""The tables of a shop: names, types, units and meaning, one contract each.

Money is a whole number of minor units (cents), so sums are exact. Times are the shop's own wall clock.
``python -m regulars.schema`` prints them all as ``docs/tables.md`` has them.
"""

from regulars.errors import ConfigError, did_you_mean
from regulars.schema.assortment import ITEMS, PRICES, STORES
from regulars.schema.checks import Check
from regulars.schema.column import Column
from regulars.schema.contacts import CAMPAIGN_MEMBERS, CAMPAIGNS, EVENT_KINDS, EVENTS, REDEMPTIONS, REVIEWS
from regulars.schema.lines import LINES, QUARANTINE, TRANSACTIONS
from regulars.schema.people import APART, CONSENTS, CUSTOMERS, LINKS, PURPOSES
from regulars.schema.table import Table

TABLES = (
    LINES,
    ITEMS,
    PRICES,
    STORES,
    CUSTOMERS,
    CONSENTS,
    EVENTS,
    CAMPAIGNS,
    CAMPAIGN_MEMBERS,
    REDEMPTIONS,
    REVIEWS,
    LINKS,
    APART,
    QUARANTINE,
)
"""Every table of a ledger."""


def named(name: str) -> Table:
    """Return the table called ``name``.

    Raises:
        ConfigError: there is none.
    """
    known = {table.name: table for table in TABLES}
    if name not in known:
        raise ConfigError(f"no table {name!r}{did_you_mean(name, known)}; tables: {', '.join(known)}")
    return known[name]


SIDE_TABLES = {
    table.name: table
    for table in (
        ITEMS,
        PRICES,
        STORES,
        CUSTOMERS,
        CONSENTS,
        EVENTS,
        CAMPAIGNS,
        CAMPAIGN_MEMBERS,
        REDEMPTIONS,
        REVIEWS,
    )
}
"""Name -> table, of those that a shop hands in beside its order lines."""

__all__ = [
    "APART",
    "CAMPAIGNS",
    "CAMPAIGN_MEMBERS",
    "CONSENTS",
    "CUSTOMERS",
    "EVENTS",
    "EVENT_KINDS",
    "ITEMS",
    "LINES",
    "LINKS",
    "PRICES",
    "PURPOSES",
    "QUARANTINE",
    "REDEMPTIONS",
    "REVIEWS",
    "SIDE_TABLES",
    "STORES",
    "TABLES",
    "TRANSACTIONS",
    "Check",
    "Column",
    "Table",
    "named",
]
