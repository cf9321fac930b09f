"""What tills and exports do to lines: misspelt items, bookings that are doubled, absurd values.

A frame of written lines has the true columns (``lines.SCHEMA``) and beside them what the system wrote:
``w_item_id``, ``w_at``, ``w_quantity``, ``w_price``, ``w_discount``; ``spurious`` says why a line that
was written has no true line (null: it has one). Amounts are ``quantity x price - discount``.
"""

import datetime as dt

import numpy as np
import polars as pl

from regulars.ingest.simulate.lines import AMOUNT, order_ids
from regulars.ingest.simulate.plan import Plan

MISSPELT = 0.015
"""Share of product lines whose item id is written otherwise."""
YEAR_1970, NEGATIVE_PRICE = 0.0003, 0.0003
"""Shares of till lines with a date of 1970, or with the price's sign turned."""
BOOKED_AGAIN = 0.003
"""Share of till receipts that are sent again within two minutes, with the time of the sending."""
COLLECTED = 0.01
"""Share of web orders, collected in a store, that the till books as well within two minutes."""
EXPORTED_TWICE = 0.004
"""Share of orders whose lines stand in the file twice."""
TESTS = 0.0004
"""Test lines per till line."""
BLUNDERS = 0.0004
"""Receipts with a quantity of 80,995 that are cancelled minutes later, per person."""
BLUNDER = 80_995
NEVER_WAS = 500_000
"""First place of the orders of a block that never happened."""

WRITTEN = ("item_id", "at", "quantity", "price", "discount")
WRITTEN_AMOUNT = pl.col("w_quantity") * pl.col("w_price") - pl.col("w_discount")
DIRT = pl.Schema(
    {
        "file": pl.String(),
        "line": pl.Int64(),
        "what": pl.String(),
        "column": pl.String(),
        "written": pl.String(),
        "true": pl.String(),
        "spurious": pl.Boolean(),
        "amount_written": pl.Int64(),
        "amount_true": pl.Int64(),
    }
)


def written(lines: pl.DataFrame, spurious: str | None = None) -> pl.DataFrame:
    """Return ``lines`` as a careful system would write them; with ``spurious``, lines that never happened."""
    return lines.with_columns(
        *(pl.col(name).alias(f"w_{name}") for name in WRITTEN), spurious=pl.lit(spurious, pl.String)
    )


