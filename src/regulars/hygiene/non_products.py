"""Lines that are money but no goods: postage, fees, vouchers, tests."""

from collections.abc import Mapping, Sequence

import polars as pl

from regulars.hygiene.rules import Rules

NAMED = pl.Schema({"source": pl.String(), "item_id": pl.String(), "since": pl.Datetime("us", "UTC")})
"""Items whose name says that they are no product, and from when on it is known."""


def matching(column: str, rule: Rules) -> pl.Expr:
    """Return which ids in ``column`` say that they are no product, by the patterns of ``rule``."""
    if not rule.item_patterns:
        return pl.repeat(value=False, n=pl.len())
    return pl.col(column).str.contains(whole(rule.item_patterns)).fill_null(value=False)


def by_id(lines: pl.DataFrame, rules: Mapping[str, Rules]) -> pl.Expr:
    """Return which lines have an item id that says so, whether before or after spelling."""
    hits = pl.lit(value=False)
    for source, rule in rules.items():
        if rule.non_product and rule.item_patterns:
            here = pl.col("source") == source
            for column in ("item_id", "item_as_written"):
                ids = lines[column].drop_nulls().unique()
                found = ids.filter(ids.str.contains(whole(rule.item_patterns)))
                hits = hits | (here & pl.col(column).is_in(found.implode()).fill_null(value=False))
    return hits


def named(items: pl.DataFrame, rules: Mapping[str, Rules], zone: str) -> pl.DataFrame:
    """Return NAMED: the items of a catalogue whose name says so, by source."""
    found = [pl.DataFrame(schema=NAMED)]
    since = pl.col("known_since").dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    for source, rule in rules.items():
        if rule.non_product and rule.name_patterns:
            name = pl.coalesce("name", "item_id")  # many a shop has names only, and these are its ids
            hit = items.filter(name.str.contains("(?i)" + whole(rule.name_patterns)))
            at = since.dt.convert_time_zone("UTC").cast(NAMED["since"])
            found.append(hit.select(source=pl.lit(source), item_id="item_id", since=at))
    first = pl.when(pl.col("since").is_null().any()).then(None).otherwise(pl.min("since"))
    return pl.concat(found).group_by("source", "item_id").agg(since=first).sort("source", "item_id")


def by_name(lines: pl.DataFrame, names: pl.DataFrame) -> pl.Series:
    """Return which lines have an item that ``names`` lists; not before it was first called so."""
    if names.is_empty():
        return pl.Series([False], dtype=pl.Boolean).new_from_index(0, lines.height)
    told = lines.select("source", "item_id", "purchased_at").join(
        names.with_columns(hit=pl.lit(value=True)), on=["source", "item_id"], how="left", maintain_order="left"
    )
    early = (pl.col("purchased_at") < pl.col("since")).fill_null(value=False)
    return told.select((pl.col("hit") & ~early).fill_null(value=False)).to_series()


def whole(patterns: Sequence[str]) -> str:
    """Return one regular expression that a whole text must match.

    >>> whole(["POST", "gift_.*"])
    '^(?:POST|gift_.*)$'
    """
    return f"^(?:{'|'.join(patterns)})$"
