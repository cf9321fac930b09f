"""The quarantine goes out for mending, and mended lines come back."""

from pathlib import Path

import polars as pl
import pytest

from regulars import cleaning
from regulars.errors import DataError, MissingError
from regulars.ingest import Terms, ingest, requeue
from regulars.ingest.tables import ingest_table
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
    keys = [requeue.FILE, requeue.LINE, requeue.REASON, requeue.TEXT]
    assert rows.columns == [*keys, *HEADER.split(",")]
    told = rows.select(requeue.FILE, requeue.LINE, requeue.REASON).sort(requeue.LINE).rows()
    assert told == [
        ("shop.csv", "6", "quantity unreadable"),
        ("shop.csv", "7", "purchased_at unreadable"),
        ("shop.csv", "8", "number of columns differs from the header"),
    ]
    assert rows.sort(requeue.LINE)[requeue.TEXT].to_list() == [None, None, BAD[2]]
    with pytest.raises(MissingError, match=r"no line is in quarantine that came from other\.csv"):
        requeue.quarantined(Ledger.open(shop / "ledger"), "other.csv")


def test_mended_lines_come_back_and_the_others_stay_with_their_reason(shop: Path) -> None:
    change = {6: {"quantity": "3"}, 7: {"purchased_at": "2024-03-13", "quantity": "few"}, 8: {"amount": "4.00"}}
    file = mended(shop, change)
    done = requeue.requeue(file, shop / "ledger")
    assert (done.lines_in, done.lines_new, done.lines_quarantined) == (3, 1, 2)
    book = Ledger.open(shop / "ledger")
    assert book.manifest.money == MONEY + 600
    assert book.transactions().filter(customer_id="dora").collect()["quantity"].to_list() == [3.0]
    aside = book.quarantine().sort("line")
    assert aside["line"].to_list() == [7, 8]
    assert aside["reason"].to_list() == ["quantity unreadable", "purchased_at missing"]


def test_all_of_it_adds_up_over_all_sources(shop: Path) -> None:
    requeue.requeue(mended(shop, {6: {"quantity": "3"}, 8: {"customer_id": "dora"}}), shop / "ledger")
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
    change = {6: {"quantity": "3"}, 7: {"purchased_at": "soon"}, 8: {}}
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


def again(folder: Path, **cells: str) -> Path:
    """Write the whole quarantine with other cells in every line."""
    rows = requeue.quarantined(Ledger.open(folder / "ledger"))
    rows.with_columns(pl.lit(cell).alias(name) for name, cell in cells.items()).write_csv(folder / "mended.csv")
    return folder / "mended.csv"


def steps(folder: Path) -> dict[str, tuple[int, int]]:
    """Lines and money of each step of the report, once it adds up."""
    found = cleaning.of(Ledger.open(folder / "ledger").manifest)
    return {step.name: (step.lines, step.money) for step in found.steps}


def test_a_mended_line_is_read_as_its_file_writes_numbers(tmp_path: Path) -> None:
    lines = ["anna;o1;milk;2024-03-01;1;12,50;0;web", "anna;o2;tea;2024-03-02;many;1.234;0;web"]
    ingest([write(tmp_path / "shop.csv", lines, HEADER.replace(",", ";"))], "generic", tmp_path / "ledger")
    requeue.requeue(again(tmp_path, quantity="1"), tmp_path / "ledger")
    lines_held = Ledger.open(tmp_path / "ledger").lines().collect()
    assert lines_held.sort("order_id")["amount"].to_list() == [12_50, 1234_00]


def test_a_mended_line_is_read_as_its_file_writes_days_and_iso_days_too(tmp_path: Path) -> None:
    bad = ["anna,o2,tea,03/04/2024 08:00,many,1,0,web", "anna,o3,tea,some day,1,1,0,web"]
    lines = ["anna,o1,milk,31/01/2024,1,1,0,web", *bad]
    ingest([write(tmp_path / "shop.csv", lines)], "generic", tmp_path / "ledger")
    file = again(tmp_path, quantity="1")
    file.write_text(file.read_text(encoding="utf-8").replace("some day", "2024-05-06 09:30"), encoding="utf-8")
    assert requeue.requeue(file, tmp_path / "ledger").lines_new == 2
    held = Ledger.open(tmp_path / "ledger").transactions().collect().sort("order_id")
    assert held["purchased_at"].dt.to_string("%d %B %H:%M").to_list() == [
        "31 January 00:00",
        "03 April 08:00",
        "06 May 09:30",
    ]


