"""Malformed files: each ends in one clear sentence, or in a quarantine that accounts for every line.

``lines`` below are what each file holds, counted by hand; of those, ``bad`` go to the quarantine with these reasons.
"""

import gzip
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
import polars as pl
import pyarrow as pa
import pytest

from regulars.errors import DataError
from regulars.ingest import excel_file, ingest, stream
from regulars.ledger import Ledger
from tests.ingest.shop import snapshot

HEADER = "customer_id,purchased_at,item_id,quantity,amount"
GOOD = "anna,2024-03-01 09:15,milk,2,3.98"
MANY = [f"c{n},2024-03-{n % 28 + 1:02d},item {n % 7},1,{n}.50" for n in range(2_000)]


@dataclass(frozen=True)
class Case:
    """A malformed file and what becomes of it."""

    content: bytes | Callable[[], bytes]
    error: str = ""
    """The sentence it is refused with, as far as it matters; empty where it is read."""
    lines: int = 0
    bad: dict[str, int] = field(default_factory=dict)
    name: str = "a.csv"


def csv(*lines: str, header: str = HEADER, encoding: str = "utf-8", end: str = "\n") -> bytes:
    return (end.join([header, *lines]) + end).encode(encoding)


def workbook(*rows: list[object], encrypted: bool = False) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def zipped(**members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name.replace("__", "/").replace("_", "."), content)
    return target.getvalue()


def locked_zip() -> bytes:
    raw = bytearray(zipped(a_csv=csv(GOOD)))
    for mark, flag in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + flag] |= 1
    return bytes(raw)


def bomb_workbook() -> bytes:
    """A workbook whose first sheet claims to be small and unpacks to 80 MB."""
    sheet = b"<worksheet><sheetData>" + b"<row><c><v>1</v></c></row>" * 3_000_000
    raw = bytearray(zipped(xl__workbook_xml=b"<workbook/>", xl__worksheets__sheet1_xml=sheet))
    size = len(sheet).to_bytes(4, "little")
    for _ in range(2):
        raw[raw.index(size) : raw.index(size) + 4] = (1_000).to_bytes(4, "little")
    return bytes(raw)


def parquet() -> bytes:
    target = io.BytesIO()
    pl.read_csv(csv(*MANY)).write_parquet(target)
    return target.getvalue()


