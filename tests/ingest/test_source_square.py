"""Square's item detail export: times in three columns, money with dollars, items without SKU."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from regulars.errors import DataError
from regulars.ingest import ingest, text
from regulars.ingest.adapters.square import NEEDED
from regulars.ingest.batch import OWN
from regulars.ingest.reading import open_feeds
from regulars.ingest.sources import preset
from regulars.ledger import Ledger

HEADER = (
    "Date,Time,Time Zone,Category,Item,Qty,Price Point Name,SKU,Modifiers Applied,Gross Sales,Discounts,Net Sales,Tax,"
    "Transaction ID,Payment ID,Device Name,Notes,Details,Event Type,Location,Dining Option,Customer ID,Customer Name,"
    "Customer Reference ID,Unit,Count,Itemization Type"
)
EASTERN, PACIFIC = "Eastern Time (US & Canada)", "Pacific Time (US & Canada)"


def line(
    item: str = "Latte",
    net: str = "$4.50",
    *,
    day: str = "2024-07-18",
    zone: str = EASTERN,
    variation: str = "Regular",
    sku: str = "",
    event: str = "Payment",
    qty: str = "1.0",
    customer: str = "C1",
    order: str = "T1",
) -> str:
    return (
        f'{day},09:30:00,{zone},Drinks,{item},{qty},{variation},{sku},,"{net}",$0.00,"{net}",$0.36,'
        f"{order},P1,Till,,,{event},Main Street,,{customer},,,ea,1,Physical Good"
    )


def write(folder: Path, *lines: str) -> Path:
    path = folder / "items.csv"
    path.write_text("\n".join([HEADER, *lines]) + "\n")
    return path


def read(path: Path) -> pl.DataFrame:
    (feed,) = open_feeds(path, preset("square-items"))
    rows = pl.concat([batch.rows for batch in feed.batches()])
    assert feed.names == rows.columns
    return rows.select(pl.col(f"^{OWN}.*$").name.map(lambda name: name.removeprefix(OWN)))


@pytest.mark.parametrize("size", [150, 1 << 24])
def test_a_shop_is_ingested_to_the_cent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(text, "BLOCK", size)
    path = write(
        tmp_path,
        line(),
        line("Machine", "$1,234.50", sku="M-1", order="T2"),
        line("Latte", "-$4.50", event="Refund", qty="-1.0", order="T3", day="2024-07-19"),
        line("Beans", "($3.00)", event="Refund", qty="1.0", order="T4", day="2024-07-19"),
        line("Tea", "-$9.99", order="T5"),
        line("Gift Card", "$25.00", order="T6", customer=""),
        line("Tea", "$2.00", day="soon", order="T7"),
    )
    done = ingest([path], "square-items", tmp_path / "ledger")
    assert (done.lines_in, done.lines_kept, done.lines_quarantined) == (7, 5, 2)
    assert done.quarantine == {"price negative": 1, "purchased_at unreadable": 1}
    assert (done.money_kept, done.money_quarantined) == ("1256.50 USD", "-7.99 USD")
    ledger = Ledger.open(tmp_path / "ledger")
    lines = ledger.lines().collect()
    assert dict(lines.select("item_id", "excluded").filter(pl.col("excluded").is_not_null()).iter_rows()) == {
        "Gift Card": "non_product"
    }
    machine = ledger.transactions().filter(pl.col("item_id") == "M-1").collect()
    assert machine["purchased_at"].to_list() == [dt.datetime(2024, 7, 18, 9, 30)]


def test_items_go_by_their_sku_else_by_name_and_variation(tmp_path: Path) -> None:
    rows = read(
        write(tmp_path, line(), line(variation="Large"), line(variation="Large", sku="LA-L"), line(variation="Latte"))
    )
    assert rows["item"].to_list() == ["Latte", "Latte, Large", "LA-L", "Latte"]
    assert rows["item_name"].to_list() == ["Latte", "Latte, Large", "Latte, Large", "Latte"]


def test_times_are_those_of_the_zone_that_is_named(tmp_path: Path) -> None:
    at = read(write(tmp_path, line(), line(zone=PACIFIC), line(day="2024-12-18")))["at"]
    assert at.dt.strftime("%H:%M %z").to_list() == ["13:30 +0000", "16:30 +0000", "14:30 +0000"]
    unknown = read(write(tmp_path, line(), line(zone="Middle-earth")))["at"]
    assert unknown.to_list() == [dt.datetime(2024, 7, 18, 9, 30)] * 2
    assert read(write(tmp_path, line(day="7/18/24")))["at"].dt.strftime("%m-%d %H:%M").to_list() == ["07-18 13:30"]


def test_a_file_that_is_no_item_export_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "transactions.csv"
    path.write_text("Date,Time,Gross Sales,Net Sales\n2024-07-18,09:30:00,$1.00,$1.00\n")
    with pytest.raises(DataError, match=r"no column 'Item'.*export 'Items Detail CSV'"):
        open_feeds(path, preset("square-items"))
    assert set(NEEDED) <= set(HEADER.split(","))
