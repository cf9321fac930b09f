"""Rules are switched off and on again, and nothing is lost on the way."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from regulars.errors import ConfigError
from regulars.ingest import ingest
from regulars.ingest.intake import Terms
from regulars.ingest.switches import switch
from regulars.ledger import Ledger
from tests.ingest.shop import write

TILL = [
    "anna,o1,Milk,2024-03-01 09:15:00,2,4.00,0,centre",
    "anna,o2,milk,2024-03-05 09:15:00,1,2.00,0,centre",
    "anna,r1,MILK ,2024-03-06 10:00:00,-1,-2.00,0,centre",
    "bert,o3,tea,2024-03-02 17:40:10,5,9.00,0,centre",
    "bert,r3,tea,2024-03-02 17:45:00,-5,-9.00,0,centre",
    ",o4,tea,2024-03-02 18:00:00,1,2.00,0,centre",
    "cleo,o5,tea,2024-03-03 18:00:00,-4,0,0,centre",
    "cleo,o5,jam,2024-03-03 18:00:00,1,0.10,0,centre",
]
WEB = ["anna,w1,milk,2024-03-01 09:16:00,2,4.00,0,web"]


@pytest.fixture
def shop(tmp_path: Path) -> Ledger:
    """A ledger of a till and a web shop, with something for most rules."""
    ingest([write(tmp_path / "till.csv", TILL)], "generic", tmp_path / "ledger", terms=Terms(source="till"))
    ingest([write(tmp_path / "web.csv", WEB)], "generic", tmp_path / "ledger", terms=Terms(source="web"))
    return Ledger.open(tmp_path / "ledger")


def excluded(shop: Ledger) -> dict[str, int]:
    return {rule: effect.lines for rule, effect in shop.manifest.facts.excluded.items()}


def test_what_each_rule_does_is_counted(shop: Ledger) -> None:
    assert excluded(shop) == {"anonymous": 1, "near_duplicate": 1, "voided": 2, "write_off": 1}
    facts = shop.manifest.facts
    assert (facts.respelt.lines, facts.matched.lines, facts.unmatched.lines) == (3, 1, 0)
    assert facts.matched.money == -200
    assert shop.manifest.n_lines == 4 == shop.transactions().collect().height
    assert set(shop.transactions().collect()["item_id"]) == {"Milk", "jam"}
    assert shop.manifest.money == 400 + 200 - 200 + 10
    assert shop.manifest.money_held == 400 + 200 - 200 + 900 - 900 + 200 + 0 + 10 + 400
    assert shop.lines().collect().height == shop.manifest.n_held == len(TILL) + len(WEB)


@pytest.mark.parametrize("rule", ["near_duplicate", "write_off", "voided", "spelling", "returns"])
def test_a_rule_that_is_off_does_nothing_and_on_again_all_is_as_before(shop: Ledger, rule: str) -> None:
    before, parts = shop.fingerprint, shop.manifest.transactions
    lines = shop.lines().collect()
    switch(shop, off=[rule])
    facts = shop.manifest.facts
    done = {"spelling": facts.respelt.lines, "returns": facts.matched.lines} | excluded(shop)
    assert done.get(rule, 0) == 0
    assert shop.fingerprint != before
    assert shop.manifest.n_held == lines.height
    switch(shop, on=[rule])
    assert shop.fingerprint == before
    assert shop.manifest.transactions == parts
    assert shop.lines().collect().equals(lines)


def test_a_rule_of_one_source_leaves_the_others_alone(shop: Ledger) -> None:
    switch(shop, off=["near_duplicate", "voided"], source="web")
    assert excluded(shop) == {"anonymous": 1, "voided": 2, "write_off": 1}
    assert shop.manifest.rules["till"].near_duplicate
    assert not shop.manifest.rules["web"].near_duplicate


def test_an_item_written_in_a_new_way_takes_the_name_that_was_sold_first(shop: Ledger, tmp_path: Path) -> None:
    earlier = write(tmp_path / "old.csv", ["bert,o0,mILK,2023-03-02 17:40:10,1,2.00,0,centre"])
    ingest([earlier], "generic", shop.path, terms=Terms(source="till"))
    again = Ledger.open(shop.path)
    assert set(again.transactions().collect()["item_id"]) == {"mILK", "jam"}
    assert again.items()["item_id"].to_list() == ["jam", "mILK", "tea"]
    at_once = tmp_path / "at once"
    ingest([earlier, tmp_path / "till.csv"], "generic", at_once, terms=Terms(source="till"))
    ingest([tmp_path / "web.csv"], "generic", at_once, terms=Terms(source="web"))
    assert Ledger.open(at_once).lines().collect().equals(again.lines().collect())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"off": ["spellings"]}, "no rule 'spellings' (did you mean 'spelling'?); rules: exact_duplicate"),
        ({"off": ["voided"], "on": ["voided"]}, "rule 'voided' cannot be switched on and off at once"),
        ({"off": ["voided"], "source": "wed"}, "no source 'wed' (did you mean 'web'?); sources: till, web"),
        ({"off": ["anonymous"]}, "no rule 'anonymous'"),
    ],
)
def test_wrong_switches(shop: Ledger, options: dict, message: str) -> None:
    before = shop.fingerprint
    with pytest.raises(ConfigError) as raised:
        switch(shop, **options)
    assert message in str(raised.value)
    assert Ledger.open(shop.path).fingerprint == before


def test_times_are_kept_in_utc_and_read_by_the_clock_of_the_shop(tmp_path: Path) -> None:
    lines = ["anna,o1,tea,2024-07-01 00:30:00,1,2.00,0,web", "anna,o2,tea,2024-07-01T00:30:00Z,1,2.00,0,web"]
    ingest([write(tmp_path / "a.csv", lines)], "generic", tmp_path / "l", terms=Terms(time_zone="Europe/Berlin"))
    book = Ledger.open(tmp_path / "l")
    hours = book.transactions().collect()["purchased_at"].to_list()
    assert hours == [dt.datetime(2024, 7, 1, 0, 30), dt.datetime(2024, 7, 1, 2, 30)]
    on_disk = pl.read_parquet(book.path / "transactions").sort("purchased_at")["purchased_at"]
    assert on_disk.to_list()[0] == dt.datetime(2024, 6, 30, 22, 30, tzinfo=dt.UTC)
    assert book.transactions(before=dt.date(2024, 7, 1)).collect().is_empty()
    assert book.manifest.first_day == book.data_through == dt.date(2024, 7, 1)


def test_a_service_that_is_written_in_two_ways_is_one_service(tmp_path: Path) -> None:
    header = "customer_id,purchased_at,order_id,item_id,item_name,quantity,amount"
    lines = ["c,2024-03-01,o1,post1,Postage,1,1", "c,2024-03-02,o2,POST1,Postage,1,1", "c,2024-03-02,o2,tea,Tea,1,1"]
    ingest([write(tmp_path / "a.csv", lines, header)], "generic", tmp_path / "l")
    book = Ledger.open(tmp_path / "l")
    assert excluded(book) == {"non_product": 2}
    switch(book, off=["spelling"])
    assert excluded(book) == {"non_product": 2}
    assert set(book.lines().collect()["item_id"]) == {"post1", "POST1", "tea"}


@pytest.mark.parametrize(
    ("zone", "times", "expected"),
    [
        ("Europe/Berlin", ["2024-03-31 02:30", "2024-03-31 03:10"], ["01:30", "01:10"]),
        ("Europe/Berlin", ["2024-03-31 02:30", "2024-10-27 02:30"], ["01:30", "00:30"]),
        ("Pacific/Apia", ["2011-12-30 12:00", "2011-12-29 12:00"], ["22:00", "22:00"]),
    ],
)
def test_hours_that_the_clock_skips_or_repeats(
    tmp_path: Path, zone: str, times: list[str], expected: list[str]
) -> None:
    lines = [f"anna,o{number},tea,{at},1,2.00,0,web" for number, at in enumerate(times)]
    ingest([write(tmp_path / "a.csv", lines)], "generic", tmp_path / "l", terms=Terms(time_zone=zone))
    held = pl.read_parquet(tmp_path / "l" / "transactions").sort("order_id")
    assert held["purchased_at"].dt.to_string("%H:%M").to_list() == expected
