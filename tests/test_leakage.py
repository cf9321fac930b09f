"""What lies at or after as_of changes no number, and the same command twice gives the same numbers."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from regulars import artefact, batch
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


@pytest.fixture(scope="module")
def sample(complete_journey_ledger: Ledger) -> Shop:
    """Every line of every ninth household."""
    lines = complete_journey_ledger.transactions().collect()
    chosen = lines["customer_id"].unique().sort().gather_every(9).implode()
    return Shop(lines.filter(pl.col("customer_id").is_in(chosen)), complete_journey_ledger.items())


@pytest.fixture(scope="module")
def whole(sample: Shop, tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """The sample, ingested."""
    return ingested(sample, tmp_path_factory.mktemp("whole"))


@pytest.fixture(scope="module")
def expected(whole: Ledger, new_home: NewHome, tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """What the whole sample answers."""
    return answers(whole, new_home(tmp_path_factory.mktemp("home")))


def ingested(shop: Shop, folder: Path) -> Ledger:
    """Take the shop's CSV into a ledger, as a newcomer does."""
    ingest([shops.write_csv(shop, folder / "sales.csv")], "generic", folder / "ledger")
    return Ledger.open(folder / "ledger")


def known(shop: Shop, as_of: dt.date) -> Shop:
    """Cut the shop's lines at as_of."""
    return Shop(shop.transactions.filter(pl.col("purchased_at").dt.date() < as_of), shop.items)


def test_the_answers_say_something(expected: Answers, sample: Shop) -> None:
    customers = known(sample, CUT).transactions.filter(pl.col("quantity") > 0)["customer_id"].unique()
    assert set(expected.scores["customer_id"]) == set(expected.offers["customer_id"]) == set(customers)
    assert expected.scores["churn_probability"].n_unique() > expected.scores.height / 2
    assert expected.scores["source"].unique().to_list() == ["model"]
    assert set(expected.models) == set(artefact.TASKS)
    assert expected.scores.schema["survival"] == pl.List(pl.Float64)


def test_cutting_the_data_at_as_of_changes_no_number(
    expected: Answers, sample: Shop, whole: Ledger, new_home: NewHome, tmp_path: Path
) -> None:
    cut = ingested(known(sample, CUT), tmp_path)
    assert cut.data_through < CUT < whole.data_through
    same(expected, answers(cut, new_home(tmp_path / "home")))


def test_the_same_command_twice_gives_the_same_numbers(
    expected: Answers, whole: Ledger, new_home: NewHome, tmp_path: Path
) -> None:
    same(expected, answers(whole, new_home(tmp_path)))


def test_what_the_till_says_of_an_item_later_is_not_known_before(new_home: NewHome, tmp_path: Path) -> None:
    """Until as_of some items are nameless; later lines name them, and rename others."""
    shop, as_of, settings = shops.simulate(60, 240), dt.date(2023, 6, 15), Training(horizon_days=30)
    nameless = pl.col("item_id").is_in([f"i{number:02d}" for number in range(0, 60, 4)])
    past = Shop(known(shop, as_of).transactions, shop.items.filter(~nameless))
    future = Shop(
        shop.transactions.filter(pl.col("purchased_at").dt.date() >= as_of),
        shop.items.with_columns(pl.col("category").replace("bread", "cake")),
    )
    short = ingested(past, tmp_path)
    both = tmp_path / "both"
    ingest([tmp_path / "sales.csv"], "generic", both)
    ingest([shops.write_csv(future, tmp_path / "later.csv")], "generic", both)
    assert not short.items().equals(Ledger.open(both).items())
    same(
        answers(short, new_home(tmp_path / "home"), as_of, settings),
        answers(Ledger.open(both), new_home(tmp_path / "other"), as_of, settings),
    )
