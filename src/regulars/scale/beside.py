"""What features need of a ledger beside its order lines."""

import datetime as dt

import polars as pl

from regulars import features, schema
from regulars.bucket import renamed
from regulars.ledger import Ledger


def side(ledger: Ledger, before: dt.date | None = None) -> features.Side:
    """Return what features need of a ledger beside its lines; of items and events only what ``before`` lets know."""
    stores, events = ledger.table(schema.STORES), ledger.table(schema.EVENTS)
    known = events if before is None else events.filter(pl.col("at") < before)
    who = renamed(known.select("customer_id", "kind", "at", customer_as_written=None), "customer", ledger.people())
    return features.Side(
        items=ledger.items(before),
        stores=stores if stores.height else None,
        events=who.drop("customer_as_written") if known.height else None,
    )