RAGGED = "number of columns differs from the header"
ROWS = [HEADER.split(","), ["anna", "2024-03-01", "milk", 2, 3.98]]
CASES = {
    # the file as such
    "empty": Case(b"", "is empty; export it again"),
    "blank": Case(b"\n \n\t\n", "is empty; export it again"),
    "header only": Case(csv(), "has columns but no lines; export it again"),
    "byte order mark only": Case(b"\xef\xbb\xbf", "is empty; export it again"),
    "binary": Case(bytes(range(256)) * 40, "is neither CSV, Excel nor Parquet; export it"),
    "PDF": Case(b"%PDF-1.7\n%\xe2\xe3", "is a PDF document; export it as CSV, Excel or Parquet"),
    "old workbook": Case(b"\xd0\xcf\x11\xe0" + bytes(600), r"old Excel workbook \(.xls\); save it", name="a.xls"),
    "web page called .xls": Case(b"<html><table><tr><td>1</td></tr></table></html>", "is a web page", name="a.xls"),
    "JSON": Case(b'[{"customer_id": "anna", "amount": 1}]', "is JSON, whatever it is called; export it", name="a.json"),
    "text without a table": Case(b"Dear all,\nsales were good.\nBye\n", "no column 'customer_id'"),
    # packed files
    "cut gzip": Case(gzip.compress(csv(*MANY))[:-40], "cannot be unpacked", name="a.csv.gz"),
    "damaged gzip": Case(gzip.compress(csv(*MANY))[:900] + bytes(99), "cannot be unpacked"),
    "cut zstd": Case(lambda: pa.compress(csv(*MANY), codec="zstd", asbytes=True)[:-9], "cannot be unpacked"),
    "gzip bomb": Case(lambda: gzip.compress(csv(GOOD) + bytes(1 << 26)), "grows more than 250-fold"),
    "zip bomb": Case(lambda: zipped(a_csv=csv(GOOD) + b"\n" * (1 << 26)), "grows more than 250-fold", name="a.zip"),
    "cut zip": Case(zipped(a_csv=csv(*MANY))[:-60], "is cut off or damaged; export it again", name="a.zip"),
    "locked zip": Case(locked_zip(), "is locked with a password; unpack it", name="a.zip"),
    "zip of two files": Case(zipped(a_csv=csv(GOOD), b_csv=csv(GOOD)), "holds a.csv, b.csv; unpack it"),
    "empty zip": Case(zipped(), "holds nothing; unpack it", name="a.zip"),
    "zip in a zip": Case(zipped(a_zip=zipped(a_csv=csv(GOOD))), "is neither CSV, Excel nor Parquet"),
    "Word document": Case(zipped(word__document_xml=b"<w/>", mimetype=b"x"), "office document, but no Excel workbook"),
    # Parquet and Excel
    "cut Parquet": Case(lambda: parquet()[:-200], "cannot be read as Parquet"),
    "Parquet with damaged pages": Case(
        lambda: parquet()[:200] + bytes(2_000) + parquet()[2_200:], "cannot be read as Parquet", name="a.parquet"
    ),
    "cut workbook": Case(lambda: workbook(*ROWS)[:-100], "is cut off or damaged; export it again", name="a.xlsx"),
    "workbook with a damaged sheet": Case(
        lambda: zipped(xl__workbook_xml=b"<work", xl__worksheets__sheet1_xml=b"<sheet"),
        "cannot be read as an Excel workbook",
        name="a.xlsx",
    ),
    "locked workbook": Case(
        b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
        "is a workbook locked with a password; save it without one",
        name="a.xlsx",
    ),
    "empty workbook": Case(workbook, "is empty; export it again", name="a.xlsx"),
    "workbook bomb": Case(bomb_workbook, "grows more than 250-fold", name="a.xlsx"),
    "workbook without the columns": Case(
        lambda: workbook(["a", "b"], [1, 2]), "no column 'customer_id'", name="a.xlsx"
    ),
    "workbook with a column twice": Case(
        lambda: workbook([*ROWS[0], "amount"], [*ROWS[1], 1]), "column 'amount' appears more than once", name="a.xlsx"
    ),
    "workbook with a title, blank rows and errors": Case(
        lambda: workbook(
            ["Sales 2024"], [], *ROWS, [], ["bert", "#N/A", "tea", 1, 1.5], ["cleo", 45352.5, "tea", 1, 1]
        ),
        lines=3,
        bad={"purchased_at missing": 1, "purchased_at unreadable": 1},
        name="a.xlsx",
    ),
    # encodings
    "Windows-1252": Case(csv(GOOD, "Jürgen,2024-03-02,Käse,1,2.00", encoding="cp1252"), lines=2),
    "byte order mark": Case(csv(GOOD, encoding="utf-8-sig"), lines=1),
    "UTF-16": Case(csv(GOOD, "ジョン,2024-03-02,茶,1,2.00", encoding="utf-16"), lines=2),
    "cut UTF-16": Case(csv(GOOD, encoding="utf-16")[:-1], "is cut off or no text in UTF-16"),
    "two encodings": Case(
        csv(GOOD, "Zoë,2024-03-02,Käse,1,2.00", "Åsa,2024-03-02,Käse,1,2.00")
        + csv("x", header="Jürgen,,", encoding="cp1252"),
        lines=5,
        bad={"no text in UTF-8": 1, RAGGED: 1},
    ),
    "NUL bytes": Case(csv(GOOD, "be\0rt,2024-03-02,tea,1,2.00", *[GOOD] * 50), lines=52, bad={"holds NUL bytes": 1}),
    "NUL bytes in the header": Case(csv(GOOD, header=HEADER + "\0"), "is neither CSV, Excel nor Parquet"),
    # columns and lines
    "duplicated header": Case(csv(GOOD + ",1", header=HEADER + ",amount"), "column 'amount' appears more than once"),
    "header twice": Case(csv(GOOD, HEADER, GOOD), lines=3, bad={"purchased_at unreadable": 1}),
    "ragged lines": Case(csv(GOOD, GOOD + ",more", "anna,2024-03-01", "anna"), lines=4, bad={RAGGED: 3}),
    "delimiters that change": Case(csv(GOOD, GOOD.replace(",", ";"), GOOD), lines=3, bad={RAGGED: 1}),
    "a quote that is never closed": Case(
        csv(GOOD, GOOD.replace("milk", '"milk'), GOOD, GOOD.replace("milk", '"tea, green"'), GOOD),
        lines=5,
        bad={"its quotes do not pair up": 1},
    ),
    "a quote that is never closed, at the end": Case(
        csv(GOOD, *[GOOD] * 300, GOOD.replace("milk", '"milk')), lines=302, bad={"its quotes do not pair up": 1}
    ),
    "old Mac line ends": Case(csv(GOOD, GOOD, GOOD, end="\r"), lines=3),
    "line ends of every kind": Case(csv(GOOD, GOOD + "\r", GOOD + "\r" + GOOD), lines=4),
    "a field of 10 MB": Case(
        csv(GOOD, f"anna,2024-03-01,{'x' * 10_000_000},1,1.00", GOOD),
        lines=3,
        bad={"longer than 131,072 characters": 1},
    ),
    "no line ends at all": Case(lambda: HEADER.encode() + b"x" * 2_000_000, "its header cannot be read; name each"),
    # values
    "dates of both orders": Case(
        csv(
            *[f"anna,{n + 13}/03/2024,tea,1,1.00" for n in range(9)],
            *[f"bert,03/{n + 13}/2024,tea,1,1.00" for n in range(9)],
        ),
        "mix day/month and month/day",
    ),
    "dates that read both ways": Case(csv("anna,01/02/2024,tea,1,1.00"), "read both as day/month and as month/day"),
    "dates that are numbers of days": Case(csv("anna,45352.38,tea,1,1.00"), "these are Excel's day numbers: format"),
    "dates that are nothing": Case(
        csv(
            GOOD, "anna,0000-00-00,tea,1,1.00", "anna,,tea,1,1.00", "anna,NULL,tea,1,1.00", "anna,2023-02-29,tea,1,1.00"
        ),
        lines=5,
        bad={"purchased_at unreadable": 2, "purchased_at missing": 2},
    ),
    "years that cannot be": Case(
        csv(GOOD, "anna,1970-01-01,tea,1,1.00", "anna,9999-12-31,tea,1,1.00"),
        lines=3,
        bad={"purchased_at outside 1990-2100": 2},
    ),
    "decimal commas": Case(csv(*['anna,2024-03-01,tea,"1,5","1.234,50"'] * 3), lines=3),
    "a decimal comma among points": Case(
        csv(GOOD, GOOD, GOOD, 'anna,2024-03-01,tea,1,"12,5"'), lines=4, bad={"amount unreadable": 1}
    ),
    "currencies and thousands": Case(
        csv(
            *[
                f'anna,2024-03-01,tea,1,"{text}"'
                for text in ("$1,234.50", "USD 3", "(3.00)", "1 234.50", "4.00-", "\u2212 2")
            ]
        ),
        lines=6,
    ),
    "numbers that are none": Case(
        csv(
            GOOD,
            *[f"anna,2024-03-01,tea,1,{text}" for text in ("1e400", "inf", "NaN", "0x1A", "1_000", "12.3.4", "free")],
        ),
        lines=8,
        bad={"amount too large": 1, "amount not finite": 2, "amount unreadable": 4},
    ),
    "numbers beyond reason": Case(
        csv(GOOD, "anna,2024-03-01,tea,99999999999999999999,1.00", "anna,2024-03-01,tea,1,99999999999999999999"),
        lines=3,
        bad={"quantity too large": 1, "amount too large": 1},
    ),
    "negative zero": Case(csv(GOOD, "anna,2024-03-01,tea,-0,-0.00"), lines=2),
    "digits of other scripts": Case(
        csv(GOOD, "anna,2024-03-01,tea,\u0661,\u0662.\u0665\u0660"), lines=2, bad={"quantity unreadable": 1}
    ),
    "marks for right to left": Case(csv("anna,\u200f2024-03-01\u200e,tea,1,\u202b1.00\u202c"), lines=1),
    "cells like formulas": Case(
        csv("=1+1,2024-03-01,@SUM(A1),1,1.00", "+4912,2024-03-01,-tea,1,1.00", "anna,2024-03-01,tea,1,=1+1"),
        lines=3,
        bad={"amount unreadable": 1},
    ),
    "ids of every kind": Case(
        csv(
            *[
                f"{name},2024-03-01,tea,1,1.00"
                for name in ("007", "1.23E+10", "🙂", "a b", "<script>", "null's", "Ω" * 99)
            ]
        ),
        lines=7,
    ),
}


