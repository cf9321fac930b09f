"""Files of the tables beside the order lines: every row is kept, or set aside with a reason."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from regulars import schema
from regulars.errors import ConfigError, DataError
from regulars.ingest import side_tables
from regulars.ingest.side_tables import Options, Tally
from regulars.schema import Table

BERLIN = Options(currency="EUR", time_zone="Europe/Berlin", country="DE")
KEY = b"a key that only the tests know"


@dataclass
class Loaded:
    """All batches of a file together."""

    rows: pl.DataFrame
    quarantine: pl.DataFrame
    tally: Tally


def read(file: Path, table: Table, mapping: Mapping[str, str] | None = None, options: Options = BERLIN) -> Loaded:
    """Read the whole file."""
    loading = side_tables.load(file, table, mapping or {}, options)
    batches = list(loading.batches())
    rows = pl.concat([table.empty(), *(batch.rows for batch in batches)], how="diagonal")
    return Loaded(rows, pl.concat([schema.QUARANTINE.empty(), *(batch.aside for batch in batches)]), loading.tally)


def load(
    folder: Path,
    table: Table,
    text: str,
    mapping: Mapping[str, str] | None = None,
    options: Options = BERLIN,
    encoding: str = "utf-8",
) -> Loaded:
    """Write ``text`` into a file and load it, once the rows add up."""
    file = folder / f"{table.name}.csv"
    file.write_text(text, encoding=encoding)
    loaded = read(file, table, mapping, options)
    tally = loaded.tally
    assert tally.rows_in == tally.rows_kept + tally.rows_quarantined
    assert tally.rows_kept == loaded.rows.height
    assert tally.rows_quarantined == loaded.quarantine.height
    assert loaded.rows.schema == table.conform(loaded.rows).schema
    assert loaded.quarantine.schema == schema.QUARANTINE.schema
    return loaded


def test_prices_with_decimal_commas_become_minor_units(tmp_path: Path) -> None:
    text = "Item ID;Valid from;Price\nmilk;1.2.2024;1,09\nmilk;15.2.2024 08:30;1.234,505\ntea;13.3.2024;-1\n"
    loaded = load(tmp_path, schema.PRICES, text)
    assert loaded.rows.select("item_id", "valid_from", "price", "store_id").rows() == [
        ("milk", dt.datetime(2024, 2, 1), 109, None),
        ("milk", dt.datetime(2024, 2, 15, 8, 30), 123450, None),
    ]
    assert loaded.tally.amounts_rounded == 1
    assert loaded.tally.reasons == {"price not 0 or more": 1}
    source, line, reason, amount, content = loaded.quarantine.row(0)
    assert (source, line, reason, amount) == ("prices.csv", 3, "price not 0 or more", None)
    assert json.loads(content) == {"Item ID": "tea", "Valid from": "13.3.2024", "Price": "-1"}


def test_minor_units_are_those_of_the_currency(tmp_path: Path) -> None:
    text = "item_id,valid_from,price\nmilk,2024-02-01,109\n"
    yen = Options(currency="JPY", time_zone="Asia/Tokyo")
    assert load(tmp_path, schema.PRICES, text, options=yen).rows["price"].to_list() == [109]


def test_times_become_the_shops_wall_clock(tmp_path: Path) -> None:
    text = (
        "customer_id,kind,at\nanna,view,2024-07-01 10:00:00Z\nanna,E-Mail open,2024-07-01T10:00:00+02:00\n"
        "anna,EmailClick,2024-07-01 10:00\nanna,call,2024-07-01\nanna,view,1970-01-01\nanna,view,soon\n"
        ",view,2024-07-01\n"
    )
    loaded = load(tmp_path, schema.EVENTS, text)
    assert loaded.rows.select("kind", pl.col("at").dt.hour()).rows() == [
        ("view", 12),
        ("email_open", 10),
        ("email_click", 10),
    ]
    assert loaded.rows.schema["at"] == pl.Datetime("us")
    assert loaded.quarantine.select("line", "reason").rows() == [
        (4, "kind not one of view, cart, wish, email_sent, email_open, email_click"),
        (5, "at outside 1990-2100"),
        (6, "at unreadable"),
        (7, "customer_id missing"),
    ]


def test_consents_say_true_or_false_and_whose_word_it_is(tmp_path: Path) -> None:
    said = "17,E-Mail,yes,2024-01-01", "17,email,No,2024-02-01", "18,SMS,1,2024-02-01", "19,sms,?,2024-02-01"
    text = "\n".join(["who,what,said,when", *said])
    mapping = {"who": "customer_id", "what": "purpose", "said": "granted", "when": "at"}
    options = Options(currency="EUR", time_zone="Europe/Berlin", source="crm", own_ids=True)
    loaded = load(tmp_path, schema.CONSENTS, text, mapping, options)
    assert loaded.rows.select("customer_id", "purpose", "granted", "source").rows() == [
        ("crm:17", "email", True, "crm"),
        ("crm:17", "email", False, "crm"),
        ("crm:18", "sms", True, "crm"),
    ]
    assert loaded.tally.reasons == {"granted unreadable": 1}


def test_customers_keep_what_a_shop_knows_beside(tmp_path: Path) -> None:
    text = (
        "customer_id|First Name|birthday|country|shoe size|email\n"
        "007|Zoë|1971-12-24|Deutschland|37|Zoe@Example.org\n8.0|Null|24/12/1985|gb||\n9||1985-02-31|FR||\n10|||Elbonia||\n"
    )
    loaded = load(tmp_path, schema.CUSTOMERS, text, encoding="cp1252")
    wanted = ["customer_id", "first_name", "birthday", "country", "shoe size", "email"]
    assert loaded.rows.select(wanted).rows() == [
        ("007", "Zoë", dt.date(1971, 12, 24), "DE", "37", "Zoe@Example.org"),
        ("8", "Null", dt.date(1985, 12, 24), "GB", None, None),
        ("9", None, None, "FR", None, None),  # a customer is not lost for a birthday
    ]
    assert loaded.tally.blanked == {"birthday": 1}
    assert loaded.quarantine["reason"].to_list() == ["country not two capital letters"]
    assert loaded.tally.unused == ()


def test_reviews_have_whole_stars(tmp_path: Path) -> None:
    rows = 'r1,milk,2024-01-01,5.0,"good, ""really"""', "r2,milk,2024-01-01,4.5,", "r3,milk,2024-01-01,,"
    text = "\n".join(["review_id,item_id,at,rating,text", *rows])
    loaded = load(tmp_path, schema.REVIEWS, text)
    assert loaded.rows.select("review_id", "rating", "text").rows() == [("r1", 5, 'good, "really"'), ("r3", None, None)]
    assert loaded.tally.reasons == {"rating not a whole number": 1}


