"""From models to champions: the default, the fall-back with its reason, and reuse."""

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from regulars import artefact, config, contest, training, workshop
from regulars.config import Training, read_model
from regulars.contest import Contest, Found
from regulars.errors import ConfigError, DataError, MissingError
from regulars.home import Home
from regulars.ledger import Ledger
from regulars.tracking import Registry, Tracker
from tests import shops

NewHome = Callable[[Path], Home]
AS_OF = dt.date(2023, 9, 1)
SETTINGS = Training(horizon_days=30, n_snapshots=3)


@pytest.fixture
def home(new_home: NewHome, tmp_path: Path) -> Home:
    return new_home(tmp_path / "home")


def test_the_default_is_promoted_once_and_then_reused(home: Home, small_ledger: Ledger) -> None:
    first = Contest(home, small_ledger, AS_OF, SETTINGS).train(["churn", "timing"])
    again = Contest(home, small_ledger, AS_OF, SETTINGS).train(["churn", "timing"])
    assert [each.summary()["model"] for each in first] == ["churn_hazard", "timing_hazard"]
    assert [each.reused for each in first + again] == [False, False, True, True]
    assert [each.champion for each in again] == [each.champion for each in first]
    other = Contest(home, small_ledger, AS_OF, SETTINGS, seed=1).train(["churn"])
    assert not other[0].reused
    assert other[0].champion.version == "2"
    assert not list(home.staging.iterdir())


def test_too_little_data_fall_back_to_a_rule_and_say_why(home: Home, tmp_path: Path) -> None:
    """Nobody comes back in the windows that could be learned from."""
    shop = shops.simulate(30, 120)
    day = pl.col("purchased_at").dt.date()
    quiet = shop.transactions.filter(~day.is_between(dt.date(2023, 2, 1), dt.date(2023, 3, 31)))
    last = quiet.filter(day >= dt.date(2023, 4, 1)).sort("purchased_at").tail(1)
    newcomer = last.with_columns(customer_id=pl.lit("newcomer"))
    thin = pl.concat([quiet.filter(day < dt.date(2023, 2, 1)), newcomer])
    book = shops.ledger(shops.Shop(thin, shop.items), tmp_path / "ledger")
    settings = Training(horizon_days=20, step_days=20, n_snapshots=1, min_history_days=20)
    tasks: list[artefact.Task] = ["churn", "timing", "spend", "replenish"]
    found = Contest(home, book, None, settings).train(tasks)
    for task, promotion in zip(tasks, found, strict=True):
        default, fallback = config.model_for(task, "default").name, config.model_for(task, "fallback").name
        assert promotion.summary()["model"] == fallback
        assert promotion.summary()["source"] == "baseline"
        reason = "wants 120 customers and there are 11" if task != "replenish" else "cannot be fitted ("
        assert promotion.why.startswith(f"{default} {reason}")
        assert promotion.why.endswith(f": so {fallback} answers")
        served = artefact.read(promotion.champion.folder)
        assert served.meta.source == served.estimator.source == "baseline"


def test_where_not_even_the_fall_back_can_be_fitted_the_last_resort_answers(home: Home, tmp_path: Path) -> None:
    shop = shops.simulate(30, 120)
    first = pl.col("order_id") == pl.col("order_id").sort_by("purchased_at").first().over("customer_id")
    book = shops.ledger(shops.Shop(shop.transactions.filter(first), shop.items), tmp_path / "ledger")
    settings = Training(horizon_days=20, step_days=20, n_snapshots=1, min_history_days=20)
    [found] = Contest(home, book, None, settings).train(["churn"])
    assert found.summary()["model"] == "churn_recency"
    passed_over = r"churn_hazard wants 120 customers and there are \d+; churn_btyd cannot be fitted \(.*\)"
    assert re.fullmatch(passed_over + ": so churn_recency answers", found.why)


def test_a_large_enough_shop_without_a_second_purchase_ahead_falls_back_as_well(home: Home, tmp_path: Path) -> None:
    """Nobody comes back in the windows that could be learned from."""
    shop = shops.simulate(400, 120)
    day = pl.col("purchased_at").dt.date()
    early = shop.transactions.filter(day < dt.date(2023, 2, 1))
    last = shop.transactions.sort("purchased_at").tail(1).with_columns(customer_id=pl.lit("newcomer"))
    book = shops.ledger(shops.Shop(pl.concat([early, last]), shop.items), tmp_path / "ledger")
    settings = Training(horizon_days=20, step_days=20, n_snapshots=1, min_history_days=20)
    [found] = Contest(home, book, None, settings).train(["timing"])
    assert found.summary()["model"] == "timing_btyd"
    assert found.why.startswith("timing_hazard cannot be fitted (no train customer came back")


