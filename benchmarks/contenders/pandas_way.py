"""The table in idiomatic pandas 3: lines to purchase days once, then a filter and a groupby a snapshot.

Ids are categories, so that grouping works on integers; nothing loops over customers. What a customer holds of an item
is added up from day to day once, so that no snapshot goes through the lines again.
"""

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from benchmarks.contenders.job import Job

WHO = "customer_id"
DAY = [WHO, "day"]
GROUPS = ["item_id", "category", "department"]
IDS = [WHO, "order_id", "item_id", "store_id"]
COLUMNS = [*IDS, "purchased_at", "quantity", "amount", "discount", "excluded"]


def make(job: Job) -> None:
    """Write the features of every customer at each snapshot."""
    lines = read(job)
    bought, back = lines[lines["quantity"] > 0], lines[lines["quantity"] < 0]
    days = purchase_days(bought)
    gaps = days[DAY].assign(gap=days.groupby(WHO, observed=True)["day"].diff().dt.days).dropna()
    returns = back.groupby(DAY, observed=True).agg(n_lines=("amount", "size"), amount=("amount", "sum")).reset_index()
    tables = [snapshot(days, gaps, returns, pd.Timestamp(day)) for day in job.as_of]
    pd.concat(tables).reset_index().to_parquet(job.out / "table.parquet", index=False)


def read(job: Job) -> pd.DataFrame:
    """Return the lines before the last snapshot, with their day, hour and groups; ids are categories."""
    last = pd.Timestamp(job.as_of[-1], tz="UTC")
    wanted = pc.field("excluded").is_null() & (pc.field("purchased_at") < last.to_pydatetime())
    lines = pd.read_parquet(list(job.lines), columns=COLUMNS, filters=wanted).drop(columns="excluded")
    lines = lines.astype(dict.fromkeys(IDS, "category"))
    groups = pd.read_parquet(job.items, columns=GROUPS).fillna("").set_index("item_id")
    for name in groups:
        lines[name] = lines["item_id"].map(groups[name]).fillna("").astype("category")
    at = lines["purchased_at"].dt.tz_localize(None)
    lines["store_id"] = lines["store_id"].cat.as_ordered()
    return lines.assign(day=at.dt.normalize(), hour=at.dt.hour).drop(columns="purchased_at")


def purchase_days(bought: pd.DataFrame) -> pd.DataFrame:
    """Return a row a customer and day, by both."""
    orders = bought.groupby([*DAY, "order_id"], observed=True).agg(hour=("hour", "min"), store_id=("store_id", "min"))
    orders = orders.reset_index()
    orders["store_id"] = orders["store_id"].cat.add_categories([""]).fillna("")
    parts = [
        bought.assign(deal=bought["discount"] > 0)
        .groupby(DAY, observed=True)
        .agg(
            n_lines=("amount", "size"), n_deals=("deal", "sum"), amount=("amount", "sum"), discount=("discount", "sum")
        ),
        orders.groupby(DAY, observed=True).agg(n_orders=("hour", "size"), hours=("hour", "sum")),
        held(orders, "store_id"),
        *(held(bought, name) for name in GROUPS),
    ]
    days = pd.concat(parts, axis=1).reset_index().sort_values(DAY, ignore_index=True)
    return days.assign(weekday=days["day"].dt.day_of_week + 1)


def held(rows: pd.DataFrame, one: str) -> pd.DataFrame:
    """Return, a customer and day, how many ones there were, how many of them new, and most rows so far of one."""
    counts = rows.groupby([WHO, one, "day"], observed=True).size().rename("n").reset_index()
    so_far = counts.groupby([WHO, one], observed=True)["n"].cumsum()
    counts = counts.assign(top=so_far, new=so_far == counts["n"], squares=counts["n"] * (2 * so_far - counts["n"]))
    by_day = counts.groupby(DAY, observed=True)
    found = by_day.agg(n=("n", "size"), new=("new", "sum"), top=("top", "max"), squares=("squares", "sum"))
    return found.add_prefix(f"{one}_")


