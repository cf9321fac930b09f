"""Who buys how: a shop in a few small tables, for people who meet it for the first time.

Every function takes a ledger and ``as_of`` and sees only what came before. A purchase is a line of
quantity > 0; sales are what the shop kept, returns subtracted. Columns called ``sales`` are in units of
the ledger's currency, summed in minor units and divided for the reader at the very end.
"""

import datetime as dt

import polars as pl

from regulars import scale, windows
from regulars.errors import DataError
from regulars.features import KEYS
from regulars.ledger import Ledger
from regulars.windows import Snapshot

CLASSES = {1: "1", 2: "2-4", 5: "5-12", 13: "13-26", 27: "27-52", 53: "53 or more"}
"""Purchase days from which a class of customers starts, and its name: monthly is 12 a year, weekly 52."""

_BOUGHT = pl.col("quantity") > 0
_DAY = pl.col("purchased_at").dt.date()


def overview(ledger: Ledger, as_of: dt.date) -> pl.DataFrame:
    """Return the size of the shop in one row.

    ``first_day``, ``last_day``, ``customers``, ``orders``, ``lines``, ``items`` (different ones sold), ``sales``,
    ``currency``, and ``returned_lines``.

    Raises:
        DataError: nothing was bought before ``as_of``.
    """
    lines = ledger.transactions(before=as_of)
    found = lines.select(
        first_day=_DAY.min(),
        last_day=_DAY.max(),
        customers=pl.col("customer_id").filter(_BOUGHT).n_unique(),
        orders=pl.col("order_id").filter(_BOUGHT).n_unique(),
        lines=_BOUGHT.sum(),
        items=pl.col("item_id").filter(_BOUGHT).n_unique(),
        sales=_sales(pl.col("amount").sum()),
        returned_lines=(pl.col("quantity") < 0).sum(),
    ).collect()
    if not found["lines"].item():
        raise DataError(f"the ledger has no purchase before {as_of}; its data starts on {ledger.manifest.first_day}")
    return found.with_columns(currency=pl.lit(ledger.manifest.currency))


def months(ledger: Ledger, as_of: dt.date) -> pl.DataFrame:
    """Return the whole months before ``as_of``; those that the data cover in part are left out.

    One row a month, in order: ``month`` (such as 2017-01), ``customers`` who bought, ``new_customers`` who bought
    for the first time in the data, ``orders``, ``sales``.
    """

    def work(lines: pl.LazyFrame) -> pl.DataFrame:
        dated = lines.with_columns(month=_DAY.dt.month_start())
        first = dated.filter(_BOUGHT).group_by("customer_id").agg(first=pl.col("month").min())
        return (
            dated.join(first, on="customer_id", how="left")
            .group_by("month")
            .agg(
                customers=pl.col("customer_id").filter(_BOUGHT).n_unique(),
                new_customers=pl.col("customer_id").filter(pl.col("first") == pl.col("month")).n_unique(),
                orders=pl.col("order_id").filter(_BOUGHT).n_unique(),
                amount=pl.col("amount").sum(),
            )
            .collect()
        )

    until = min(as_of, windows.after(ledger.data_through))
    whole = (pl.col("month") >= ledger.manifest.first_day) & (pl.col("month").dt.month_end() < until)
    found = scale.map_buckets(ledger, as_of, work).group_by("month").sum().filter(whole).sort("month")
    return found.with_columns(pl.col("month").dt.strftime("%Y-%m"), sales=_sales(pl.col("amount"))).drop("amount")


def habits(ledger: Ledger, as_of: dt.date) -> pl.DataFrame:
    """Return how customers differ by how often they came.

    One row a class of CLASSES that has customers, rarest visitors first: ``purchase_days`` (the class), ``customers``,
    ``share_of_customers``, ``share_of_sales``, and medians over its customers: ``gap_median``, ``recency`` (days)
    and ``regularity`` (1 = random, larger = clockwork; null where nobody has three purchase days).
    """
    people = _customers(ledger, as_of)
    started = pl.Series(list(CLASSES))
    named = people.with_columns(
        kind=pl.col("purchase_days").map_batches(
            lambda days: started.search_sorted(days, side="right") - 1, return_dtype=pl.UInt32
        )
    )
    found = named.group_by("kind").agg(
        customers=pl.len(),
        amount=pl.col("amount").sum(),
        gap_median=pl.col("gap_median").median(),
        recency=pl.col("recency").median(),
        regularity=pl.col("regularity").median(),
    )
    return found.sort("kind").select(
        purchase_days=pl.col("kind").replace_strict(dict(enumerate(CLASSES.values())), return_dtype=pl.String),
        customers="customers",
        share_of_customers=pl.col("customers") / pl.col("customers").sum(),
        share_of_sales=pl.col("amount") / pl.col("amount").sum(),
        gap_median="gap_median",
        recency="recency",
        regularity="regularity",
    )


