"""What no way can do without: read the columns and roll them up to orders, with Polars; no features."""

import polars as pl

from benchmarks.contenders.job import Job


def make(job: Job) -> None:
    """Write each order's number of lines, amount and discount."""
    lines = pl.scan_parquet(list(job.lines)).filter(pl.col("excluded").is_null(), pl.col("quantity") > 0)
    orders = lines.group_by("customer_id", "order_id", pl.col("purchased_at").dt.date().alias("day")).agg(
        pl.len().alias("n_lines"),
        pl.col("item_id").n_unique(),
        pl.col("store_id").min(),
        pl.col("amount", "discount").sum(),
    )
    orders.sink_parquet(job.out / "orders.parquet")
