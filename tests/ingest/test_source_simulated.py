"""The simulated shop's till and web files: what it says it wrote is what is read, to the line and the cent."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from regulars.ingest import ingest, simulate
from regulars.ingest.batch import OWN
from regulars.ingest.reading import open_feeds
from regulars.ingest.sources import preset


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> simulate.Written:
    return simulate.write(tmp_path_factory.mktemp("shop"), simulate.Plan(customers=400, years=1))


def read(shop: simulate.Written, file: str, name: str) -> tuple[pl.DataFrame, dict[str, Any]]:
    (feed,) = open_feeds(shop.path / file, preset(name))
    batches = list(feed.batches())
    assert sum(batch.height - batch.made for batch in batches) == shop.expected["lines"][file]
    return pl.concat([batch.rows for batch in batches]), shop.expected["net_cents"][file]


def cents(rows: pl.DataFrame, column: str) -> int:
    money = rows[column].str.replace_all("[$,]", "").cast(pl.Decimal(18, 2))
    return int(money.sum() * 100)


def test_the_till(shop: simulate.Written) -> None:
    rows, net = read(shop, "till.csv", "square-items")
    assert cents(rows, "Net Sales") == net["written"]


def test_the_web_shop(shop: simulate.Written) -> None:
    rows, net = read(shop, "web.csv", "shopify-orders")
    own = rows.filter(pl.col("Name").is_not_null())
    assert cents(own, OWN + "amount") == net["written"]
    assert rows[OWN + "reason"].null_count() == rows.height
    back = rows.filter(pl.col("Name").is_null() & (pl.col(OWN + "item") != "SHIPPING"))
    refunded = own.filter(pl.col("Refunded Amount").cast(pl.Float64, strict=False) > 0)
    voided = own.filter(pl.col("Financial Status") == "voided")["Name"]
    taken = back.filter(~pl.col(OWN + "order").is_in(voided.implode()))
    assert taken[OWN + "order"].n_unique() == refunded["Name"].n_unique()
    assert cents(taken, OWN + "amount") <= net["refunds_without_a_line"]  # orders exported twice are refunded twice


def test_both_reconcile_in_one_ledger(shop: simulate.Written, tmp_path: Path) -> None:
    for file, name in (("till.csv", "square-items"), ("web.csv", "shopify-orders")):
        done = ingest([shop.path / file], name, tmp_path / "ledger")
        assert done.lines_in == shop.expected["lines"][file]
        assert done.lines_in + done.lines_made == done.lines_kept + done.lines_quarantined
        again = ingest([shop.path / file], name, tmp_path / "ledger")
        assert again.fingerprint == done.fingerprint