def test_a_line_that_is_there_twice_is_refused(shop: Path) -> None:
    before = snapshot(shop / "ledger")
    rows = pl.read_csv(shop / "aside.csv", infer_schema=False).filter(pl.col(requeue.LINE) == "6")
    pl.concat([rows, rows.with_columns(order_id=pl.lit("o10"))]).write_csv(shop / "mended.csv")
    with pytest.raises(DataError, match=r"mended\.csv: line 6 of shop\.csv is there twice; keep one row a line"):
        requeue.requeue(shop / "mended.csv", shop / "ledger")
    assert snapshot(shop / "ledger") == before


def test_a_table_that_lost_cells_is_refused_not_cut_short(shop: Path) -> None:
    file = mended(shop, {6: {"quantity": "3"}})
    file.write_text(file.read_text(encoding="utf-8") + "shop.csv,7,x\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"mended\.csv: line 4: number of columns differs .* save the table again"):
        requeue.requeue(file, shop / "ledger")


def test_lines_without_cells_keep_their_text_until_somebody_fills_them_in(tmp_path: Path) -> None:
    ingest([write(tmp_path / "shop.csv", [*LINES, BAD[2]])], "generic", tmp_path / "ledger")
    table = requeue.quarantined(Ledger.open(tmp_path / "ledger"))
    assert table.columns[4:] == HEADER.split(",")
    assert table.select(requeue.TEXT, "customer_id").rows() == [(BAD[2], None)]
    before = snapshot(tmp_path / "ledger")
    with pytest.raises(MissingError, match=r"the lines of mended\.csv have no cells; fill in what quarantine_text"):
        requeue.requeue(again(tmp_path), tmp_path / "ledger")
    assert snapshot(tmp_path / "ledger") == before
    filled = {"customer_id": "dora", "item_id": "tea", "purchased_at": "2024-03-12", "amount": "4.00", "quantity": "1"}
    assert requeue.requeue(again(tmp_path, **filled), tmp_path / "ledger").lines_new == 1
    assert steps(tmp_path)["read"] == (len(LINES) + 1, MONEY + 400)


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_column_without_a_value_is_still_there(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / "shop.parquet"
    rows = {"customer_id": [None, "anna"], "purchased_at": ["2024-03-01", "2024-03-02"], "amount": ["x", "1"]}
    pl.DataFrame(rows).write_parquet(file)
    ingest([file], "generic", tmp_path / "ledger")
    out = tmp_path / f"mended.{suffix}"
    table = requeue.quarantined(Ledger.open(tmp_path / "ledger"))
    requeue.write(table.with_columns(amount=pl.lit("2")), out)
    assert requeue.requeue(out, tmp_path / "ledger").lines_new == 1
    assert Ledger.open(tmp_path / "ledger").lines().collect()["amount"].sum() == 300


def test_a_column_that_was_filled_in_beside_the_files_own_is_read(tmp_path: Path) -> None:
    header, bad = "customer_id,purchased_at,amount", "anna,2024-03-01,?"
    ingest([write(tmp_path / "shop.csv", ["anna,2024-03-02,1", bad], header)], "generic", tmp_path / "ledger")
    requeue.requeue(again(tmp_path, amount="", price="2.50", quantity="2"), tmp_path / "ledger")
    assert Ledger.open(tmp_path / "ledger").lines().collect()["amount"].sort().to_list() == [100, 500]


def test_a_files_own_column_may_be_called_like_ours(tmp_path: Path) -> None:
    header = f"{HEADER},{requeue.LINE},file_{requeue.LINE}"
    lines = ["anna,o1,milk,2024-03-01,1,1,0,web,7,8", "anna,o2,tea,2024-03-02,many,1,0,web,9,10"]
    ingest([write(tmp_path / "shop.csv", lines, header)], "generic", tmp_path / "ledger")
    table = requeue.quarantined(Ledger.open(tmp_path / "ledger"))
    told = table.select(requeue.LINE, f"file_{requeue.LINE}", f"file_file_{requeue.LINE}")
    assert told.rows() == [(2, "9", "10")]
    requeue.requeue(again(tmp_path, quantity="lots"), tmp_path / "ledger")
    assert requeue.quarantined(Ledger.open(tmp_path / "ledger")).drop("quantity").equals(table.drop("quantity"))


def test_rows_of_other_tables_are_never_taken_for_lines(tmp_path: Path) -> None:
    lines = ["anna,o1,milk,2024-03-01,1,1,0,web", "anna,o2,tea,2024-03-02,many,1,0,web"]
    ingest([write(tmp_path / "shop" / "web.csv", lines)], "generic", tmp_path / "ledger")
    for month, names in (("may", ("bea", "")), ("june", ("cleo", " "))):
        crm = write(tmp_path / month / "web.csv", [f"{name},{name}@example.org" for name in names], "customer_id,email")
        ingest_table([crm], "customers", tmp_path / "ledger", terms=Terms(source="crm"))
    table = requeue.quarantined(Ledger.open(tmp_path / "ledger"))
    told = [("customers: web.csv", 2), ("customers: web.csv (2)", 2), ("web.csv", 2)]
    assert table.select(requeue.FILE, requeue.LINE).rows() == told
    with pytest.raises(DataError, match=r"customers: web\.csv is no file of order lines; leave its rows out here"):
        requeue.requeue(again(tmp_path, quantity="1"), tmp_path / "ledger")
    requeue.quarantined(Ledger.open(tmp_path / "ledger"), "web.csv").with_columns(quantity=pl.lit("1")).write_csv(
        tmp_path / "mended.csv"
    )
    requeue.requeue(tmp_path / "mended.csv", tmp_path / "ledger")
    assert steps(tmp_path)["set_aside"] == (0, 0)
    assert Ledger.open(tmp_path / "ledger").quarantine()["source"].unique().sort().to_list() == [
        "customers: web.csv",
        "customers: web.csv (2)",
    ]


def test_lines_that_a_preset_made_come_back_as_made_ones(tmp_path: Path) -> None:
    header = (
        "Name,Currency,Subtotal,Shipping,Taxes,Total,Created at,Email,Lineitem quantity,Lineitem name,Lineitem price"
    )
    at = "2024-03-02 10:00:00 +0000,ada@example.org"
    rows = [f"#1,EUR,10.00,5.00,0.00,15.00,{at},1,Tea,10.00", f"#2,USD,10.00,0,0.00,10.00,{at},1,Tea,10.00"]
    ingest([write(tmp_path / "web.csv", rows, header)], "shopify-orders", tmp_path / "ledger")
    before = steps(tmp_path)
    assert (before["read"], before["made"], before["set_aside"]) == ((2, 2500), (1, 0), (2, 1500))
    assert requeue.quarantined(Ledger.open(tmp_path / "ledger")).select("Name", "Currency").rows() == [("#1", "EUR")]
    done = requeue.requeue(again(tmp_path, Currency="USD"), tmp_path / "ledger")
    assert (done.lines_in, done.lines_made, done.lines_new) == (1, 1, 2)
    after = steps(tmp_path)
    assert (after["read"], after["made"], after["set_aside"]) == ((2, 2500), (1, 0), (0, 0))
    assert cleaning.of(Ledger.open(tmp_path / "ledger").manifest).set_aside.taken_back == 2


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_place_that_cannot_be_written_to_is_one_clear_error(shop: Path, suffix: str) -> None:
    rows = requeue.quarantined(Ledger.open(shop / "ledger"))
    with pytest.raises(DataError, match=r"cannot write .*; name another file"):
        requeue.write(rows, shop / "shop.csv" / f"aside.{suffix}")


def test_cells_of_any_kind_are_text(tmp_path: Path) -> None:
    file = tmp_path / "shop.parquet"
    odd = {"true": [True, False], "share": [0.1, 4.0], "number": [1, 2]}
    rows = {"customer_id": ["anna", "anna"], "purchased_at": ["2024-03-01", "2024-03-02"], "amount": ["1", "x"]}
    pl.DataFrame(rows | odd).write_parquet(file)
    ingest([file], "generic", tmp_path / "ledger")
    table = requeue.quarantined(Ledger.open(tmp_path / "ledger"))
    assert table.select(list(odd)).rows() == [("false", "4.0", "2")]
