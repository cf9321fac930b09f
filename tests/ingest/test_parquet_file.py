"""Parquet columns of every type: read, left out, or refused in one sentence; never a traceback."""

import datetime as dt
import decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regulars.errors import DataError
from regulars.ingest import ingest, requeue
from regulars.ingest.batch import LEFT_OUT
from regulars.ingest.parquet_file import ParquetFile
from regulars.ledger import Ledger

PLAIN: dict[str, list[Any]] = {
    "customer_id": ["anna", "bert", "cleo"],
    "purchased_at": [dt.datetime(2024, 3, day, 9) for day in (1, 2, 3)],
    "order_id": ["o1", "o2", "o3"],
    "item_id": ["milk", "tea", "milk"],
    "quantity": [1, 2, 3],
    "amount": [1.5, 2.5, 3.5],
}
ODD = {
    "list": pa.array([[1], [2], None]),
    "list of bytes": pa.array([[b"\xff"], [], None]),
    "fixed list": pa.array([[1, 2]] * 3, type=pa.list_(pa.int64(), 2)),
    "record": pa.array([{"a": b"\xff"}, {"a": None}, None]),
    "map": pa.array([[("a", 1)], [], None], type=pa.map_(pa.string(), pa.int64())),
    "duration": pa.array([dt.timedelta(days=1)] * 3),
    "bytes": pa.array([b"tea", b"\xff\xfe", None]),
    "fixed bytes": pa.array([b"0123456789abcde\xff"] * 3, type=pa.binary(16)),
    "wide decimal": pa.array([decimal.Decimal("1.25")] * 3, type=pa.decimal256(60, 2)),
}
READABLE = {
    "text": pa.array(["1", "2", "3"]),
    "text as bytes": pa.array([b"1", b"2", b"3"]),
    "categories": pa.array(["1", "2", "1"]).dictionary_encode(),
    "decimals": pa.array([decimal.Decimal("1.25")] * 3),
    "halves": pa.array([1.5] * 3, type=pa.float16()),
    "large": pa.array([2**64 - 1] * 3, type=pa.uint64()),
    "truths": pa.array([True, False, None]),
    "nothing": pa.nulls(3),
    "times of day": pa.array([dt.time(9), dt.time(23, 59), None]),
    "days beyond": pa.array([2**31 - 1, -(2**31), 0], type=pa.int32()).cast(pa.date32()),
    "times beyond": pa.array([2**62, -(2**62), 0], type=pa.int64()).cast(pa.timestamp("ms", "Europe/Berlin")),
    "nanoseconds": pa.array([2**62, -(2**62), 0], type=pa.int64()).cast(pa.timestamp("ns")),
}
ENDLESS = ("large", "days beyond", "times beyond", "nanoseconds")
UNUSABLE = {("item_id", "nothing"), *(("purchased_at", kind) for kind in READABLE)}
UNUSABLE |= {(column, kind) for column in ("quantity", "amount") for kind in ENDLESS}
UNUSABLE |= {("amount", kind) for kind in ("truths", "nothing", "times of day")}


def write(path: Path, **columns: Any) -> Path:
    pq.write_table(pa.table(PLAIN | columns), path)
    return path


@pytest.mark.parametrize("column", PLAIN)
@pytest.mark.parametrize("kind", ODD)
def test_what_no_line_can_say_is_refused_where_a_line_needs_it(tmp_path: Path, column: str, kind: str) -> None:
    file = write(tmp_path / "a.parquet", **{column: ODD[kind]})
    said = rf"^a\.parquet: column '{column}' holds neither text nor numbers nor times, but lists, .*; export it as text"
    with pytest.raises(DataError, match=said):
        ingest([file], "generic", tmp_path / "ledger")
    assert not (tmp_path / "ledger").exists()


@pytest.mark.parametrize("column", PLAIN)
@pytest.mark.parametrize("kind", READABLE)
def test_whatever_else_a_column_holds_every_line_is_accounted_for(tmp_path: Path, column: str, kind: str) -> None:
    file = write(tmp_path / "a.parquet", **{column: READABLE[kind]})
    if (column, kind) in UNUSABLE:
        with pytest.raises(DataError, match=r"none of its 3 lines can be used|no date can be read"):
            ingest([file], "generic", tmp_path / "ledger")
        return
    done = ingest([file], "generic", tmp_path / "ledger")
    assert done.lines_in == 3 == done.lines_kept + done.lines_quarantined
    assert Ledger.open(tmp_path / "ledger").quarantine().height == done.lines_quarantined


def test_what_is_not_needed_is_left_out_also_of_the_quarantine(tmp_path: Path) -> None:
    extra = {f"{kind}.{place}": values for place, (kind, values) in enumerate((ODD | READABLE).items())}
    file = write(tmp_path / "a.parquet", **extra, quantity=["1", "two", "3"])
    done = ingest([file], "generic", tmp_path / "ledger")
    assert done.quarantine == {"quantity unreadable": 1}
    (row,) = requeue.quarantined(Ledger.open(tmp_path / "ledger")).to_dicts()
    assert (row["quarantine_line"], row["quantity"], row["text as bytes.10"]) == (2, "two", "2")
    assert {row.get(f"{kind}.{place}") for place, kind in enumerate(ODD)} == {None}


def test_bytes_are_text_and_categories_are_words(tmp_path: Path) -> None:
    told = pa.array(["2 USD", "2 USD", "3 EUR"]).dictionary_encode()
    file = write(tmp_path / "a.parquet", customer_id=pa.array(["Zoë".encode(), b"bert", None]), amount=told)
    done = ingest([file], "generic", tmp_path / "ledger")
    assert done.lines_quarantined == 1  # the euros
    lines = Ledger.open(tmp_path / "ledger").lines().collect()
    assert sorted(lines["customer_id"]) == ["Zoë", "bert"]


def test_times_that_no_calendar_has_say_so_line_by_line(tmp_path: Path) -> None:
    for kind in ("days beyond", "times beyond"):
        values = READABLE[kind]
        at = pa.chunked_array([values.slice(0, 2), pa.array([dt.date(2024, 3, 1)]).cast(values.type)])
        done = ingest([write(tmp_path / f"{kind}.parquet", purchased_at=at)], "generic", tmp_path / kind)
        assert done.quarantine == {"purchased_at outside 1990-2100": 2}
        shown = Ledger.open(tmp_path / kind).quarantine().sort("line")["content"].str.json_path_match("$.purchased_at")
        assert [text[:4] for text in shown] == ["9999", "0001"]


def test_a_file_of_which_no_column_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"customer_id": ODD["list"], "amount": ODD["record"]}), path)
    (batch,) = ParquetFile.open(path).batches()
    assert batch.rows.schema == {"customer_id": LEFT_OUT, "amount": LEFT_OUT}
    assert batch.height == 3
    with pytest.raises(DataError, match="column"):
        ingest([path], "generic", tmp_path / "ledger")