def snapshot(days: pd.DataFrame, gaps: pd.DataFrame, returns: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return the features at one snapshot."""
    past = days[days["day"] < as_of]
    lately = {n: since(past, as_of, n) for n in (7, 14, 30, 90, 180, 365)}
    sums = past.groupby(WHO, observed=True).agg(
        days=("day", "size"), first=("day", "min"), last=("day", "max"), spend_std=("amount", "std"),
        spend_last=("amount", "last"), store_top=("store_id_top", "max"), item_top=("item_id_top", "max"),
        category_top=("category_top", "max"), department_top=("department_top", "max"),
        **{name: (name, "sum") for name in SUMMED},
    )  # fmt: skip
    found = pd.DataFrame({"as_of": as_of}, index=sums.index)
    found["recency"] = (as_of - sums["last"]).dt.days
    found["tenure"] = (as_of - sums["first"]).dt.days
    parts = [
        found,
        value(sums),
        rhythm(gaps[gaps["day"] < as_of]).reindex(sums.index),
        recent(sums, lately, found["tenure"]),
        shares(sums, lately),
        brought_back(sums, lately, returns[returns["day"] < as_of], as_of),
        season(past, sums, as_of),
    ]
    table = pd.concat(parts, axis=1)
    table["gap_shrunk"] = (table["tenure"] + 30) / sums["days"]
    table["overdue"] = table["recency"] / table["gap_shrunk"]
    return table


SUMMED = [
    "n_lines", "n_deals", "amount", "discount", "n_orders", "hours", "item_id_n", "item_id_new", "category_new",
    "category_squares", "department_new", "store_id_new",
]  # fmt: skip


def since(past: pd.DataFrame, as_of: pd.Timestamp, n_days: int) -> pd.DataFrame:
    """Return the sums of each customer's last so many days, 0 for those who did not come."""
    inside = past[past["day"] >= as_of - pd.Timedelta(days=n_days)]
    wanted = ["n_lines", "n_deals", "amount", "discount", "item_id_n", "item_id_new"] if n_days > 14 else []
    sums = inside.groupby(WHO, observed=True).agg(days=("day", "size"), **{name: (name, "sum") for name in wanted})
    return sums.reindex(past[WHO].unique(), fill_value=0)


def value(sums: pd.DataFrame) -> pd.DataFrame:
    """Return what customers spend, and on what baskets."""
    return pd.DataFrame(
        {
            "frequency": sums["days"] - 1,
            "n_orders": sums["n_orders"],
            "spend": sums["amount"] / sums["days"],
            "spend_std": sums["spend_std"],
            "spend_last": sums["spend_last"],
            "basket_items": sums["item_id_n"] / sums["days"],
            "basket_value": sums["amount"] / sums["n_orders"],
            "line_value": sums["amount"] / sums["n_lines"],
            "n_items": sums["item_id_new"],
            "n_categories": sums["category_new"],
            "n_departments": sums["department_new"],
            "n_stores": sums["store_id_new"],
        }
    )


def rhythm(gaps: pd.DataFrame) -> pd.DataFrame:
    """Return how far apart purchase days lie."""
    by_customer = gaps.groupby(WHO, observed=True)["gap"]
    found = by_customer.agg(gap_mean="mean", gap_median="median", gap_std="std", gap_max="max", gap_last="last")
    back = by_customer.cumcount(ascending=False)
    newest = gaps.assign(weight=0.8**back)[back < 20]
    weighed = newest.assign(gap=newest["gap"] * newest["weight"]).groupby(WHO, observed=True)[["gap", "weight"]].sum()
    found["gap_smoothed"] = weighed["gap"] / weighed["weight"]
    found["regularity"] = found["gap_mean"] ** 2 / (found["gap_std"] ** 2 + 1)
    return found


def recent(sums: pd.DataFrame, lately: dict[int, pd.DataFrame], tenure: pd.Series) -> pd.DataFrame:
    """Return purchase days and spend in windows, and their trends."""
    days = {f"days_{n}": inside["days"] for n, inside in lately.items()}
    spend = {f"spend_{n}": inside["amount"] for n, inside in lately.items() if n > 14}
    found = pd.DataFrame(days | spend, index=sums.index)
    for near, far in ((30, 90), (90, 180), (180, 365)):
        inside = found[f"days_{near}"]
        before = (found[f"days_{far}"] - inside) * (near / (far - near))
        found[f"trend_{near}"] = ((inside + 0.5) / (before + 0.5)).where(tenure > near)
    return found


def shares(sums: pd.DataFrame, lately: dict[int, pd.DataFrame]) -> pd.DataFrame:
    """Return shares: of favourites, of novelty and of discounts."""
    last = lately[90]
    return pd.DataFrame(
        {
            "new_item_share": sums["item_id_new"] / sums["item_id_n"],
            "new_item_share_90": last["item_id_new"] / last["item_id_n"],
            "top_item_share": sums["item_top"] / sums["n_lines"],
            "top_category_share": sums["category_top"] / sums["n_lines"],
            "top_department_share": sums["department_top"] / sums["n_lines"],
            "category_focus": sums["category_squares"] / sums["n_lines"] ** 2,
            "top_store_share": sums["store_top"] / sums["n_orders"],
            "discount_share": discounts(sums),
            "discount_share_90": discounts(last),
            "deal_share": sums["n_deals"] / sums["n_lines"],
            "deal_share_90": last["n_deals"] / last["n_lines"],
            "hour": sums["hours"] / sums["n_orders"],
        },
        index=sums.index,
    )


def discounts(sums: pd.DataFrame) -> pd.Series:
    """Return discounts over the undiscounted amount."""
    full = sums["discount"] + sums["amount"]
    return (sums["discount"] / full).where(full > 0).clip(upper=1)


def brought_back(
    sums: pd.DataFrame, lately: dict[int, pd.DataFrame], returns: pd.DataFrame, as_of: pd.Timestamp
) -> pd.DataFrame:
    """Return what customers bring back."""
    by_customer = returns.groupby(WHO, observed=True)
    back = by_customer[["n_lines", "amount"]].sum().reindex(sums.index, fill_value=0)
    late = returns[returns["day"] >= as_of - pd.Timedelta(days=180)]
    n_late = late.groupby(WHO, observed=True)["n_lines"].sum().reindex(sums.index, fill_value=0)
    return pd.DataFrame(
        {
            "return_share": back["n_lines"] / sums["item_id_n"],
            "return_share_180": (n_late / lately[180]["item_id_n"]).where(lately[180]["item_id_n"] > 0),
            "refund_share": (-back["amount"] / sums["amount"]).where(sums["amount"] > 0),
            "return_recency": (as_of - by_customer["day"].max()).dt.days.reindex(sums.index),
        }
    )


def season(past: pd.DataFrame, sums: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return weekdays and where in the year the snapshot lies."""
    on = past.groupby([WHO, "weekday"], observed=True).size().unstack(fill_value=0).reindex(columns=range(1, 8))
    on = on.fillna(0)
    found = on.add(1 / 7).div(sums["days"] + 1, axis=0).add_prefix("weekday_")
    angle = as_of.day_of_year * 2 * np.pi / 365.25
    return found.assign(
        weekend_share=(on[6] + on[7]) / sums["days"],
        as_of_weekday=as_of.isoweekday(),
        year_sin=np.sin(angle),
        year_cos=np.cos(angle),
    )