def gaps(ledger: Ledger, as_of: dt.date, longest: int = 42) -> pl.DataFrame:
    """Return how many days lie between two purchase days of a customer that follow each other.

    One row for each of 1 .. ``longest`` days, and the last for longer ones: ``days`` (text), ``gaps``, ``share``.
    """

    def work(lines: pl.LazyFrame) -> pl.DataFrame:
        days = lines.filter(_BOUGHT).select("customer_id", day=_DAY).unique().sort("customer_id", "day")
        gap = pl.col("day").diff().dt.total_days().over("customer_id")
        return days.select(gap=gap.clip(upper_bound=longest + 1)).drop_nulls().collect()

    counted = scale.map_buckets(ledger, as_of, work).group_by("gap").agg(gaps=pl.len())
    every = pl.DataFrame({"gap": range(1, longest + 2)}, schema={"gap": pl.Int64})
    found = every.join(counted, on="gap", how="left", maintain_order="left").fill_null(0)
    name = pl.when(pl.col("gap") > longest).then(pl.lit(f"> {longest}")).otherwise(pl.col("gap").cast(pl.String))
    return found.select(days=name, gaps="gaps", share=pl.col("gaps") / pl.col("gaps").sum())


def categories(ledger: Ledger, as_of: dt.date, n: int = 15) -> pl.DataFrame:
    """Return the ``n`` categories that most customers buy, most first.

    ``category``, ``customers``, ``share_of_customers``, ``orders``, ``sales``; an item without a category counts
    as "(unknown)".
    """
    groups = ledger.items().lazy().select("item_id", "category")

    def work(lines: pl.LazyFrame) -> pl.DataFrame:
        named = lines.join(groups, on="item_id", how="left").with_columns(pl.col("category").fill_null("(unknown)"))
        return (
            named.group_by("category")
            .agg(
                customers=pl.col("customer_id").filter(_BOUGHT).n_unique(),
                orders=pl.col("order_id").filter(_BOUGHT).n_unique(),
                amount=pl.col("amount").sum(),
            )
            .collect()
        )

    everyone = overview(ledger, as_of)["customers"].item()
    found = scale.map_buckets(ledger, as_of, work).group_by("category").sum()
    return (
        found.sort(["customers", "category"], descending=[True, False])
        .head(n)
        .select(
            "category",
            "customers",
            (pl.col("customers") / everyone).alias("share_of_customers"),
            "orders",
            sales=_sales(pl.col("amount")),
        )
    )


def headline(ledger: Ledger, as_of: dt.date) -> str:
    """Return what a newcomer should remember of the shop, in a few sentences."""
    people = _customers(ledger, as_of)
    fifth = pl.col("amount").top_k(-(-people.height // 5)).sum()
    count, once, gap, share, late = people.select(
        count=pl.len(),
        once=(pl.col("purchase_days") == 1).mean(),
        gap=pl.col("gap_median").median(),
        share=fifth / pl.col("amount").sum(),
        late=(pl.col("recency") > 2 * pl.col("gap_median")).fill_null(value=False).mean(),
    ).row(0)
    usual = "nobody came twice yet" if gap is None else f"the usual gap between two visits is {gap:.0f} days"
    return (
        f"Of {count:,} customers {once:.0%} came only once; {usual}. The fifth who spend most bring {share:.0%} of "
        f"the sales. As of {as_of}, {late:.0%} of all customers have been away for more than twice their own usual "
        f"gap: some are slipping away, some are merely late."
    )


def _customers(ledger: Ledger, as_of: dt.date) -> pl.DataFrame:
    """Return a row a customer: ``purchase_days``, ``amount`` (minor units) and the features of rhythm."""
    features = scale.feature_table(ledger, [Snapshot(as_of)])

    def work(lines: pl.LazyFrame) -> pl.DataFrame:
        return lines.group_by("customer_id").agg(amount=pl.col("amount").sum()).collect()

    return features.select(
        KEYS[0], "recency", "gap_median", "regularity", purchase_days=pl.col("frequency").cast(pl.Int64) + 1
    ).join(scale.map_buckets(ledger, as_of, work), on=KEYS[0])


def _sales(amount: pl.Expr) -> pl.Expr:
    return amount.cast(pl.Float64) / 100
