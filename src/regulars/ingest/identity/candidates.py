"""Which pairs the model looks at: records that agree on something, never all pairs."""

import polars as pl

from regulars.ingest.identity.settings import Settings

WAYS: tuple[tuple[str, ...], ...] = (
    ("email",),
    ("phone",),
    ("birthday",),
    ("names",),
    ("mailbox",),
    ("first_name", "postcode"),
    ("last_name", "postcode"),
    ("address", "postcode"),
    ("address", "city"),
    ("last_name", "initial"),
    ("first_name", "last_start"),
    ("first_name", "birth_year"),
    ("last_name", "birth_year"),
    ("first_name", "city"),
    ("last_name", "city"),
    ("last_name",),
    ("first_name",),
    ("city",),
)
"""Ways to find candidates: records that agree on all columns of one way. Any one slip leaves some way open."""


def keyed(records: pl.DataFrame) -> pl.DataFrame:
    """Return the records with the columns that only serve to find candidates.

    ``names``       first and last name in alphabetical order, so that swapped ones meet
    ``mailbox``     the e-mail address before the @
    ``birth_year``  year of the birthday
    ``initial``     first letter of the first name
    ``last_start``  first three letters of the last name
    """
    both = pl.concat_list("first_name", "last_name").list.sort().list.join(" ")
    known = pl.col("first_name").is_not_null() & pl.col("last_name").is_not_null()
    return records.with_columns(
        names=pl.when(known).then(both),
        mailbox=pl.col("email").str.extract("^([^@]+)"),
        birth_year=pl.col("birthday").dt.year(),
        initial=pl.col("first_name").str.head(1),
        last_start=pl.col("last_name").str.head(3),
    )


def ways(records: pl.DataFrame, settings: Settings) -> list[tuple[str, ...]]:
    """Return the ways that give some candidates, and at most ``pairs_per_record`` a record."""
    most = settings.pairs_per_record * records.height
    return [way for way in WAYS if 0 < count(records, way) <= most]


def count(records: pl.DataFrame, way: tuple[str, ...]) -> int:
    """Return how many pairs agree on all columns of a way.

    >>> count(pl.DataFrame({"city": ["bern", "bern", "bern", None]}), ("city",))
    3
    """
    sizes = records.drop_nulls(way).group_by(way).len()["len"].cast(pl.Int64)
    return int((sizes * (sizes - 1) // 2).sum())
