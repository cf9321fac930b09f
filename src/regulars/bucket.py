"""One bucket of a ledger: what its lines become once they meet the rules, and what they amount to."""

import polars as pl

from regulars.hygiene import Context
from regulars.manifest import Effect, Facts


def as_written(lines: pl.DataFrame, *names: str) -> pl.DataFrame:
    """Return lines whose ``customer`` or ``item`` goes by the id that its source wrote.

    >>> line = {"customer_id": "p", "customer_as_written": "till:7"}
    >>> as_written(pl.DataFrame([line]), "customer").row(0)
    ('till:7', None)
    """
    written = [pl.coalesce(f"{name}_as_written", f"{name}_id").alias(f"{name}_id") for name in names]
    return lines.with_columns(*written, *(pl.lit(None, pl.String).alias(f"{name}_as_written") for name in names))


def spelt(lines: pl.DataFrame, respelt: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Return lines whose items go by the spelling they stand for, where the rule is on for their source."""
    return renamed(lines, "item", respelt, pl.col("source").is_in(context.on("spelling")))


def renamed(lines: pl.DataFrame, what: str, names: pl.DataFrame, where: pl.Expr | None = None) -> pl.DataFrame:
    """Return lines whose ``{what}_id`` is replaced by ``names``, with the old one in ``{what}_as_written``."""
    if names.is_empty():
        return lines
    key, written = f"{what}_id", f"{what}_as_written"
    new = pl.col(key).replace_strict(names[written], names[key], default=None)
    new = new if where is None else pl.when(where).then(new)
    return lines.with_columns(
        pl.coalesce(new, key).alias(key), pl.when(new.is_not_null()).then(pl.col(key)).alias(written)
    )


def facts(lines: pl.DataFrame, zone: str) -> Facts:
    """Return what the lines of a bucket (UTC) amount to."""
    seen = lines.filter(pl.col("excluded").is_null())
    at = {"first_day": pl.min("purchased_at"), "last_day": pl.max("purchased_at")}
    back, found = pl.col("quantity") < 0, pl.col("undoes").is_not_null()
    order = pl.struct("customer_id", "order_id")
    new = {name: pl.col(name).ne_missing(pl.col(name).shift()) for name in ("customer_id", "order_id")}
    runs = seen.select("customer_id", "order_id").filter(new["customer_id"] | new["order_id"])  # orders lie together
    sums = seen.select(
        n_lines=pl.len(),
        n_customers=new["customer_id"].sum(),
        money=pl.col("amount").sum(),
        **{name: when.dt.convert_time_zone(zone).dt.date() for name, when in at.items()},
    )
    aside = lines.filter(pl.col("excluded").is_not_null()).group_by("excluded").agg(pl.len(), pl.col("amount").sum())
    return Facts(
        **sums.row(0, named=True),
        n_orders=runs.select(order.n_unique()).item() if runs.height else 0,
        excluded={rule: Effect(lines=n, money=money) for rule, n, money in sorted(aside.iter_rows())},
        respelt=_effect(lines.filter(pl.col("item_as_written").is_not_null())),
        matched=_effect(seen.filter(back & found)),
        unmatched=_effect(seen.filter(back & ~found)),
    )


def _effect(lines: pl.DataFrame) -> Effect:
    return Effect(lines=lines.height, money=int(lines["amount"].sum()))
