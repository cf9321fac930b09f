"""Who the customers are, read off the ledger for the online store."""

import polars as pl

from regulars.ledger import Ledger
from serving.people import COLUMNS


def of(ledger: Ledger) -> pl.DataFrame:
    """Return what the shop knows of each person: ``customer_id`` and :data:`serving.people.COLUMNS`, a row a person.

    Where several records are one person's, the one with the person's own id comes first, and the others fill gaps in
    the order in which they were read.
    """
    records = ledger.customers().select("customer_id", *COLUMNS)
    spelt = records.join(
        ledger.people().select("customer_as_written", person_id="customer_id"),
        left_on="customer_id",
        right_on="customer_as_written",
        how="left",
        maintain_order="left",
    )
    ranked = spelt.with_columns(
        pl.coalesce("person_id", "customer_id").alias("customer_id"), own=pl.col("person_id").is_null()
    ).sort("own", descending=True, maintain_order=True)
    found = ranked.group_by("customer_id", maintain_order=True).agg(pl.col(COLUMNS).drop_nulls().first())
    return found.filter(pl.any_horizontal(pl.col(COLUMNS).is_not_null()))
