"""Five customers that show what a timing model does, chosen by what was known of them."""

from collections.abc import Mapping

import polars as pl

CHOICES: Mapping[str, tuple[pl.Expr, str, bool]] = {
    "comes most often": ((pl.col("frequency") >= 4) & (pl.col("overdue") <= 1.0), "frequency", True),
    "comes every week": (
        (pl.col("frequency") >= 8) & pl.col("gap_median").is_between(6, 8) & (pl.col("overdue") <= 1.5),
        "regularity",
        True,
    ),
    "is slipping away": (
        (pl.col("frequency") >= 4) & pl.col("overdue").is_between(2.0, 4.0) & (pl.col("recency") >= 14),
        "frequency",
        True,
    ),
    "came once, lately": (pl.col("frequency") == 0, "recency", False),
    "came once, long ago": (pl.col("frequency") == 0, "recency", True),
}
"""Who -> whom of them: a condition on the features, and the feature of which the highest (or lowest) is taken."""


def telling(features: pl.DataFrame) -> dict[str, int]:
    """Return the telling customers of a feature table: who they are, in words, and the number of their row.

    Each choice takes one customer whom none before it has taken, the first by customer_id among equals; a choice that
    nobody meets is left out.
    """
    rows = features.with_row_index("row")
    found: dict[str, int] = {}
    for name, (condition, feature, highest) in CHOICES.items():
        left = rows.filter(condition & pl.col(feature).is_not_null() & ~pl.col("row").is_in(list(found.values())))
        if left.height:
            chosen = left.sort([feature, "customer_id"], descending=[highest, False]).row(0, named=True)
            found[f"{name} ({_said(int(chosen['frequency']) + 1, int(chosen['recency']))})"] = chosen["row"]
    return found


def _said(days: int, recency: int) -> str:
    return (
        f"{days} purchase {'day' if days == 1 else 'days'}, the last {recency} {'day' if recency == 1 else 'days'} ago"
    )