def test_items_without_any_time_still_have_decimal_commas(tmp_path: Path) -> None:
    loaded = load(tmp_path, schema.ITEMS, "item_id;life_days;shelf\nmilk;4,5;B7\ntea;;\n")
    assert loaded.rows.select("life_days", "shelf").rows() == [(4.5, "B7"), (None, None)]


def test_parquet_is_taken_as_it_is_typed(tmp_path: Path) -> None:
    moment = dt.datetime(2024, 7, 1, 8, tzinfo=dt.UTC)
    file = tmp_path / "members.parquet"
    pl.DataFrame(
        {"campaign_id": [1, 1], "customer_id": [7.0, None], "treated": [True, False], "assigned_at": [moment, moment]}
    ).write_parquet(file)
    loaded = read(file, schema.CAMPAIGN_MEMBERS)
    assert loaded.rows.rows() == [("1", "7", True, dt.datetime(2024, 7, 1, 10))]
    assert loaded.quarantine.select("line", "reason").rows() == [(2, "customer_id missing")]


def test_a_column_of_lists_is_refused_and_one_that_nobody_needs_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "items.parquet"
    pl.DataFrame({"item_id": ["a"], "tags": [["x", "y"]]}).write_parquet(file)
    assert read(file, schema.ITEMS).rows.columns == schema.ITEMS.names
    with pytest.raises(DataError, match=r"items.parquet: column 'tags' holds neither text nor numbers"):
        read(file, schema.ITEMS, {"tags": "brand"})


