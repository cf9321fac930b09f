"""Hand-made customer records; the names are nobody's in particular."""

import datetime as dt
from typing import Any

import polars as pl

ANN = {
    "email": "ann.archer@example.org",
    "phone": "+49 30 901820",
    "first_name": "Ann",
    "last_name": "Archer",
    "birthday": dt.date(1971, 5, 24),
    "address": "Mill Lane 4",
    "postcode": "10115",
    "city": "Berlin",
    "country": "DE",
}
BEN = {
    "email": "ben@example.com",
    "phone": "+49 30 901821",
    "first_name": "Ben",
    "last_name": "Cooper",
    "birthday": dt.date(1985, 11, 2),
    "address": "Hill Road 70",
    "postcode": "20095",
    "city": "Hamburg",
    "country": "DE",
}
SCHEMA = {name: pl.Date if name == "birthday" else pl.String for name in ("customer_id", "source", *ANN)}


def frame(**records: dict[str, Any]) -> pl.DataFrame:
    """Return records by id; what a record does not say is null."""
    return pl.DataFrame([{"customer_id": name, **record} for name, record in records.items()], schema=SCHEMA)


def groups(people: pl.DataFrame) -> list[set[str]]:
    """Return who stands together, those alone left out."""
    found = people.group_by("person_id").agg("customer_id").filter(pl.col("customer_id").list.len() > 1)
    return sorted((set(ids) for ids in found["customer_id"]), key=min)
