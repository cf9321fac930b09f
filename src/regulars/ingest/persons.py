"""Identity in a ledger: whose lines belong to one person, and the way back."""

from dataclasses import dataclass

import polars as pl

from regulars import schema
from regulars.errors import DataError
from regulars.ingest import identity
from regulars.ledger import Ledger


@dataclass(frozen=True)
class Joined:
    """What identity did to a ledger."""

    records: int
    """Customer records that were compared."""
    people: int
    """People they are of."""
    merged: int
    """People with two records or more."""
    links: dict[str, int]
    """Rule -> links it found."""
    held_back: int
    """Links found and not made, since the people they would join evidently differ or grow too many."""
    to_review: int
    """People of so many records that somebody should look."""
    expected_precision: float
    """Share of the model's links that the model expects to be right."""
    n_customers: int
    """Customers of the ledger now."""
    fingerprint: str
    """The ledger's content, as 32 hex digits."""


def identify(ledger: Ledger, settings: identity.Settings | None = None) -> Joined:
    """Compare the ledger's customer records and let each person's lines go by one id.

    Pairs in the table ``apart`` stay apart. Running it again on the same records changes nothing.

    Raises:
        DataError: the ledger has no customer records.
    """
    with ledger.writer() as writer:  # from here on nobody else changes what is read
        records = ledger.customers()
        if records.is_empty():
            raise DataError(
                f"the ledger at {ledger.path} has no customer records; "
                "hand some in with: regulars ingest FILE --table customers"
            )
        found = identity.link(records.select(schema.CUSTOMERS.names), settings)
        people = found.people(ledger.table(schema.APART))
        writer.replace(schema.LINKS, found.pairs)
        writer.set_people(_renamed(people))
        writer.commit(())
    rules = found.pairs.group_by("rule").len().sort("rule")
    return Joined(
        records=records.height,
        people=people["person_id"].n_unique(),
        merged=identity.merges(people).height,
        links=dict(rules.iter_rows()),
        held_back=found.held.height,
        to_review=found.review().height,
        expected_precision=found.expected_precision(),
        n_customers=ledger.manifest.n_customers,
        fingerprint=ledger.fingerprint,
    )


def undo(ledger: Ledger, customer_id: str, reason: str | None = None) -> list[str]:
    """Take the merge of a customer back for good: each of their records is a customer of its own again.

    The evidence stays in ``links``; the pairs go to ``apart``, so that no later run joins them again.

    Returns:
        The ids of the records that stand alone again.

    Raises:
        MissingError: no such customer, or nothing was merged.
    """
    with ledger.writer() as writer:  # from here on nobody else changes what is read
        links, apart = ledger.table(schema.LINKS), ledger.table(schema.APART)
        ids = ledger.customers()["customer_id"]
        pairs = identity.undo(identity.people(ids, links, apart), customer_id)
        told = schema.APART.conform(pairs.with_columns(reason=pl.lit(reason, pl.String)))
        writer.add(schema.APART, told)
        writer.set_people(_renamed(identity.people(ids, links, pl.concat([apart, told]))))
        writer.commit(())
    return pl.concat([pairs["left_id"], pairs["right_id"]]).unique().sort().to_list()


def _renamed(people: pl.DataFrame) -> pl.DataFrame:
    """Return which ids stand for another one."""
    changed = people.filter(pl.col("customer_id") != pl.col("person_id"))
    return changed.select(customer_as_written="customer_id", customer_id="person_id")
