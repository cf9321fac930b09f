"""Shares a sum over lines to the last minor unit."""

import polars as pl


def share(total: str, weight: str, group: str) -> pl.Expr:
    """Share ``total`` over the lines of each ``group`` by ``weight``: whole numbers that add up to it exactly.

    Each line gets its proportion rounded down; what is left goes, a unit each, to the largest remainders
    (largest remainder method). Where all weights are 0, all lines weigh the same. Weights are >= 0; of a negative
    total the shares are those of the positive one, negated.

    >>> frame = pl.DataFrame({"order": [1, 1, 1], "net": [333, 333, 334], "off": [100, 100, 100]})
    >>> frame.select(share("off", "net", "order")).to_series().to_list()
    [33, 33, 34]
    """
    whole = pl.col(total).abs()
    sums = pl.col(weight).sum().over(group)
    given = pl.when(sums == 0).then(pl.lit(1, pl.Int64)).otherwise(pl.col(weight))
    sums = given.sum().over(group)
    down, rest = whole * given // sums, whole * given % sums
    left = whole - down.sum().over(group)
    rank = rest.rank("ordinal", descending=True).over(group)
    return ((down + (rank <= left).cast(pl.Int64)) * pl.col(total).sign()).alias("share")