def check_refused(path: Path, ledger: Path, case: Case) -> None:
    """A first ingest makes no ledger, a later one leaves it as it was."""
    with pytest.raises(DataError, match=case.error) as raised:
        ingest([path], "generic", ledger)
    assert not ledger.exists()
    assert "\n" not in str(raised.value)
    assert path.name in str(raised.value)
    good = path.with_name("good.csv")
    good.write_bytes(csv(GOOD))
    ingest([good], "generic", ledger)
    before = snapshot(ledger)
    with pytest.raises(DataError, match=case.error):
        ingest([good, path], "generic", ledger)
    assert snapshot(ledger) == before


def check_accounted_for(path: Path, ledger: Path, case: Case) -> None:
    done = ingest([path], "generic", ledger)
    assert done.quarantine == case.bad
    assert (done.lines_in, done.lines_quarantined) == (case.lines, sum(case.bad.values()))
    assert done.lines_kept == case.lines - sum(case.bad.values())
    aside = Ledger.open(ledger).quarantine()
    assert aside.height == sum(case.bad.values())
    assert aside["content"].str.len_chars().max() is None or aside["content"].str.len_chars().max() < 2_000
    assert Ledger.open(ledger).lines().collect().height == done.lines_kept


@pytest.mark.parametrize("what", CASES)
def test_malformed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    monkeypatch.setattr(stream, "_INNOCENT", 1 << 22)
    case = CASES[what]
    path = tmp_path / case.name
    path.write_bytes(case.content() if callable(case.content) else case.content)
    (check_refused if case.error else check_accounted_for)(path, tmp_path / "ledger", case)


def test_a_folder_instead_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is a folder; name the files in it"):
        ingest([tmp_path], "generic", tmp_path / "ledger")


def test_there_are_at_least_thirty() -> None:
    assert len(CASES) >= 30
    assert sum(1 for case in CASES.values() if case.error) >= 15


def test_ids_stay_as_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(CASES["ids of every kind"].content)  # type: ignore[arg-type]
    ingest([path], "generic", tmp_path / "ledger")
    ids = set(Ledger.open(tmp_path / "ledger").lines().collect()["customer_id"])
    assert ids == {"007", "1.23E+10", "🙂", "a b", "<script>", "null's", "Ω" * 99}


def test_a_workbook_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook(*ROWS))
    limits = stream.Limits(workbook=1_000)
    with pytest.raises(DataError, match="holds more than 0 MiB when it is unpacked"):
        excel_file.open_sheets(path, lambda _: True, limits)
