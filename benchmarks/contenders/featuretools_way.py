"""About forty features in Featuretools, which lives in an environment of its own: it needs an older pandas.

Run as a file, with a job as JSON and the place for the seconds; it imports nothing of this project. Windows are
training windows, each a pass of its own, as Featuretools has it. Definitions are Featuretools' closest, on orders
where ours are on purchase days: the time counts here, not the last digit.
"""

import json
import sys
import time
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import featuretools as ft
import pandas as pd

COLUMNS = ["customer_id", "order_id", "item_id", "purchased_at", "quantity", "amount", "discount", "store_id"]
WINDOWS = (7, 14, 30, 90, 180, 365)
OVER_LINES = {
    "amount": ("Sum", "Mean"),
    "discount": ("Sum", "Mean"),
    "deal": ("PercentTrue",),
    "item_id": ("NumUnique", "Entropy"),
    "category": ("NumUnique", "Entropy"),
    "department": ("NumUnique", "Entropy"),
}
OVER_ORDERS = {
    "at": ("TimeSinceLast", "TimeSinceFirst", "AvgTimeBetween"),
    "order_id": ("Count",),
    "store_id": ("NumUnique", "Entropy"),
    "hour": ("Mean",),
    **{f"weekday_{number}": ("PercentTrue",) for number in range(1, 8)},
}
OVER_RETURNS = {"line_id": ("Count",), "amount": ("Sum",), "at": ("TimeSinceLast",)}


def make(job: dict[str, Any]) -> int:
    """Write the table; return its number of features."""
    shop = entities(job)
    everything = [*features(shop, "lines", OVER_LINES), *features(shop, "orders", OVER_ORDERS), *of_orders(shop)]
    everything += features(shop, "returns", OVER_RETURNS)
    recent = features(shop, "orders", {"order_id": ("Count",)}) + features(shop, "lines", {"amount": ("Sum",)})
    at = cutoffs(shop, job["as_of"])
    tables = [table(shop, everything, at, None)]
    tables += [table(shop, recent, at, days).add_suffix(f"_{days}") for days in WINDOWS]
    found = pd.concat(tables, axis=1)
    found.reset_index().to_parquet(Path(job["out"]) / "table.parquet")
    return found.shape[1]


def entities(job: dict[str, Any]) -> ft.EntitySet:
    """Return customers, their orders and returns, and the lines of those."""
    wanted = [("purchased_at", "<", pd.Timestamp(max(job["as_of"]), tz="UTC"))]
    lines = pd.read_parquet(job["lines"], columns=[*COLUMNS, "excluded"], filters=wanted)
    lines = lines[lines["excluded"].isna()].drop(columns="excluded")
    lines = lines.merge(pd.read_parquet(job["items"], columns=["item_id", "category", "department"]), how="left")
    lines["at"] = lines.pop("purchased_at").dt.tz_localize(None)
    lines["deal"] = lines["discount"] > 0
    lines["line_id"] = range(len(lines))
    bought, back = lines[lines["quantity"] > 0], lines[lines["quantity"] < 0]
    orders = bought.groupby("order_id", as_index=False).agg(
        customer_id=("customer_id", "first"), at=("at", "min"), store_id=("store_id", "first")
    )
    orders["hour"] = orders["at"].dt.hour
    for number in range(1, 8):
        orders[f"weekday_{number}"] = orders["at"].dt.dayofweek == number - 1
    shop = ft.EntitySet("shop")
    ids = ("customer_id", "order_id", "item_id", "category", "department", "store_id")
    frames = {
        "orders": orders,
        "lines": bought.drop(columns="customer_id"),
        "returns": back[["line_id", "customer_id", "at", "amount"]],
    }
    for name, frame in frames.items():
        types = {column: "Categorical" for column in ids if column in frame}
        index = "order_id" if name == "orders" else "line_id"
        shop.add_dataframe(frame.copy(), name, index=index, time_index="at", logical_types=types)
    customers = bought.groupby("customer_id", as_index=False).agg(at=("at", "min"))
    shop.add_dataframe(customers, "customers", index="customer_id", time_index="at")
    for name in ("orders", "returns"):
        shop.add_relationship("customers", "customer_id", name, "customer_id")
    shop.add_relationship("orders", "order_id", "lines", "order_id")
    return shop


def features(shop: ft.EntitySet, name: str, wanted: Mapping[str, tuple[str, ...]]) -> list[ft.Feature]:
    """Return aggregations of the columns of one table by customer."""
    return [
        ft.Feature(
            shop[name].ww[column], parent_dataframe_name="customers", primitive=getattr(ft.primitives, primitive)
        )
        for column, primitives in wanted.items()
        for primitive in primitives
    ]


def of_orders(shop: ft.EntitySet) -> list[ft.Feature]:
    """Return aggregations by customer of what orders amount to."""
    amount = ft.Feature(shop["lines"].ww["amount"], parent_dataframe_name="orders", primitive=ft.primitives.Sum)
    items = ft.Feature(shop["lines"].ww["item_id"], parent_dataframe_name="orders", primitive=ft.primitives.NumUnique)
    wanted = [(amount, primitive) for primitive in ("Mean", "Std", "Last", "Max")] + [(items, "Mean")]
    return [
        ft.Feature(base, parent_dataframe_name="customers", primitive=getattr(ft.primitives, primitive))
        for base, primitive in wanted
    ]


def cutoffs(shop: ft.EntitySet, as_of: list[str]) -> pd.DataFrame:
    """Return each customer known at each snapshot."""
    customers = shop["customers"][["customer_id", "at"]]
    known = customers.merge(pd.DataFrame({"time": pd.to_datetime(as_of)}), how="cross")
    return known[known["at"] < known["time"]][["customer_id", "time"]].reset_index(drop=True)


def table(shop: ft.EntitySet, wanted: list[ft.Feature], at: pd.DataFrame, days: int | None) -> pd.DataFrame:
    """Return the features over everything known, or over the last so many days of it."""
    window = None if days is None else f"{days} days"
    return ft.calculate_feature_matrix(
        wanted, shop, cutoff_time=at, training_window=window, cutoff_time_in_index=True, include_cutoff_time=False
    )


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    asked = json.loads(Path(sys.argv[1]).read_text())
    began, worked = time.perf_counter(), time.process_time()
    n_features = make(asked)
    seconds, cpu = time.perf_counter() - began, time.process_time() - worked
    Path(sys.argv[2]).write_text(json.dumps({"seconds": seconds, "cpu_seconds": cpu, "features": n_features}))
