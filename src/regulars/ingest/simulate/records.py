"""The customer tables of the three systems, as dirty as forms and clerks make them."""

import numpy as np
import polars as pl

from regulars.ingest.simulate import slips
from regulars.ingest.simulate.accounts import Accounts
from regulars.ingest.simulate.plan import Plan

COLUMNS = (
    "customer_id",
    "source",
    "email",
    "phone",
    "first_name",
    "last_name",
    "birthday",
    "address",
    "postcode",
    "city",
    "country",
    "language",
    "created_at",
)


def records(plan: Plan, held: Accounts, facts: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Return every record of a block as its system writes it: ``COLUMNS``, and ``person``.

    A record holds what was true on the day it was created, and is not kept up afterwards.
    """
    day = held.frame["day"].to_numpy()
    person = held.frame["person"].to_numpy()
    known = facts.select(pl.all().gather(person))
    current = {
        field: (day >= known[f"{days}_day"].to_numpy())
        for field, days in (
            ("email", "email"),
            ("phone", "phone"),
            ("address", "address"),
            ("postcode", "address"),
            ("city", "address"),
        )
    }
    frame = known.with_columns(
        pl.when(pl.Series(after)).then(f"{field}_1").otherwise(f"{field}_0").alias(field)
        for field, after in current.items()
    ).with_columns(held.frame["person", "source", "record_id", "created_at"], country=pl.lit("US"))
    is_web = pl.col("source") == "web"
    frame = frame.with_columns(email=pl.when(is_web).then("record_id").otherwise("email"))
    frame = slips.with_slips(slips.with_gaps(frame, rng), plan, rng)
    frame = slips.phones_as_written(frame, plan, rng).rename({"record_id": "customer_id"})
    return frame.select(*COLUMNS, "person")
