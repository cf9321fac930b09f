"""From the files of three systems to one ledger, held against the truth of the simulated shop."""

import json
from pathlib import Path

import polars as pl
import pytest

from regulars import schema
from regulars.ingest import identity, ingest, persons, simulate
from regulars.ingest.intake import Terms
from regulars.ingest.tables import ingest_table
from regulars.ledger import Ledger

SYSTEMS = {"till": "square-items", "web": "shopify-orders"}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a shop of 600 people over two years."""
    return simulate.write(tmp_path_factory.mktemp("simulated") / "shop", simulate.Plan(customers=600, years=2)).path


@pytest.fixture(scope="module")
def shop(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """The ledger of that shop, with its people found."""
    folder = tmp_path_factory.mktemp("ledger") / "shop"
    for source, preset in SYSTEMS.items():
        ingest([files / f"{source}.csv"], preset, folder, terms=Terms(source=source, own_ids=True))
    for source in ("till", "web", "crm"):
        terms = Terms(source=source, own_ids=True)
        ingest_table([files / f"{source}_customers.csv"], "customers", folder, terms=terms)
    for table in schema.SIDE_TABLES:
        if table != "customers":
            ingest_table([files / f"{table}.csv"], table, folder)
    ledger = Ledger.open(folder)
    persons.identify(ledger)
    return ledger


def dirt(files: Path, what: str) -> int:
    return pl.read_parquet(files / "truth" / "dirt.parquet").filter(what=what).height


def test_every_row_of_every_file_is_there_or_set_aside(files: Path, shop: Ledger) -> None:
    written = json.loads((files / "truth" / "expected.json").read_text())["lines"]
    for record in shop.manifest.sources:
        assert record.lines_in == written[record.name]
        assert record.lines_in + record.lines_made == record.lines_kept + record.lines_quarantined
        assert record.money_in == record.money_kept + record.money_quarantined
    for table, contract in schema.SIDE_TABLES.items():
        if f"{table}.csv" in written:
            aside = shop.quarantine().filter(pl.col("source") == f"{table}.csv").height
            assert shop.table(contract).height + aside == written[f"{table}.csv"]


def test_people_are_found(files: Path, shop: Ledger) -> None:
    ids = shop.customers().select("customer_id")
    renamed = shop.people().rename({"customer_as_written": "customer_id", "customer_id": "person_id"})
    people = ids.join(renamed, on="customer_id", how="left").with_columns(pl.coalesce("person_id", "customer_id"))
    told = pl.read_parquet(files / "truth" / "people.parquet")
    truth = told.select(pl.format("{}:{}", "record_source", "record_id").alias("customer_id"), "person_id")
    quality = identity.measure(people, truth.join(ids, on="customer_id", how="semi"))
    assert quality.f1 >= 0.95
    assert quality.precision >= 0.98


def test_what_was_made_dirty_is_found(files: Path, shop: Ledger) -> None:
    excluded = {rule: effect.lines for rule, effect in shop.manifest.facts.excluded.items()}
    reasons = shop.quarantine()["reason"].value_counts()
    aside = dict(reasons.iter_rows())
    assert aside["purchased_at outside 1990-2100"] >= dirt(files, "year_1970")
    assert aside.get("price negative", 0) == dirt(files, "negative_price")
    assert excluded["exact_duplicate"] >= 0.95 * dirt(files, "exact_duplicate")
    seen = dirt(files, "near_duplicate") + dirt(files, "booked_twice")
    assert 0.6 * seen <= excluded["near_duplicate"] <= 1.05 * seen  # some of the other reports are a stranger's
    assert excluded["non_product"] >= dirt(files, "non_product") + dirt(files, "test")
    assert shop.manifest.facts.respelt.lines >= 0.5 * dirt(files, "item_misspelt")


def test_what_models_see_is_what_was_sold_to_people_the_shop_knows(files: Path, shop: Ledger) -> None:
    told = pl.read_parquet(files / "truth" / "lines.parquet")
    goods = told.filter(
        pl.col("person_id").is_not_null() & pl.col("customer_id").is_not_null() & pl.col("charge").is_null()
    )
    sold, seen = goods["amount"].sum(), shop.manifest.money
    assert abs(seen - sold) <= 0.02 * sold
