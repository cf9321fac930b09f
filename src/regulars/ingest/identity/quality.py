"""How right the people are, where the truth is known."""

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Quality:
    """Pairwise quality: each pair of records is put together or not, rightly or not."""

    precision: float
    """Of the pairs put together, the share that are one person; 1 where none was."""
    recall: float
    """Of the pairs that are one person, the share put together; 1 where there is none."""
    f1: float
    """Harmonic mean of both; 0 where both are 0."""
    n_pairs: int
    """Pairs put together."""
    n_true_pairs: int
    """Pairs that are one person."""
    n_right_pairs: int
    """Pairs that are both."""
    n_records: int
    """Records with a known truth."""
    n_people: int
    """People found among them."""
    n_true_people: int
    """People there are."""


def measure(people: pl.DataFrame, truth: pl.DataFrame) -> Quality:
    """Compare ``people`` with ``truth``; both have ``customer_id`` and ``person_id``.

    Only records with a known truth count; one that ``people`` does not name is a person of its own. Pairs are counted
    from how many records each found person shares with each true one, so the cost grows with the records, not with
    their pairs.

    By hand: of a, b, c (one person) and d, the pairs ab and cd are found; one of two is right, one of three found.

    >>> truth = pl.DataFrame({"customer_id": ["a", "b", "c", "d"], "person_id": [1, 1, 1, 2]})
    >>> found = pl.DataFrame({"customer_id": ["a", "b", "c", "d"], "person_id": ["a", "a", "c", "c"]})
    >>> quality = measure(found, truth)
    >>> quality.precision, round(quality.recall, 3), quality.f1
    (0.5, 0.333, 0.4)
    """
    named = people.select(pl.col("customer_id").cast(pl.String), found=pl.col("person_id").cast(pl.String))
    table = truth.select(pl.col("customer_id").cast(pl.String), true="person_id").join(
        named, on="customer_id", how="left"
    )
    alone = pl.format("alone {}", "customer_id")
    table = table.with_columns(pl.coalesce(pl.format("found {}", "found"), alone).alias("found"))
    found, true, right = (_pairs(table, names) for names in (["found"], ["true"], ["found", "true"]))
    return Quality(
        precision=right / found if found else 1.0,
        recall=right / true if true else 1.0,
        f1=2 * right / (found + true) if found + true else 1.0,
        n_pairs=found,
        n_true_pairs=true,
        n_right_pairs=right,
        n_records=table.height,
        n_people=table["found"].n_unique(),
        n_true_people=table["true"].n_unique(),
    )


def _pairs(table: pl.DataFrame, names: list[str]) -> int:
    sizes = table.group_by(names).len()["len"].cast(pl.Int64)
    return int((sizes * (sizes - 1) // 2).sum())
