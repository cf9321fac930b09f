"""The quarantine goes out for mending, and mended lines come back."""

from pathlib import Path

import polars as pl
import pytest

from regulars.errors import DataError, MissingError
from regulars.ingest import ingest, requeue
from regulars.ledger import Ledger
from tests.ingest.shop import HEADER, LINES, MONEY, snapshot, write

BAD = [
    "dora,o8,milk,2024-03-11,many,6.00,0,web",
    "dora,o9,tea,some day,1,4.00,0,web",
    "dora,o9,tea,2024-03-12,1,4.00,0,web,and more",
]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A ledger with three lines in quarantine, and these as a table beside it."""
    ingest([write(tmp_path / "shop.csv", [*LINES, *BAD])], "generic", tmp_path / "ledger")
    requeue.write(requeue.quarantined(Ledger.open(tmp_path / "ledger")), tmp_path / "aside.csv")
    return tmp_path


def mended(shop: Path, change: dict[int, dict[str, str]]) -> Path:
    """Write the table with other cells in the lines that ``change`` names."""
    rows = pl.read_csv(shop / "aside.csv", infer_schema=False).to_dicts()
    pl.DataFrame([row | change.get(int(row[requeue.LINE]), {}) for row in rows]).write_csv(shop / "mended.csv")
    return shop / "mended.csv"


def test_the_table_says_where_each_line_stood_and_why_it_is_there(shop: Path) -> None:
    rows = pl.read_csv(shop / "aside.csv", infer_schema=False)
    assert rows.columns[:3] == [requeue.FILE, requeue.LINE, requeue.REASON]
    assert set(HEADER.split(",")) <= set(rows.columns)
    told = rows.select(requeue.FILE, requeue.LINE, requeue.REASON).sort(requeue.LINE).rows()
    assert told == [
        ("shop.csv", "6", "quantity unreadable"),
        ("shop.csv", "7", "purchased_at unreadable"),
        ("shop.csv", "8", "number of columns differs from the header"),
    ]
    with pytest.raises(MissingError, match=r"no line is in quarantine that came from other\.csv"):
        requeue.quarantined(Ledger.open(shop / "ledger"), "other.csv")


def test_mended_lines_come_back_and_the_others_stay_with_their_reason(shop: Path) -> None:
    file = mended(shop, {6: {"quantity": "3"}, 7: {"purchased_at": "2024-03-13", "quantity": "few"}})
    done = requeue.requeue(file, shop / "ledger")
    assert (done.lines_in, done.lines_new, done.lines_quarantined) == (3, 1, 2)
    book = Ledger.open(shop / "ledger")
    assert book.manifest.money == MONEY + 600
    assert book.transactions().filter(customer_id="dora").collect()["quantity"].to_list() == [3.0]
    aside = book.quarantine().sort("line")
    assert aside["line"].to_list() == [7, 8]
    assert aside["reason"][0] == "quantity unreadable"


def test_all_of_it_adds_up_over_all_sources(shop: Path) -> None:
    requeue.requeue(mended(shop, {6: {"quantity": "3"}}), shop / "ledger")
    manifest = Ledger.open(shop / "ledger").manifest
    total = {
        name: sum(getattr(source, name) for source in manifest.sources)
        for name in ("lines_in", "lines_kept", "lines_quarantined", "lines_taken_back", "money_in", "money_taken_back")
    }
    assert total["lines_in"] - total["lines_taken_back"] == len(LINES) + len(BAD)
    assert total["lines_kept"] == manifest.n_held == 6
    assert total["lines_quarantined"] - total["lines_taken_back"] == manifest.n_quarantined == 2
    assert total["money_in"] - total["money_taken_back"] == MONEY + 600 + 400


def test_twice_changes_nothing(shop: Path) -> None:
    change = {6: {"quantity": "3"}, 7: {"purchased_at": "2024-03-13"}, 8: {}}
    file = mended(shop, change)
    requeue.requeue(file, shop / "ledger")
    once = Ledger.open(shop / "ledger").fingerprint
    requeue.requeue(file, shop / "ledger")
    assert Ledger.open(shop / "ledger").fingerprint == once


def test_a_line_that_is_not_in_quarantine_is_left_out(shop: Path) -> None:
    before = snapshot(shop / "ledger")
    file = write(shop / "mine.csv", ["shop.csv,99,x"], f"{requeue.FILE},{requeue.LINE},customer_id")
    with pytest.raises(MissingError, match=r"none of the lines of mine\.csv is in quarantine"):
        requeue.requeue(file, shop / "ledger")
    with pytest.raises(DataError, match=r"shop\.csv: no column 'quarantine_file'; mend a table that came from"):
        requeue.requeue(shop / "shop.csv", shop / "ledger")
    assert snapshot(shop / "ledger") == before


def test_lines_of_two_files_of_one_name_are_not_taken_for_each_other(tmp_path: Path) -> None:
    good, bad = "anna,o1,milk,2024-03-01,1,1.00,0,web", "dora,o{0},tea,2024-03-1{0},many,{0}.00,0,web"
    for month in (6, 7):
        ingest([write(tmp_path / str(month) / "sales.csv", [good, bad.format(month)])], "generic", tmp_path / "ledger")
    table = requeue.quarantined(Ledger.open(tmp_path / "ledger"))
    assert sorted(table[requeue.FILE]) == ["sales.csv", "sales.csv (2)"]
    table.filter(order_id="o6").with_columns(quantity=pl.lit("2")).write_csv(tmp_path / "mended.csv")
    assert requeue.requeue(tmp_path / "mended.csv", tmp_path / "ledger").lines_new == 1
    book = Ledger.open(tmp_path / "ledger")
    assert book.transactions().collect()["order_id"].sort().to_list() == ["o1", "o6"]
    assert book.quarantine()["source"].to_list() == ["sales.csv (2)"]
