"""Marks the lines of one bucket."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from regulars.hygiene import duplicates, non_products, returns
from regulars.hygiene.rules import Rules, Switch

_CELLS = ["customer_id", "purchased_at", "order_id", "item_id", "quantity", "amount", "discount", "store_id", "source"]


@dataclass(frozen=True)
class Context:
    """What the marks of a bucket depend on beside its lines."""

    rules: Mapping[str, Rules] = field(default_factory=dict)
    """Source -> its rules; a source without any has none in force."""
    zone: str = "UTC"
    """The shop's time zone, which says what a day is."""
    named: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=non_products.NAMED))
    """Items whose name says that they are no product."""

    def on(self, rule: Switch) -> list[str]:
        """Return the sources for which ``rule`` is in force."""
        return [source for source, rules in self.rules.items() if getattr(rules, rule)]


def mark(lines: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Fill ``excluded`` and ``undoes`` of ``schema.LINES`` (times in UTC), whatever they held.

    Args:
        lines: whole customers, sorted as a ledger keeps them; ``item_id`` and ``customer_id`` are final.
        context: the rules in force.
    """
    copy = duplicates.exact(lines, _CELLS, context.on("exact_duplicate"))
    again = duplicates.near(lines, context.on("near_duplicate"))
    service = non_products.by_name(lines, context.named)
    no_goods = non_products.by_id(lines, context.rules) | pl.lit(service)
    stock = (pl.col("quantity") < 0) & (pl.col("amount") == 0) & pl.col("source").is_in(context.on("write_off"))
    reason = (
        pl.when(pl.lit(copy))
        .then(pl.lit("exact_duplicate"))
        .when(pl.lit(again))
        .then(pl.lit("near_duplicate"))
        .when(no_goods)
        .then(pl.lit("non_product"))
        .when(stock)
        .then(pl.lit("write_off"))
        .when(pl.col("customer_id").is_null())
        .then(pl.lit("anonymous"))
    )
    return _with_returns(lines.with_columns(excluded=reason, undoes=pl.lit(None, pl.String)), context)


def _with_returns(lines: pl.DataFrame, context: Context) -> pl.DataFrame:
    matching, voiding = context.on("returns"), context.on("voided")
    if not (lines["quantity"] < 0).any() or not (matching or voiding):
        return lines
    pairs = returns.match(lines, lines["excluded"].is_null())
    source = lines["source"]
    void = returns.voided(lines, pairs, context.zone)
    void = void.filter(source.gather(void["row"]).is_in(voiding))
    kept = pairs.filter(source.gather(pairs["row"]).is_in(matching))
    undoes = lines["undoes"].scatter(kept["row"], lines["order_id"].gather(kept["sale"]))
    excluded = lines["excluded"].scatter(pl.concat([void["row"], void["sale"]]), "voided")
    return lines.with_columns(undoes, excluded)
