"""Who the customers are, what they agreed to, and which records are one person's."""

import polars as pl

from regulars.schema.checks import between, country, one_of, other_than, within
from regulars.schema.column import Column
from regulars.schema.table import Table

PURPOSES = ("email", "sms", "post", "profiling")
"""What a customer can agree to, one by one."""

CUSTOMERS = Table(
    "customers",
    (
        Column("customer_id", pl.String(), True, "the customer, unique; as the lines write it"),
        Column("source", pl.String(), False, "the system that holds the record, such as crm"),
        Column("email", pl.String(), False, "e-mail address, or a keyed hash of it", (within(320),)),
        Column("phone", pl.String(), False, "phone number, or a keyed hash of it", (within(64),)),
        Column("first_name", pl.String(), False, "given name"),
        Column("last_name", pl.String(), False, "family name"),
        Column("birthday", pl.Date(), False, "day of birth"),
        Column("address", pl.String(), False, "street and number"),
        Column("postcode", pl.String(), False, "postal code, as written"),
        Column("city", pl.String(), False, "town"),
        Column("country", pl.String(), False, "country of residence, as in ISO 3166", (country(),)),
        Column("language", pl.String(), False, "language to write in, such as de or en-GB", (within(35),)),
    ),
    open=True,
    meaning="one record of a customer in one of the shop's systems",
    key=("customer_id",),
    keeps="last",
)
"""One row a customer the shop knows something about beside purchases."""

CONSENTS = Table(
    "consents",
    (
        Column("customer_id", pl.String(), True, "who"),
        Column("purpose", pl.String(), True, "to what", (one_of(*PURPOSES),)),
        Column("granted", pl.Boolean(), True, "true where they agreed, false where they refused or withdrew"),
        Column("at", pl.Datetime("us"), True, "when they said so; it holds until their next word on that purpose"),
        Column("source", pl.String(), False, "the system that took it down"),
    ),
    meaning="one thing that a customer said about one purpose; without a row there is no consent",
    key=("customer_id", "purpose", "at"),
    keeps="last",
)
"""One row a consent given, refused or withdrawn."""

LINKS = Table(
    "links",
    (
        Column("left_id", pl.String(), True, "a customer record"),
        Column("right_id", pl.String(), True, "another one, of the same person", (other_than("left_id"),)),
        Column("rule", pl.String(), True, "what says so, such as the same e-mail address"),
        Column(
            "probability",
            pl.Float64(),
            False,
            "how sure the model is, higher is surer; empty where a key says so and nothing else could be compared",
            (between(0, 1),),
        ),
        Column("evidence", pl.String(), False, "what was compared and what came out, as JSON"),
    ),
    meaning="one piece of evidence that two records are one person's",
    key=("left_id", "right_id", "rule"),
    keeps="last",
)
"""One row a piece of evidence that two records are one person's."""

APART = Table(
    "apart",
    (
        Column("left_id", pl.String(), True, "a customer record"),
        Column("right_id", pl.String(), True, "another one, of another person", (other_than("left_id"),)),
        Column("reason", pl.String(), False, "why they must not be merged"),
    ),
    meaning="one pair of records that stay two people, whatever the links say",
    key=("left_id", "right_id"),
    keeps="last",
)
"""One row a pair of records that must never be merged."""
