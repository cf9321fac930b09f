"""What happened lately: counts and spend in windows, and their trends."""

import polars as pl

from regulars.features.known import KEYS, Known

WINDOWS = (30, 90, 180, 365)
SHORT = (7, 14)

NAMES = (
    *(f"days_{w}" for w in (*SHORT, *WINDOWS)),
    *(f"spend_{w}" for w in WINDOWS),
    "trend_30",
    "trend_90",
    "trend_180",
)


def recent(known: Known) -> pl.DataFrame:
    """Purchase days and spend in the last days before as_of, and their trends.

    One row per (customer_id, as_of):

    ``days_7 .. days_365``    purchase days with age <= 7, 14, 30, 90, 180, 365; >= 0
    ``spend_30 .. spend_365`` net amount in these windows, minor units
    ``trend_30``              rate of the last 30 days over that of the 60 before; 1 = steady, > 1 = speeding up
    ``trend_90``, ``trend_180``  last 90 (180) days over the 90 (185) before

    Half a purchase day is added to both sides of a trend, so that a ratio always exists; a trend is null
    until the customer has been known for longer than its recent window.
    """
    inside = {w: pl.col("age") <= w for w in (*SHORT, *WINDOWS)}
    sums = known.days.group_by(KEYS, maintain_order=True).agg(
        *(inside[w].sum().cast(pl.Int64).alias(f"days_{w}") for w in (*SHORT, *WINDOWS)),
        *(pl.col("amount").filter(inside[w]).sum().alias(f"spend_{w}") for w in WINDOWS),
        tenure=pl.col("age").max(),
    )
    return sums.with_columns(trend_30=_trend(30, 90), trend_90=_trend(90, 180), trend_180=_trend(180, 365)).drop(
        "tenure"
    )


def _trend(near: int, far: int) -> pl.Expr:
    """Rate of purchase days in the last ``near`` days over the rate in the rest of the last ``far``."""
    inside, around = pl.col(f"days_{near}"), pl.col(f"days_{far}")
    before = (around - inside) * (near / (far - near))
    return pl.when(pl.col("tenure") > near).then((inside + 0.5) / (before + 0.5))
