"""Pandas and DuckDB define every feature a second time, and agree with ours."""

import datetime as dt
import importlib
from pathlib import Path

import polars as pl
import pytest

from benchmarks.contenders import agreement, floor
from benchmarks.contenders.job import COMPARED, Job, job
from benchmarks.contenders.run import WAYS
from regulars import features
from regulars.features.engagement import engagement
from tests import shops

AS_OF = (dt.date(2023, 3, 1), dt.date(2023, 6, 3), dt.date(2023, 9, 18))
DAY = dt.datetime(2023, 2, 1, 9)


def corners() -> pl.DataFrame:
    """Return what a simulated shop seldom has: orders over midnight and in two stores, refunds, lines without goods."""
    lines = [
        ("a", "o1", "i01", DAY, 1.0, 500, 50, "s1"),
        ("a", "o1", "i02", DAY.replace(hour=23), 2.0, 300, 0, None),
        ("a", "o1", "i02", DAY + dt.timedelta(days=1), 1.0, 150, 0, "s0"),
        ("a", "o2", "i02", DAY + dt.timedelta(days=40), 1.0, -700, 0, "s0"),
        ("a", "o3", "i59", DAY + dt.timedelta(days=90), -3.0, -900, 0, None),
        ("b", "o4", "i03", DAY, 1.0, -100, 400, "s1"),
        ("b", "o5", "i03", DAY + dt.timedelta(days=27, hours=15), 0.0, -50, 0, "s1"),
        ("c", "o6", "i04", DAY, -1.0, -250, 0, "s1"),
        ("d", "o7", "unheard-of", DAY + dt.timedelta(days=28, hours=-10), 1.0, 0, 0, "s1"),
        ("d", "o8", "i59", DAY + dt.timedelta(days=28, hours=-10), 1.0, 0, 0, "s1"),
    ]
    names = ["customer_id", "order_id", "item_id", "purchased_at", "quantity", "amount", "discount", "store_id"]
    return pl.DataFrame(lines, schema=names, orient="row").with_columns(pl.col("purchased_at").cast(pl.Datetime("us")))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("contenders")


@pytest.fixture(scope="module")
def asked(folder: Path) -> Job:
    shop = shops.simulate()
    twice = shop.transactions.filter(pl.col("customer_id") < "c010").with_columns(pl.lit("s9").alias("store_id"))
    rows = pl.concat([shop.transactions, twice, corners().select(shop.transactions.columns)])
    return job(shops.ledger(shops.Shop(rows, shop.items), folder / "ledger"), AS_OF, folder / "work")


def made(name: str, asked: Job, folder: Path) -> pl.DataFrame:
    out = folder / name
    out.mkdir(exist_ok=True)
    importlib.import_module(f"benchmarks.contenders.{WAYS[name]}").make(Job(**{**vars(asked), "out": out}))
    return agreement.table(out)


@pytest.fixture(scope="module")
def ours(asked: Job, folder: Path) -> pl.DataFrame:
    return made("ours", asked, folder)


def test_ours_covers_the_corners(ours: pl.DataFrame) -> None:
    assert set(ours["as_of"]) == set(AS_OF)
    assert {"a", "b", "d", "c000"} <= set(ours["customer_id"])
    assert "c" not in set(ours["customer_id"])
    blank = [name for name in COMPARED if ours[name].is_nan().all()]
    assert blank == []


@pytest.mark.parametrize("name", ["pandas", "duckdb"])
def test_it_makes_the_same_table(name: str, asked: Job, ours: pl.DataFrame, folder: Path) -> None:
    assert agreement.differences(ours, made(name, asked, folder)) == []


def test_a_difference_is_found(ours: pl.DataFrame) -> None:
    more = ours.with_columns(pl.col("spend") * (1 + 1e-7))
    assert agreement.differences(ours, more) == [f"spend: {(ours['spend'] != 0).sum()} rows"]
    nulled = ours.with_columns(pl.lit(float("nan")).alias("recency"))
    assert agreement.differences(ours, nulled) == [f"recency: {ours.height} rows"]
    assert agreement.differences(ours, ours.head(3)) == ["rows"]


def test_all_features_are_compared_but_those_of_events_and_web_shops() -> None:
    left_out = set(features.NAMES) - set(COMPARED)
    assert left_out == {*features.names([engagement]), "web_share", "web_share_90"}


def test_a_job_is_the_same_after_writing(asked: Job, tmp_path: Path) -> None:
    asked.write(tmp_path / "job.json")
    assert Job.read(tmp_path / "job.json") == asked


def test_the_floor_is_a_row_an_order(asked: Job, ours: pl.DataFrame, tmp_path: Path) -> None:
    floor.make(Job(**{**vars(asked), "out": tmp_path}))
    orders = pl.read_parquet(tmp_path / "orders.parquet").filter(pl.col("day") < AS_OF[-1])
    last = ours.filter(pl.col("as_of") == AS_OF[-1])
    assert orders.height == last["n_orders"].sum()
    assert orders["amount"].sum() == pytest.approx((last["spend"] * (last["frequency"] + 1)).sum())
