"""Customers by when they came first, and by how lately and how often they come: cohorts and the RFM map."""

import polars as pl

from regulars import profile, scale, windows
from regulars.briefing.shop import Shop
from regulars.errors import DataError

RECENCY = {1: "1-7", 8: "8-14", 15: "15-30", 31: "31-60", 61: "61-90", 91: "91-180", 181: "over 180"}
"""Days since the last purchase from which a class of customers starts, and its name."""
FREQUENCY = profile.CLASSES
"""Purchase days from which a class of customers starts, and its name."""

_BOUGHT = pl.col("quantity") > 0
_MONTH = pl.col("purchased_at").dt.date().dt.month_start()


def retention(shop: Shop) -> pl.DataFrame:
    """Return which share of the customers who came first in a month bought again in each month after it.

    One row per ``cohort`` (the month of the first purchase that the ledger knows, with its customers, such as
    "2017-01 (248)") and ``months_later`` (from 0), in order: ``customers`` (of the cohort), ``active`` (of them, who
    bought in that month) and ``share``. Only whole months count, and cohorts without customers have no rows.

    Raises:
        DataError: the data hold no whole month.
    """

    def work(lines: pl.LazyFrame) -> pl.DataFrame:
        bought = lines.filter(_BOUGHT).select("customer_id", month=_MONTH).unique()
        return bought.with_columns(cohort=pl.col("month").min().over("customer_id")).collect()

    first, until = shop.ledger.manifest.first_day, min(shop.as_of, windows.after(shop.ledger.data_through))
    found = scale.map_buckets(shop.ledger, shop.as_of, work)
    whole = found.filter(pl.col("cohort") >= first, pl.col("month").dt.month_end() < until)
    if whole.is_empty():
        raise DataError(f"the data from {first} to {until} hold no whole month; cohorts need some")
    counted = whole.group_by("cohort", "month").agg(active=pl.len()).sort("cohort", "month")
    years, months = (pl.col("month").dt.year() - pl.col("cohort").dt.year()), pl.col("month").dt.month()
    customers = pl.col("active").filter(pl.col("month") == pl.col("cohort")).first().over("cohort")
    return counted.select(
        cohort=pl.format("{} ({})", pl.col("cohort").dt.strftime("%Y-%m"), customers),
        months_later=12 * years.cast(pl.Int64) + months.cast(pl.Int64) - pl.col("cohort").dt.month().cast(pl.Int64),
        customers=customers,
        active="active",
        share=pl.col("active") / customers,
    )


def rfm_map(shop: Shop) -> pl.DataFrame:
    """Return the customers by how lately and how often they bought.

    One row a cell that has customers, by class: ``recency`` (of RECENCY, days), ``purchase_days`` (of FREQUENCY),
    ``customers``, ``share_of_sales`` (of the year before as_of; null where nothing was sold), ``spend_a_day`` (the
    median customer's mean net amount of a purchase day, units of the currency) and ``churn_probability`` (mean).
    """
    table = shop.features.join(shop.scores.select("customer_id", "churn_probability"), on="customer_id")
    total = table["spend_365"].sum()
    cells = table.group_by(
        recency=_class(pl.col("recency"), RECENCY), purchase_days=_class(pl.col("frequency") + 1, FREQUENCY)
    ).agg(
        customers=pl.len().cast(pl.Int64),
        share_of_sales=pl.col("spend_365").sum() / (total if total > 0 else None),
        spend_a_day=pl.col("spend").median() / 100,
        churn_probability=pl.col("churn_probability").mean(),
    )
    return cells.sort("recency", "purchase_days")


def segments(shop: Shop) -> pl.DataFrame:
    """Return the cells of :func:`rfm_map` that matter most: ``at_stake`` is their expected loss, largest first.

    The columns of :func:`rfm_map` and ``at_stake``, the sales of the year before as_of to the cell's customers, each
    weighted by the probability of staying away (units of the currency).
    """
    scored = shop.features.join(shop.scores.select("customer_id", "churn_probability"), on="customer_id")
    lost = (pl.col("spend_365") * pl.col("churn_probability")).sum() / 100
    keys = {
        "recency": _class(pl.col("recency"), RECENCY),
        "purchase_days": _class(pl.col("frequency") + 1, FREQUENCY),
    }
    stakes = scored.with_columns(**keys).group_by(list(keys)).agg(at_stake=lost)
    return rfm_map(shop).join(stakes, on=list(keys)).sort("at_stake", "customers", descending=True)


def headline(shop: Shop) -> str:
    """Return how well the youngest and the oldest cohorts hold, and where the money at risk sits, in sentences."""
    later = retention(shop).filter(pl.col("months_later") == 1)
    said = (
        "No cohort has been watched for a month yet."
        if later.is_empty()
        else f"Of {int(later['customers'].sum()):,} customers in {later.height} cohorts, "
        f"{int(later['active'].sum()) / int(later['customers'].sum()):.0%} bought again in the month after their first."
    )
    cell = segments(shop).row(0, named=True)
    return (
        f"{said} The most money at risk sits with the {cell['customers']:,} customers of {cell['purchase_days']} "
        f"purchase days who were last seen {cell['recency']} days ago: {cell['at_stake']:,.0f} "
        f"{shop.ledger.manifest.currency} of last year's sales, weighted by the risk of their staying away."
    )


def _class(value: pl.Expr, classes: dict[int, str]) -> pl.Expr:
    """Return the name of the last class that starts at or below the value."""
    starts, names = list(classes), list(classes.values())
    found = pl.lit(names[0])
    for start, name in zip(starts[1:], names[1:], strict=True):
        found = pl.when(value >= start).then(pl.lit(name)).otherwise(found)
    return found.cast(pl.Enum(names))
