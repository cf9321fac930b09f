"""What lies at or after as_of changes no number, and the same command twice gives the same numbers."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from regulars import artefact, batch, scale, schema
from regulars.config import Training
from regulars.contest import Contest
from regulars.home import Home
from regulars.ingest import ingest
from regulars.ledger import Ledger
from regulars.scoring import Champions
from regulars.tracking import Registry
from tests import shops
from tests.shops import Shop

NewHome = Callable[[Path], Home]

CUT = dt.date(2017, 10, 2)
SETTINGS = Training(n_snapshots=4)
"""Fewer snapshots than the default, for speed."""


@dataclass(frozen=True)
class Answers:
    """Everything that train, score and recommend produce."""

    scores: pl.DataFrame
    offers: pl.DataFrame
    models: dict[str, str]
    """Task -> name of the model that was promoted."""


def answers(ledger: Ledger, home: Home, as_of: dt.date = CUT, settings: Training = SETTINGS) -> Answers:
    """Train, score and recommend as the commands do."""
    promoted = Contest(home, ledger, as_of, settings).train(artefact.TASKS)
    assert not any(each.reused for each in promoted)
    found = Registry(home).champions()
    champions = Champions({task: artefact.read(champion.folder) for task, champion in found.items()})
    return Answers(
        batch.score(ledger, champions, as_of, curve=True),
        batch.recommend(ledger, champions, as_of, 20, "next_basket"),
        {each.champion.task: each.champion.meta.model for each in promoted},
    )


def same(one: Answers, other: Answers) -> None:
    assert one.models == other.models
    assert_frame_equal(one.scores, other.scores, check_exact=True)
    assert_frame_equal(one.offers, other.offers, check_exact=True)


@pytest.fixture
def sample(complete_journey_ledger: Ledger) -> Shop:
    """Every line of every fifteenth household."""
    lines = complete_journey_ledger.transactions().collect()
    chosen = lines["customer_id"].unique().sort().gather_every(15).implode()
    return Shop(lines.filter(pl.col("customer_id").is_in(chosen)), complete_journey_ledger.items())


def ingested(shop: Shop, folder: Path) -> Ledger:
    """Take the shop's CSV into a ledger, as a newcomer does."""
    folder.mkdir()
    ingest([shops.write_csv(shop, folder / "sales.csv")], "generic", folder / "ledger")
    return Ledger.open(folder / "ledger")


def known(shop: Shop, as_of: dt.date) -> Shop:
    """Cut the shop's lines at as_of."""
    return Shop(shop.transactions.filter(pl.col("purchased_at").dt.date() < as_of), shop.items)


def test_on_real_data_the_past_decides_and_decides_alike(sample: Shop, new_home: NewHome, tmp_path: Path) -> None:
    """The whole data, the same command again, and the data cut at as_of give the same numbers."""
    whole, past = ingested(sample, tmp_path / "whole"), known(sample, CUT)
    expected = answers(whole, new_home(tmp_path / "one"))
    says_something(expected, past)
    same(expected, answers(whole, new_home(tmp_path / "again")))
    cut = ingested(past, tmp_path / "cut")
    assert cut.data_through < CUT < whole.data_through
    same(expected, answers(cut, new_home(tmp_path / "two")))


def says_something(found: Answers, past: Shop) -> None:
    customers = set(past.transactions.filter(pl.col("quantity") > 0)["customer_id"])
    assert set(found.scores["customer_id"]) == set(found.offers["customer_id"]) == customers
    assert found.scores["churn_probability"].n_unique() > found.scores.height / 2
    assert found.scores["source"].unique().to_list() == ["model"]
    assert set(found.models) == set(artefact.TASKS)
    assert found.scores.schema["survival"] == pl.List(pl.Float64)


def tell(folder: Path, events: pl.DataFrame) -> None:
    """Add events and stores to the ledger in ``folder``."""
    with Ledger.open(folder).writer() as writer:
        writer.add(schema.STORES, schema.STORES.conform(pl.DataFrame({"store_id": ["s0"], "kind": ["web"]})))
        writer.add(schema.EVENTS, events)
        writer.commit(())


def looks(shop: Shop) -> pl.DataFrame:
    """Return a look of every customer on the day before each purchase, and one on the day itself."""
    days = shop.transactions.select("customer_id", at=pl.col("purchased_at").dt.truncate("1d")).unique()
    before = days.with_columns(pl.col("at") - pl.duration(days=1), kind=pl.lit("view"))
    return schema.EVENTS.conform(pl.concat([before, days.with_columns(kind=pl.lit("cart"))]))


def test_what_the_shop_is_told_later_is_not_known_before(new_home: NewHome, tmp_path: Path) -> None:
    """Until as_of some items are nameless; later lines name them, and rename others. Looks give purchases away."""
    shop, as_of, settings = shops.simulate(60, 240), dt.date(2023, 6, 15), Training(horizon_days=30)
    nameless = pl.col("item_id").is_in([f"i{number:02d}" for number in range(0, 60, 4)])
    past = Shop(known(shop, as_of).transactions, shop.items.filter(~nameless))
    future = Shop(
        shop.transactions.filter(pl.col("purchased_at").dt.date() >= as_of),
        shop.items.with_columns(pl.col("category").replace("bread", "cake")),
    )
    short, both = ingested(past, tmp_path / "short"), tmp_path / "both"
    ingest([tmp_path / "short" / "sales.csv"], "generic", both)
    ingest([shops.write_csv(future, tmp_path / "later.csv")], "generic", both)
    assert not short.items().equals(Ledger.open(both).items())
    events = looks(shop)
    tell(short.path, events.filter(pl.col("at") < as_of))
    tell(both, events)
    assert scale.side(Ledger.open(both)).events is not None
    same(
        answers(Ledger.open(short.path), new_home(tmp_path / "home"), as_of, settings),
        answers(Ledger.open(both), new_home(tmp_path / "other"), as_of, settings),
    )