ODD = {
    "nothing": pl.Series([None, None]),
    "truth": pl.Series([True, None]),
    "moment": pl.Series([dt.datetime(2024, 1, 1, tzinfo=dt.UTC), None]),
    "clock": pl.Series([dt.time(1), None]),
    "span": pl.Series([dt.timedelta(1), None]),
    "bytes": pl.Series([b"\xff", b"a"]),
    "struct": pl.Series([{"a": 1}, {"a": 2}]),
    "category": pl.Series(["a", "b"], dtype=pl.Categorical),
    "endless": pl.Series(["9" * 400, "inf"]),
    "large": pl.Series([2**63, 1], dtype=pl.UInt64),
    "nul": pl.Series(["\x00", "a\x00b"]),
}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("column", ["review_id", "at", "rating", "language"])
def test_whatever_a_column_holds_rows_add_up_or_the_file_is_refused(tmp_path: Path, column: str, odd: str) -> None:
    row = {"review_id": ["r1", "r2"], "item_id": ["milk", "tea"], "at": ["2024-01-01", "2024-01-02"]}
    file = tmp_path / "reviews.parquet"
    pl.DataFrame(row).with_columns(ODD[odd].alias(column)).write_parquet(file)
    try:
        loaded = read(file, schema.REVIEWS)
    except DataError as error:
        assert str(error).startswith("reviews.parquet: ")  # noqa: PT017 - refusing is one of two right answers
    else:
        assert loaded.rows.height + loaded.quarantine.height == loaded.tally.rows_in == 2


