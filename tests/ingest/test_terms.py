"""What the caller says of a source, and what is refused before anything is read."""

from pathlib import Path

import polars as pl
import pytest

from regulars.errors import ConfigError, DataError
from regulars.hygiene import Rules
from regulars.ingest import ingest
from regulars.ingest.intake import Terms
from regulars.ledger import Ledger
from tests.ingest.shop import LINES, write


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"own_ids": True}, "own ids need the name of their system; pass --source NAME"),
        ({"source": "a:b"}, "--source 'a:b': a name without a colon is needed"),
        ({"source": " "}, "a name without a colon is needed"),
    ],
)
def test_names_that_would_let_ids_meet(words: dict, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Terms(**words)


def test_orders_of_two_systems_do_not_meet_either(tmp_path: Path) -> None:
    for source in ("till", "web"):
        line = [f"7,1001,tea,2024-03-0{len(source)},1,2.00,0,x"]
        terms = Terms(source=source, own_ids=True)
        ingest([write(tmp_path / f"{source}.csv", line)], "generic", tmp_path / "l", terms=terms)
    book = Ledger.open(tmp_path / "l")
    assert book.transactions().collect()["order_id"].sort().to_list() == ["till:1001", "web:1001"]
    with book.writer() as writer:
        writer.set_people(pl.DataFrame({"customer_as_written": ["web:7"], "customer_id": ["till:7"]}))
        writer.commit(())
    assert (book.manifest.n_customers, book.manifest.n_orders) == (1, 2)


def test_a_source_keeps_to_one_preset(tmp_path: Path) -> None:
    ingest([write(tmp_path / "a.csv", LINES)], "generic", tmp_path / "l", terms=Terms(source="web"))
    header = "household_id,transaction_timestamp,product_id,basket_id,quantity,sales_value,retail_disc,coupon_disc,"
    file = write(tmp_path / "b.csv", ["1,2024-03-01,2,3,1,1.00,0,0,0,4"], header + "coupon_match_disc,store_id")
    with pytest.raises(ConfigError, match="source 'web' was read with the preset generic, which has rules of its own"):
        ingest([file], "complete-journey", tmp_path / "l", terms=Terms(source="web"))


def test_a_later_export_of_an_order_takes_its_place_where_exports_tell_whole_orders(tmp_path: Path) -> None:
    book = Ledger.open_or_create(tmp_path / "l", "EUR")
    first = pl.DataFrame(
        {
            "customer_id": ["anna", "anna", "bert"],
            "order_id": ["1", "1", "2"],
            "item_id": ["tea", "REFUND", "tea"],
            "purchased_at": ["2024-03-01", "2024-03-02", "2024-03-01"],
            "quantity": [1.0, 0.0, 1.0],
            "amount": [1000, -300, 1000],
            "discount": [0, 0, 0],
            "store_id": ["x", "x", "x"],
            "source": ["web", "web", "till"],
        }
    ).with_columns(pl.col("purchased_at").str.to_datetime(time_unit="us"))
    more = pl.when(pl.col("amount") < 0).then(-500).otherwise("amount").alias("amount")
    for rows in (first, first.with_columns(more), first.with_columns(more)):
        with book.writer() as writer:
            writer.set_rules("web", Rules(whole_orders=True))
            writer.add_transactions(rows)
            writer.commit(())
    assert book.lines().filter(source="web").collect()["amount"].sort().to_list() == [-500, 1000]
    assert book.lines().filter(source="till").collect()["amount"].to_list() == [1000]


def test_money_has_the_decimals_of_its_currency(tmp_path: Path) -> None:
    for code, text, minor in (("JPY", "199", 199), ("KWD", "1.234", 1234), ("RSD", "199.49", 19949)):
        file = write(tmp_path / f"{code}.csv", [f"a,o,tea,2024-03-01,1,{text},0,x"])
        ingest([file], "generic", tmp_path / code, terms=Terms(currency=code))
        assert Ledger.open(tmp_path / code).manifest.money == minor


def test_what_an_export_cannot_say_its_rules_do_not_conclude() -> None:
    from regulars.ingest.door import Door
    from regulars.ingest.sources import PRESETS

    def rules(name: str) -> Rules:
        preset = PRESETS[name]
        return Door(preset, preset.source, "EUR", "EUR", "UTC", "UTC").rules

    assert (rules("shopify-orders").voided, rules("shopify-orders").whole_orders) == (False, True)
    assert (rules("square-items").voided, rules("square-items").whole_orders) == (True, False)


def test_a_file_that_is_there_under_other_ids_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", LINES)
    ingest([file], "generic", tmp_path / "l", terms=Terms(source="till"))
    before = Ledger.open(tmp_path / "l").fingerprint
    with pytest.raises(ConfigError, match=r"a\.csv is in the ledger already, read as source 'till', without --own-ids"):
        ingest([file], "generic", tmp_path / "l", terms=Terms(source="till", own_ids=True))
    assert Ledger.open(tmp_path / "l").fingerprint == before


def test_money_of_another_currency_says_what_to_do(tmp_path: Path) -> None:
    file = write(tmp_path / "euro.csv", ['a,o,tea,2024-03-01,1,"0,50 €",0,x', 'a,o,jam,2024-03-01,1,"1,50 €",0,x'])
    with pytest.raises(
        DataError, match=r"currency is not USD; first line 1.*name the money of a new ledger with --curr"
    ):
        ingest([file], "generic", tmp_path / "l")
    ingest([file], "generic", tmp_path / "l", terms=Terms(currency="EUR"))
    assert Ledger.open(tmp_path / "l").manifest.money == 200
