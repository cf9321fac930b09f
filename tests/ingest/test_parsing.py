"""Dates, numbers, ids and money as shops write them."""

import datetime as dt
import re
from decimal import ROUND_HALF_EVEN, Decimal

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import given

from regulars import clock
from regulars.errors import DataError
from regulars.ingest import formats, parsing

NOON = dt.datetime(2024, 2, 13, 12, 0)


def survey(*days: str, numbers: tuple[str, ...] = ()) -> formats.Formats:
    filler = numbers or ("1",) * len(days)
    rows = pl.DataFrame({"day": days, "n": filler})
    return formats.survey("a.csv", (rows[i : i + 2] for i in range(0, rows.height, 2)), "day", ["n"])


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-02-13 12:00", "%Y-%m-%d"),
        ("2024-02-13T12:00:00.000Z", "%Y-%m-%d"),
        ("2024-02-13T12:00:00+02:00", "%Y-%m-%d"),
        ("2024/02/13 12:00:00", "%Y/%m/%d"),
        ("20240213 12:00", "%Y%m%d"),
        ("13.02.2024 12:00", "%d.%m.%Y"),
        ("13.2.24 12:00", "%d.%m.%y"),
        ("13/02/2024 12:00", "%d/%m/%Y"),
        ("2/13/2024 12:00:00 PM", "%m/%d/%Y"),
        ("2/13/24 12:00", "%m/%d/%y"),
        ("13-02-2024 12:00", "%d-%m-%Y"),
        ("02-13-2024 12:00 pm", "%m-%d-%Y"),
    ],
)
def test_dates_as_shops_write_them(text: str, day: str) -> None:
    assert survey(text).day == day
    assert formats.instants(pl.Series([text]), day).to_list() == [NOON]
    only_day = formats.instants(pl.Series([re.split("[T ]", text, maxsplit=1)[0]]), day)
    assert only_day.to_list() == [dt.datetime(2024, 2, 13)]


def test_a_late_line_settles_which_number_is_the_month() -> None:
    assert survey(*["01/02/2024"] * 8, "31/01/2024").day == "%d/%m/%Y"
    assert survey(*["01/02/2024"] * 8, "1/31/2024", "garbage").day == "%m/%d/%Y"
    with pytest.raises(DataError, match="read both as day/month and as month/day"):
        survey(*["01/02/2024"] * 8)


def test_files_without_dates_are_told_apart_from_files_without_readable_dates() -> None:
    assert survey("", "").day == "%Y-%m-%d"
    with pytest.raises(DataError, match=r"no date can be read in column 'day' \(first: 'soon'\)"):
        survey("", "soon")


@pytest.mark.parametrize(
    ("numbers", "comma"),
    [
        (("1,5", "2"), True),
        (("1.5", "2"), False),
        (("1.234,50", "7"), True),
        (("1,234.50", "7"), False),
        (("1,234", "7"), False),
        (("1 234,50", "7"), True),
    ],
)
def test_the_decimal_mark_is_the_one_that_reads_more(numbers: tuple[str, str], comma: bool) -> None:
    assert survey("2024-01-01", "2024-01-01", numbers=numbers).commas == ({"n"} if comma else set())


@pytest.mark.parametrize("text", ["", "-", ".", "1,2,3", "1,23.4", "0x1A", "1_000", "12 34", "--1", "1.2.3", "five"])
def test_what_is_no_number(text: str) -> None:
    assert formats.decimals(pl.Series([text])).to_list() == [None]