def test_a_workbook_is_read_like_a_text_file(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (
        ["Item ID", "Valid from", "Price"],
        ["007", dt.datetime(2024, 2, 1, 9, 30), 1.09],
        [8, dt.datetime(2024, 2, 2), "free"],
    ):
        book.active.append(row)
    book.save(tmp_path / "prices.xlsx")
    loaded = read(tmp_path / "prices.xlsx", schema.PRICES)
    assert loaded.rows.select("item_id", "valid_from", "price").rows() == [("007", dt.datetime(2024, 2, 1, 9, 30), 109)]
    assert loaded.quarantine.select("line", "reason").rows() == [(2, "price unreadable")]


def test_times_of_a_file_may_be_those_of_another_zone(tmp_path: Path) -> None:
    options = Options(currency="EUR", time_zone="Europe/Berlin", file_zone="UTC")
    loaded = load(tmp_path, schema.EVENTS, "customer_id,kind,at\nanna,view,2024-07-01 10:00\n", options=options)
    assert loaded.rows["at"].to_list() == [dt.datetime(2024, 7, 1, 12)]


def test_a_ragged_line_goes_to_the_quarantine(tmp_path: Path) -> None:
    loaded = load(tmp_path, schema.STORES, "store_id,name,opened_at\na,Mitte,1923-05-01\nb,Web,2001-01-01,x\nc,,\n")
    assert loaded.rows["opened_at"].to_list() == [dt.date(1923, 5, 1), None]
    assert loaded.quarantine["line"].to_list() == [2]
    assert "columns" in loaded.quarantine["reason"].item()


def test_a_header_without_rows_is_an_empty_table(tmp_path: Path) -> None:
    loaded = load(tmp_path, schema.REDEMPTIONS, "campaign_id,customer_id,order_id,at,value\n")
    assert loaded.tally.rows_in == 0
    assert loaded.rows.schema == schema.REDEMPTIONS.schema


@pytest.mark.parametrize(
    ("text", "mapping", "error", "message"),
    [
        (
            "item_id,price\nmilk,1\n",
            {},
            DataError,
            "prices.csv: no column 'valid_from' among item_id, price; say which",
        ),
        ("item,valid_from,price\n", {}, DataError, "did you mean 'item'"),
        (
            "item_id,valid_from,price\n",
            {"cost": "price"},
            DataError,
            "no column 'cost' among",
        ),
        ("a,b\n", {"a": "prise"}, ConfigError, "--map a=prise: prices has no field 'prise' (did you mean 'price'?)"),
        ("a,b\n", {"a": "price", "b": "price"}, ConfigError, "--map names two columns for 'price': 'a' and 'b'"),
        ("item_id,valid_from,price\nmilk,2024-01-01,free\n", {}, DataError, "none of its 1 rows can be used as prices"),
        ("item_id,valid_from,price\nmilk,01/02/2024,1\n", {}, DataError, "both as day/month and as month/day"),
    ],
)
def test_what_cannot_be_read_is_refused(
    tmp_path: Path, text: str, mapping: dict[str, str], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as raised:
        load(tmp_path, schema.PRICES, text, mapping)
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"contact_key": b"short"}, "the key for contacts has 5 bytes; give it at least 16"),
        ({"own_ids": True}, "own ids need the name of their source"),
        ({"currency": "EURO"}, "no currency 'EURO'"),
        ({"time_zone": "Berlin"}, "no time zone 'Berlin'"),
        ({"file_zone": "MEZ"}, "no time zone 'MEZ'"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Options(**({"currency": "EUR", "time_zone": "Europe/Berlin"} | change))  # type: ignore[arg-type]


def test_a_mapped_column_is_not_taken_twice(tmp_path: Path) -> None:
    text = "customer_id,email,mail\nanna,old@example.org,new@example.org\n"
    loaded = load(tmp_path, schema.CUSTOMERS, text, {"mail": "email"})
    assert loaded.rows["email"].to_list() == ["new@example.org"]
    assert loaded.tally.unused == ("email",)


CRM = (
    "customer_id,email,phone,country,note,first_name,birthday\n"
    "anna,Anna@Example.org,030 901820,DE,call +49 30 901820,Anna,\n"
    "bert,anna@example.org ,+49 30 901820,,,Bert,\n"
    "cleo,unknown,12,DE,,Cleo,\n"
    "dora,dora@example.org,,DE,,Dora,1985-02-31\n"
    "emil,emil@example.org,,DE,,Emil,,\n"
)


def hashed(folder: Path, key: bytes = KEY) -> Loaded:
    options = Options(currency="EUR", time_zone="Europe/Berlin", country="DE", contact_key=key)
    return load(folder, schema.CUSTOMERS, CRM, options=options)


def test_hashed_contacts_still_meet(tmp_path: Path) -> None:
    rows = hashed(tmp_path).rows
    anna, bert, cleo, _ = rows.select("email", "phone").rows()
    assert anna == bert
    assert all(len(value) == 32 and set(value) <= set("0123456789abcdef") for value in anna)
    assert anna[0] != anna[1]
    assert cleo == (None, None)
    assert hashed(tmp_path).rows.equals(rows)
    other = hashed(tmp_path, KEY[::-1]).rows
    assert other["email"][0] not in rows["email"]


def test_with_hashed_contacts_nothing_plain_is_left_anywhere(tmp_path: Path) -> None:
    loaded = hashed(tmp_path)
    assert loaded.tally.contacts_unreadable == 2
    assert loaded.tally.unused == ("note",)
    kept = loaded.rows.write_json() + loaded.quarantine.write_json()
    assert loaded.quarantine["line"].to_list() == [5]
    assert loaded.rows["first_name"].to_list() == ["Anna", "Bert", "Cleo", "Dora"]
    assert "(not kept)" in kept
    assert "Dora" in kept
    assert not any(secret in kept.lower() for secret in ("example.org", "901820"))


def test_a_plain_contact_stays_as_it_is_written(tmp_path: Path) -> None:
    rows = load(tmp_path, schema.CUSTOMERS, CRM).rows
    assert rows["email"].to_list() == ["Anna@Example.org", "anna@example.org", "unknown", "dora@example.org"]
    assert rows["note"][0] == "call +49 30 901820"
