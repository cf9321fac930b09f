"""Each rule and each guard, on records that one can check by eye."""

import datetime as dt
import json
import logging
from pathlib import Path

import polars as pl
import pytest
from pydantic import ValidationError

from regulars.ingest.identity import PAIRS, Links, Settings, link, merges
from regulars.ingest.identity.linking import DIFFERENT, HELD, WEAKEST
from tests.ingest.identity.records import ANN, BEN, frame, groups


def joined(links: Links) -> list[set[str]]:
    return groups(links.people())


def rules(links: Links) -> list[str]:
    return sorted(links.pairs["rule"].to_list())


def test_the_same_email_joins() -> None:
    other = {"email": "ANN.ARCHER@example.org ", "first_name": None, "last_name": None}
    links = link(frame(a=ANN, b=other, c=BEN))
    assert (joined(links), rules(links)) == ([{"a", "b"}], ["email"])


def test_the_same_phone_joins_with_a_witness_and_not_without() -> None:
    phone = {"phone": ANN["phone"], "country": "DE"}
    assert rules(link(frame(a=ANN, b=phone | {"first_name": "Anne"}))) == ["phone"]
    assert rules(link(frame(a=ANN, b=phone | {"birthday": ANN["birthday"]}))) == ["phone"]
    assert rules(link(frame(a=ANN, b=phone))) == []


def test_a_family_phone_and_a_family_email_join_nobody() -> None:
    child = ANN | {"first_name": "Oliver", "birthday": dt.date(2001, 1, 30)}
    assert joined(link(frame(a=ANN, b=child))) == []


def test_a_record_without_a_first_name_does_not_bridge_a_family() -> None:
    someone = ANN | {"first_name": None, "birthday": None}
    husband = ANN | {"first_name": "Oliver", "birthday": dt.date(1969, 2, 3)}
    found = joined(link(frame(a=ANN, b=someone, c=husband)))
    assert all(not {"a", "c"} <= group for group in found)


def test_twins_stay_two() -> None:
    links = link(frame(a=ANN, b=ANN | {"first_name": "Oliver", "email": None, "phone": None}))
    assert joined(links) == []
    links = link(frame(a=ANN, b=ANN | {"first_name": "Oliver"}))
    assert (joined(links), links.pairs.height) == ([], 0)
    assert links.held["reason"].to_list() == [DIFFERENT]


@pytest.mark.parametrize("name", ["Annie", "A.", "ANN MARY", "Nancy"])
def test_a_short_form_or_second_name_is_no_other_person(name: str) -> None:
    assert joined(link(frame(a=ANN, b=ANN | {"first_name": name}))) == [{"a", "b"}]


def test_an_office_address_is_no_persons_key() -> None:
    office = {"email": "info@example.org"}
    assert joined(link(frame(a=office | {"last_name": "Archer"}, b=office | {"last_name": "Cooper"}))) == []


def test_a_key_of_too_many_records_is_ignored() -> None:
    shared = {f"r{i}": {"email": "none@example.org"} for i in range(4)}
    assert len(joined(link(frame(**shared), Settings(max_key_share=4)))) == 1
    assert joined(link(frame(**shared), Settings(max_key_share=3))) == []


def test_a_person_of_many_records_is_made_by_keys_and_reviewed_but_not_by_the_model() -> None:
    many = frame(**{f"r{i}": ANN for i in range(4)})
    links = link(many, Settings(max_records=3))
    assert links.review()["n_records"].to_list() == [4]
    guessed = link(many.with_columns(email=None, phone=None), Settings(max_records=3))
    assert guessed.review().is_empty()
    assert merges(guessed.people())["n_records"].to_list() == [3]
    assert set(guessed.held["reason"]) == {WEAKEST}


@pytest.mark.parametrize(
    "change",
    [
        {"first_name": ANN["last_name"], "last_name": ANN["first_name"]},
        {"last_name": "Acrher"},
        {"birthday": dt.date(1971, 5, 25)},
        {"address": "Mill Ln. 4"},
        {"last_name": "Married", "phone": ANN["phone"]},
        {"email": "ann.archer@example.com"},
    ],
    ids=["swapped names", "typo", "birthday typo", "address spelt otherwise", "married", "moved mailbox"],
)
def test_the_model_joins_what_no_key_joins(change: dict[str, object]) -> None:
    links = link(frame(a=ANN, b=ANN | {"email": None, "phone": None} | change, c=BEN))
    assert joined(links) == [{"a", "b"}]


def test_a_namesake_elsewhere_is_another_person() -> None:
    namesake = BEN | {name: ANN[name] for name in ("first_name", "last_name")}
    assert joined(link(frame(a=ANN, b=namesake))) == []


def test_each_link_says_why_and_quotes_nobody() -> None:
    links = link(frame(a=ANN, b=ANN | {"email": None, "phone": None, "last_name": "Acrher"}))
    row = links.pairs.row(0, named=True)
    evidence = json.loads(row["evidence"])
    assert (row["left_id"], row["right_id"], row["rule"]) == ("a", "b", "splink")
    assert evidence["last_name"]["level"] == "close"
    assert evidence["email"] == {"level": "unknown", "weight": 0.0}
    assert evidence["birthday"]["weight"] > 10
    assert 0.9 <= row["probability"] <= 1
    assert "rcher" not in row["evidence"]


def test_tables_have_their_columns_even_when_empty() -> None:
    for records in (frame(), frame(a=ANN), pl.DataFrame({"customer_id": ["x", "y"]})):
        links = link(records)
        assert (links.pairs.schema, links.held.schema) == (PAIRS, HELD)
        assert links.people().rows() == [(name, name) for name in records["customer_id"]]
        assert links.review().is_empty()
        assert links.expected_precision() == 1


def test_records_of_nulls_join_nobody() -> None:
    assert joined(link(frame(a={}, b={}, c=ANN))) == []


def test_only_an_email_column_is_enough() -> None:
    records = pl.DataFrame({"customer_id": [1, 2, 3], "email": ["a@example.org", "A@example.org", None]})
    assert joined(link(records)) == [{"1", "2"}]


def test_the_order_of_rows_does_not_matter_and_inputs_stay() -> None:
    records = frame(a=ANN, b=ANN | {"email": None}, c=BEN, d=BEN | {"phone": None, "last_name": "Coper"})
    before = records.clone()
    one, other = link(records), link(records.reverse())
    assert one.pairs.equals(other.pairs)
    assert one.pairs.height == 2
    assert records.equals(before)


def test_nothing_is_left_behind_and_nobody_is_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with caplog.at_level(logging.DEBUG):
        link(frame(a=ANN, b=ANN | {"email": None}))
    assert list(tmp_path.iterdir()) == []
    assert not any("rcher" in text for text in (caplog.text, *capfd.readouterr()))
    assert logging.getLogger("splink").level == logging.NOTSET


@pytest.mark.parametrize("wrong", [{"threshold": 1.0}, {"threshhold": 0.9}, {"max_key_share": 1}, {"country": "de"}])
def test_settings_refuse_what_makes_no_sense(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings(**wrong)  # type: ignore[arg-type]