def test_what_nobody_can_answer_does_not_keep_the_others_from_their_champions(home: Home, tmp_path: Path) -> None:
    """Everybody bought once: nothing can be said of what is bought again."""
    shop = shops.simulate(30, 120)
    first = pl.col("order_id") == pl.col("order_id").sort_by("purchased_at").first().over("customer_id")
    book = shops.ledger(shops.Shop(shop.transactions.filter(first), shop.items), tmp_path / "ledger")
    settings = Training(horizon_days=20, step_days=20, n_snapshots=1, min_history_days=20)
    with pytest.raises(DataError, match=r"^nothing answers replenish: .*; promoted: churn, spend$"):
        Contest(home, book, None, settings).train(["churn", "replenish", "spend"])
    assert set(Registry(home).champions()) == {"churn", "spend"}
    with pytest.raises(DataError, match="no customer bought an item or its type on 2 days"):
        Contest(home, book, None, settings).train(["replenish"])


def test_too_few_baskets_fall_back_to_what_customers_buy_most(home: Home, tmp_path: Path) -> None:
    book = shops.ledger(shops.simulate(4, 90), tmp_path / "ledger")
    [found] = Contest(home, book, None, SETTINGS).train(["recommend"])
    assert found.summary()["model"] == "recommend_own_top"
    assert found.champion.meta.source == "baseline"
    assert re.fullmatch(
        r"recommend_lightgbm cannot be fitted \(\d+ next baskets before .* 50 are needed; .*\): "
        r"so recommend_own_top answers",
        found.why,
    )
    served = artefact.read(found.champion.folder)
    assert served.meta.source == served.estimator.source == "baseline"


def test_a_history_too_short_for_anything_is_refused(home: Home, small_ledger: Ledger) -> None:
    with pytest.raises(DataError, match="days of history before 2023-01-20 are too few to learn from"):
        Contest(home, small_ledger, dt.date(2023, 1, 20), SETTINGS).train(["churn"])
    assert Registry(home).champions() == {}


def test_the_winner_of_a_report_is_promoted_as_of_the_end(home: Home, small_ledger: Ledger) -> None:
    report = {"winner": "churn_recency", "why": "it is simple", "candidates": {"churn_recency": {}}}
    found = Contest(home, small_ledger, None, SETTINGS).promote(Found("run", report))
    assert found.why == "it is simple"
    assert found.summary()["model"] == "churn_recency"
    assert found.champion.meta.as_of == small_ledger.data_through + dt.timedelta(days=1)
    assert artefact.read(found.champion.folder).meta == found.champion.meta


def test_no_experiment_to_promote(home: Home) -> None:
    with pytest.raises(MissingError, match="no experiment has been run yet"):
        contest.newest_reports(Tracker(home), artefact.TASKS)


def test_a_train_set_is_labelled_by_what_was_known(small_ledger: Ledger) -> None:
    found = training.train_set(small_ledger, AS_OF, SETTINGS)
    until = training.known_until(small_ledger, AS_OF)
    days = (until - found.features["as_of"]).dt.total_days()
    assert until <= AS_OF
    assert (pl.Series(found.duration) <= days).all()
    table, _, observed = found.waits("complete")
    assert 0 < table.height == len(observed) < found.features.height
    assert table["as_of"].max() + dt.timedelta(days=30) <= until  # type: ignore[operator]


def test_rules_learn_from_complete_windows(small_ledger: Ledger) -> None:
    learned = training.train_set(small_ledger, AS_OF, SETTINGS)
    fitted = training.fit(read_model("churn_recency"), small_ledger, AS_OF, SETTINGS, 0, learned)
    complete = learned.waits("complete")[2]
    overall = float((~complete).mean())
    assert min(fitted.estimator.rates_) <= overall <= max(fitted.estimator.rates_)
    assert fitted.meta.as_of == AS_OF


def test_an_experiment_on_other_data_crowns_nobody(
    home: Home, small_ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = {"experiment": "churn-001", "task": "churn", "data": {"fingerprint": "another shop"}}
    monkeypatch.setattr(contest.reports, "newest", lambda *_: [Found("run", elsewhere)])
    with pytest.raises(ConfigError, match="churn-001 was run on other data"):
        workshop.promote(home, small_ledger, ["churn"])
    assert Registry(home).champions() == {}