def test_typed_columns_are_taken_as_they_are() -> None:
    zoned = pl.Series([NOON]).dt.replace_time_zone("Europe/Berlin").cast(pl.Datetime("ns", "Europe/Berlin"))
    for raw in (zoned, pl.Series([NOON]).cast(pl.Datetime("ms"))):
        read = parsing.times(raw, "%Y-%m-%d", "Europe/Berlin").value
        assert (read.dtype, read.to_list()) == (clock.UTC, [NOON.replace(hour=11, tzinfo=dt.UTC)])
    assert parsing.times(pl.Series([NOON.date(), None]), "", "UTC").reason.to_list() == [None, "missing"]
    midnight = [dt.datetime(2024, 2, 13, tzinfo=dt.UTC)]
    assert parsing.times(pl.Series([20240213]), "%Y%m%d", "UTC").value.to_list() == midnight

    assert parsing.numbers(pl.Series([1, None, 3])).reason.to_list() == [None, "missing", None]
    odd = parsing.numbers(pl.Series([1.5, None, float("nan"), float("-inf")]))
    assert odd.value.to_list() == [1.5, None, None, None]
    assert odd.reason.to_list() == [None, "missing", "not finite", "not finite"]
    assert parsing.numbers(pl.Series([Decimal("1.25")])).value.to_list() == [1.25]


def test_an_offset_says_which_instant_is_meant_and_the_clock_of_the_shop_what_has_none() -> None:
    texts = ["2024-02-13T12:00:00Z", "2024-02-13 12:00:00 -0500", "2024-02-13 12:00", "2024-02-13", "soon", ""]
    read = parsing.times(pl.Series(texts), "%Y-%m-%d", "Europe/Berlin")
    hours = read.value.dt.to_string("%d %H:%M").to_list()
    assert hours == ["13 12:00", "13 17:00", "13 11:00", "12 23:00", None, None]
    assert read.reason.to_list() == [None, None, None, None, "unreadable", "missing"]


@pytest.mark.parametrize(
    ("offset", "minutes"),
    [
        ("+00", 0),
        (" +01", 60),
        ("-05", -300),
        ("+0530", 330),
        (" -03:30", -210),
        ("+14:00", 840),
        ("Z", 0),
        (" UTC", 0),
        (" GMT", 0),
        ("\u200e+02", 120),
        ("", None),
        ("+99", None),
        ("+1", None),
    ],
)
def test_offsets_as_databases_write_them(offset: str, minutes: int | None) -> None:
    text = pl.Series(["2024-02-13 12:00:00.123456" + offset])
    assert formats.offsets(text).to_list() == [minutes]
    told = NOON.replace(microsecond=123456)
    plain = minutes is not None or not offset
    assert formats.instants(text, "%Y-%m-%d").to_list() == [told if plain else None]
    read = parsing.times(text, "%Y-%m-%d", "UTC").value.to_list()
    assert read == [(told - dt.timedelta(minutes=minutes or 0)).replace(tzinfo=dt.UTC) if plain else None]


def test_dates_outside_the_accepted_years_say_so() -> None:
    read = parsing.times(pl.Series(["1989-12-31", "1990-01-01", "2100-12-31 23:59", "2101-01-01"]), "%Y-%m-%d", "UTC")
    outside = "outside 1990-2100"
    assert read.reason.to_list() == [outside, None, None, outside]
    assert read.value.null_count() == 2


def test_ids_are_text() -> None:
    assert parsing.ids(pl.Series([31198570044.0, float("nan"), None])).value.to_list() == [
        "31198570044",
        None,
        None,
    ]
    assert parsing.ids(pl.Series([7, None])).value.to_list() == ["7", None]
    words = pl.Series([" 007 ", "17850.0", "v1.0", "NULL", "none", "\t", "Nancy"])
    assert parsing.ids(words).value.to_list() == ["007", "17850", "v1.0", None, None, None, "Nancy"]
    assert parsing.ids(pl.Series(["a", "b"], dtype=pl.Categorical)).value.to_list() == ["a", "b"]


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4))
def test_money_is_rounded_half_to_even_as_it_is_written(units: Decimal) -> None:
    text = pl.Series([f"{units:f}"])
    expected = (units * 100).quantize(Decimal(1), ROUND_HALF_EVEN)
    for raw in (text, text.cast(pl.Float64)):
        minor, rounded = parsing.cents(parsing.numbers(raw))
        assert minor.value.to_list() == [int(expected)]
        assert rounded.to_list() == [expected != units * 100]
