"""Equal things are spelt alike; what cannot be read is nothing."""

import datetime as dt

import polars as pl
import pytest

from regulars.errors import DataError
from regulars.ingest.identity import normalise
from regulars.ingest.identity.columns import COLUMNS


def one(default: str | None = None, **values: object) -> dict[str, object]:
    return normalise(pl.DataFrame({"customer_id": ["1"], **{name: [v] for name, v in values.items()}}), default).row(
        0, named=True
    )


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (" Ann.Lee@Example.ORG ", "ann.lee@example.org"),
        ("mailto:ann@example.org", "ann@example.org"),
        ("<ann@example.org>", "ann@example.org"),
        ("a.n.n+shop@gmail.com", "ann@gmail.com"),
        ("ann@googlemail.com", "ann@gmail.com"),
        ("a.nn+shop@outlook.com", "a.nn@outlook.com"),
        ("a.nn+shop@example.org", "a.nn+shop@example.org"),
        ("ann\u200b@example.org", "ann@example.org"),
        ("ann@example", None),
        ("ann", None),
        ("a@b@example.org", None),
        ("", None),
        (None, None),
    ],
)
def test_emails_are_folded_as_far_as_their_provider_folds_them(written: str | None, read: str | None) -> None:
    assert one(email=written)["email"] == read


@pytest.mark.parametrize(
    ("written", "country", "read"),
    [
        ("030 901820", "DE", "+4930901820"),
        ("+49 (0)30 901820", None, "+4930901820"),
        ("0049 30 901820", "FR", "+4930901820"),
        ("(212) 555-0123", "us ", "+12125550123"),
        ("1-212-555-0123", "US", "+12125550123"),
        ("030 901820", None, None),
        ("12", "DE", None),
        ("call me", "DE", None),
    ],
)
def test_phones_become_e164_with_the_country_of_the_record(written: str, country: str, read: str | None) -> None:
    assert one(phone=written, country=country)["phone"] == read


def test_the_default_country_reads_phones_of_records_that_name_none() -> None:
    assert one("DE", phone="030 901820")["phone"] == "+4930901820"
    assert one("DE", phone="01 42 68 53 00", country="FR")["phone"] == "+33142685300"


@pytest.mark.parametrize(
    ("written", "country", "read"),
    [
        ("1971-05-24", None, dt.date(1971, 5, 24)),
        ("1971-05-24T00:00:00Z", None, dt.date(1971, 5, 24)),
        ("19710524", None, dt.date(1971, 5, 24)),
        ("24.05.1971", None, dt.date(1971, 5, 24)),
        ("5/24/1971", "DE", dt.date(1971, 5, 24)),
        ("3/4/1980", "US", dt.date(1980, 3, 4)),
        ("3/4/1980", "GB", dt.date(1980, 4, 3)),
        ("24 May 1971", None, dt.date(1971, 5, 24)),
        ("31.02.1980", None, None),
        ("1900-01-01", None, None),
        ("1871-05-24", None, None),
        ("0000-00-00", None, None),
        ("soon", None, None),
    ],
)
def test_birthdays_are_read_in_several_spellings_and_impossible_ones_are_nothing(
    written: str, country: str | None, read: dt.date | None
) -> None:
    assert one(birthday=written, country=country)["birthday"] == read


def test_birthdays_that_are_dates_or_instants_stay_days() -> None:
    assert one(birthday=dt.date(1971, 5, 24))["birthday"] == dt.date(1971, 5, 24)
    assert one(birthday=dt.datetime(1971, 5, 24, 12))["birthday"] == dt.date(1971, 5, 24)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("  JOSÉ  María ", "jose maria"),
        ("O'Brien", "obrien"),
        ("Müller-Lüdenscheidt", "muller ludenscheidt"),
        ("Strauß", "strauss"),
        ("Łukasz", "lukasz"),
        ("Søren", "soren"),
        ("--", None),
        ("Олег", "олег"),
    ],
)
def test_names_lose_case_accents_and_punctuation(written: str, read: str | None) -> None:
    assert one(last_name=written)["last_name"] == read


def test_absent_and_empty_columns_are_nulls() -> None:
    assert normalise(pl.DataFrame({"customer_id": [7]})).row(0) == ("7", *[None] * (len(COLUMNS) - 1))
    empty = pl.DataFrame({name: [None] for name in COLUMNS if name != "customer_id"}).with_columns(
        customer_id=pl.lit("7")
    )
    assert normalise(empty).row(0) == ("7", *[None] * (len(COLUMNS) - 1))


def test_no_records_are_no_records() -> None:
    assert normalise(pl.DataFrame(schema={"customer_id": pl.String})).shape == (0, len(COLUMNS))


def test_normalising_twice_changes_nothing() -> None:
    written = {"email": "A.b+c@gmail.com", "phone": "030 901820", "country": "de", "postcode": "sw1a 1aa"}
    once = normalise(pl.DataFrame({"customer_id": ["1"], **{k: [v] for k, v in written.items()}, "city": ["Köln"]}))
    assert normalise(once).equals(once)


@pytest.mark.parametrize(
    ("records", "words"),
    [
        (pl.DataFrame({"customerid": ["1"]}), "did you mean 'customer_id'|no column 'customer_id'"),
        (pl.DataFrame({"customer_id": ["1", None]}), "empty"),
        (pl.DataFrame({"customer_id": ["1", "1"]}), "not unique"),
    ],
)
def test_records_without_an_id_are_refused(records: pl.DataFrame, words: str) -> None:
    with pytest.raises(DataError, match=words):
        normalise(records)