def booked_again(plan: Plan, till: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Return till receipts that are sent again: the same number, 20 to 110 seconds later."""
    receipts = till.filter(pl.col("kind") == "sale")["order_id"].unique(maintain_order=True)
    again = pl.DataFrame(
        {"order_id": receipts.filter(pl.Series(rng.random(len(receipts)) < plan.chance(BOOKED_AGAIN)))}
    )
    found = _later(till.filter(pl.col("kind") == "sale"), again, again["order_id"], rng)
    return written(found, "near_duplicate")


def collected(plan: Plan, block: int, web: pl.DataFrame, homes: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Return what the till books of web orders that are collected: the same goods, under its own customer id.

    ``homes``: ``person``, ``store`` and the loyalty ``card`` (null: none).
    """
    names = web["order_id"].unique(maintain_order=True)
    again = pl.DataFrame({"order_id": names.filter(pl.Series(rng.random(len(names)) < plan.chance(COLLECTED)))})
    found = _later(web.filter(pl.col("kind") == "sale"), again, _ids(block, 0, again.height), rng)
    found = found.drop("store", "customer_id").join(
        homes.rename({"card": "customer_id"}), on="person", how="left", maintain_order="left"
    )
    return written(found.select(web.columns), "booked_twice")


def _later(lines: pl.DataFrame, again: pl.DataFrame, ids: pl.Series, rng: np.random.Generator) -> pl.DataFrame:
    again = again.with_columns(wait=pl.Series(rng.integers(20, 111, again.height)), other=ids)
    found = lines.join(again, on="order_id", maintain_order="left")
    return found.with_columns(at=pl.col("at") + pl.duration(seconds="wait"), order_id="other").drop("wait", "other")


def _ids(block: int, kind: int, count: int) -> pl.Series:
    """Receipts of orders that never were, apart from all others."""
    return order_ids(block, np.zeros(count, dtype=np.int64), NEVER_WAS + kind * 100_000 + np.arange(count))


def tests(plan: Plan, block: int, till: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Return test lines: a cent for the item TEST, when the till was being set up or mended."""
    hit = till.filter(pl.Series(rng.random(till.height) < plan.chance(TESTS)))
    return written(
        hit.with_columns(
            person=pl.lit(-1, pl.Int64),
            customer_id=pl.lit(None, pl.String),
            order_id=_ids(block, 1, hit.height),
            item=pl.lit(-1, pl.Int64),
            item_id=pl.lit("TEST"),
            what=pl.lit("TEST"),
            quantity=pl.lit(1, pl.Int64),
            price=pl.lit(1, pl.Int64),
            discount=pl.lit(0, pl.Int64),
            kind=pl.lit("charge"),
        ),
        "test",
    )


def blunders(plan: Plan, block: int, till: pl.DataFrame, people: int, rng: np.random.Generator) -> pl.DataFrame:
    """Return pairs of a sale of 80,995 pieces and its cancelling a few minutes later; one at least if any dirt is."""
    sold = till.filter((pl.col("kind") == "sale") & pl.col("customer_id").is_not_null())
    count = min(max(int(people * plan.chance(BLUNDERS)), 1 if plan.mess else 0), sold.height)
    hit = sold[np.sort(rng.choice(sold.height, count, replace=False))] if count else sold.clear()
    wait = pl.Series(rng.integers(60, 900, hit.height))
    wrong = hit.with_columns(
        quantity=pl.lit(BLUNDER, pl.Int64), discount=pl.lit(0, pl.Int64), order_id=_ids(block, 2, hit.height)
    )
    undone = wrong.with_columns(
        quantity=-pl.col("quantity"),
        at=pl.col("at") + pl.duration(seconds=pl.lit(wait)),
        kind=pl.lit("return"),
        order_id=_ids(block, 3, hit.height),
    )
    return written(pl.concat([wrong, undone]), "quantity_absurd")


def misspelt(plan: Plan, lines: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Write some item ids in lower case, with blanks around, or, if all digits, without their leading zeros."""
    draw = pl.Series(rng.random(lines.height) / max(plan.chance(MISSPELT), 1e-12))
    name = pl.col("item_id")
    bare = pl.when(name.str.contains(r"^\d+$")).then(name.str.strip_chars_start("0")).otherwise(name)
    ways = (
        pl.when((draw < 0.4) & (bare != name))
        .then(bare)
        .when((draw < 0.7) & (name.str.to_lowercase() != name))
        .then(name.str.to_lowercase())
        .when(draw < 0.85)
        .then(pl.concat_str(pl.lit(" "), name, pl.lit(" ")))
        .when(draw < 1)
        .then(pl.concat_str(name, pl.lit(" ")))
        .otherwise(name)
    )
    return lines.with_columns(w_item_id=pl.when(pl.col("item") >= 0).then(ways).otherwise("w_item_id"))


def absurd(plan: Plan, till: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Write some lines with the day 1 January 1970, some with the sign of the price turned."""
    draw = pl.Series(rng.random(till.height))
    year, sign = plan.chance(YEAR_1970), plan.chance(NEGATIVE_PRICE)
    sound = (pl.col("kind") == "sale") & pl.col("spurious").is_null()
    turned = sound & (draw >= year) & (draw < year + sign)
    epoch = pl.lit(dt.datetime(1970, 1, 1))
    return till.with_columns(
        w_at=pl.when(sound & (draw < year)).then(epoch).otherwise("w_at"),
        w_price=pl.when(turned).then(-pl.col("w_price")).otherwise("w_price"),
        w_discount=pl.when(turned).then(-pl.col("w_discount")).otherwise("w_discount"),
    )


def exported_twice(plan: Plan, lines: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Append the lines of some orders again, letter for letter, as an export that overlaps its predecessor does."""
    names = lines["order_id"].unique(maintain_order=True)
    again = names.filter(pl.Series(rng.random(len(names)) < plan.chance(EXPORTED_TWICE)))
    twice = lines.filter(pl.col("order_id").is_in(again.implode()) & pl.col("spurious").is_null())
    return pl.concat([lines, twice.with_columns(spurious=pl.lit("exact_duplicate"))])


def numbered(lines: pl.DataFrame) -> pl.DataFrame:
    """Number the written lines from 1 in the block."""
    return lines.with_columns(line=pl.int_range(1, lines.height + 1, dtype=pl.Int64))


def dirt(file: str, lines: pl.DataFrame) -> pl.DataFrame:
    """Return what was done to the written lines: one row a line that never happened, and one a spoilt cell."""
    spurious = pl.col("spurious").is_not_null()
    told = [
        _told(lines.filter(spurious), pl.col("spurious"), None, true_amount=pl.lit(0, pl.Int64)),
        _told(lines.filter(~spurious & (pl.col("w_item_id") != pl.col("item_id"))), pl.lit("item_misspelt"), "item_id"),
        _told(lines.filter(~spurious & (pl.col("w_at") != pl.col("at"))), pl.lit("year_1970"), "at"),
        _told(lines.filter(~spurious & (pl.col("w_price") != pl.col("price"))), pl.lit("negative_price"), "price"),
        _told(lines.filter(~spurious & (pl.col("kind") == "charge")), pl.lit("non_product"), None),
    ]
    found = pl.concat(told).with_columns(file=pl.lit(file))
    return found.select(DIRT.names()).sort("line", maintain_order=True)


def _told(hit: pl.DataFrame, what: pl.Expr, column: str | None, true_amount: pl.Expr = AMOUNT) -> pl.DataFrame:
    return hit.select(
        "line",
        what=what,
        column=pl.lit(column, pl.String),
        written=pl.col(f"w_{column}").cast(pl.String) if column else pl.lit(None, pl.String),
        true=pl.col(column).cast(pl.String) if column else pl.lit(None, pl.String),
        spurious=pl.col("spurious").is_not_null(),
        amount_written=WRITTEN_AMOUNT,
        amount_true=true_amount,
    )
