"""Records into links: exact keys, then the model, then whatever must not be joined is cut."""

from dataclasses import dataclass

import duckdb
import polars as pl

from regulars.ingest.identity.columns import PAIR, checked
from regulars.ingest.identity.components import Labels
from regulars.ingest.identity.contradictions import judged
from regulars.ingest.identity.engine import workspace
from regulars.ingest.identity.grouping import grouped
from regulars.ingest.identity.keys import key_pairs, usable
from regulars.ingest.identity.known_as import known_as
from regulars.ingest.identity.normalise import normalise
from regulars.ingest.identity.people import merges, people
from regulars.ingest.identity.scoring import believed, scored
from regulars.ingest.identity.settings import Settings

PAIRS = pl.Schema(
    {
        "left_id": pl.String,
        "right_id": pl.String,
        "rule": pl.String,
        "probability": pl.Float64,
        "evidence": pl.String,
    }
)
"""Links: ``rule`` is ``email``, ``phone`` or ``splink``; ``probability`` and ``evidence`` are the model's."""
HELD = pl.Schema([*PAIRS.items(), ("reason", pl.String)])
"""Links that were found and not made, with the ``reason``: ``DIFFERENT`` or ``WEAKEST``."""
DIFFERENT = "first names differ"
"""The two records are evidently of different people."""
WEAKEST = "weakest on the way between people who differ, or of too many records"
"""The link would bring records together that must not be, and was the least sure on the way."""


@dataclass(frozen=True)
class Links:
    """What joins records, and what was found and held back."""

    customer_ids: pl.Series
    """All records, linked or not."""
    pairs: pl.DataFrame
    """The links: ``left_id``, ``right_id``, ``rule``, ``probability``, ``evidence``."""
    held: pl.DataFrame
    """The same with ``reason``: found, but cut for safety; for a human to look at."""
    settings: Settings
    """What was asked."""

    def people(self, apart: pl.DataFrame | None = None) -> pl.DataFrame:
        """Return ``customer_id`` and ``person_id`` of each record; see ``identity.people``."""
        return people(self.customer_ids, self.pairs, apart)

    def expected_precision(self) -> float:
        """Return the share of the model's links that the model itself expects to be right; 1 without any."""
        mean = self.pairs.filter(pl.col("rule") == "splink")["probability"].mean()
        return float(mean) if isinstance(mean, float) else 1.0

    def review(self) -> pl.DataFrame:
        """Return the merges of more than ``max_records`` records, which exact keys alone can build."""
        return merges(self.people()).filter(pl.col("n_records") > self.settings.max_records)


def link(records: pl.DataFrame, settings: Settings | None = None) -> Links:
    """Find which records are one person.

    Exact keys first (``keys.key_pairs``), then the model for every other pair that agrees on something. Then what
    must not be joined is cut, the weakest link first: two records of one person whose first names are evidently
    different, and people of more than ``max_records`` records that only the model holds together.

    ``records`` are as in ``normalise``, which they pass first. The order of rows does not matter; the same records and
    settings give the same links.

    Raises:
        DataError: there is no ``customer_id``, or it is empty or not unique.
    """
    settings = settings or Settings()
    table = usable(normalise(checked(records), settings.country), settings)
    table = table.with_columns(known_as(table["first_name"]))
    with workspace() as connection:
        keys = key_pairs(connection, table, settings)
        found = _found(keys, scored(connection, table, keys, settings), settings)
        labels = grouped(table["customer_id"], found, found.clear(), settings.max_records)
        strangers = _strangers(connection, table, labels)
        labels = grouped(table["customer_id"], found, strangers, settings.max_records)
    together = _together(found, table["customer_id"], pl.Series(labels))
    reasons = strangers.with_columns(reason=pl.lit(DIFFERENT))
    held = found.filter(~together).join(reasons, on=PAIR, how="left", maintain_order="left")
    held = held.with_columns(pl.col("reason").fill_null(WEAKEST))
    return Links(table["customer_id"], found.filter(together), held, settings)


def _found(keys: pl.DataFrame, pairs: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    joined = pairs.join(keys, on=PAIR, how="full", coalesce=True)
    sure = joined.filter(pl.col("rule").is_not_null() | believed(settings))
    return sure.with_columns(pl.col("rule").fill_null("splink")).select(*PAIRS).cast(PAIRS).sort(PAIR)


def _strangers(connection: duckdb.DuckDBPyConnection, records: pl.DataFrame, labels: Labels) -> pl.DataFrame:
    """Return the pairs within a group whose first names are evidently different."""
    table = records.select("customer_id", group=pl.Series(labels)).filter(pl.len().over("group") > 1)
    both = table.join(table, on="group", suffix="_right").rename(
        {"customer_id": "left_id", "customer_id_right": "right_id"}
    )
    pairs = both.filter(pl.col("left_id") < pl.col("right_id"))
    return judged(connection, pairs, records).filter("first_names_differ").select(PAIR)


def _together(pairs: pl.DataFrame, customer_ids: pl.Series, labels: pl.Series) -> pl.Series:
    group = pl.DataFrame({"id": customer_ids, "group": labels})
    left, right = (
        pairs.select(id=name).join(group, on="id", how="left", maintain_order="left")["group"] for name in PAIR
    )
    return left == right
