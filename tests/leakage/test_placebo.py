"""On dealt futures honest columns are worth a coin, and those that peek follow the deal."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from regulars import labels
from regulars.errors import DataError
from regulars.features import Side
from regulars.leakage import Sample, dealt, placebo, trained
from regulars.leakage.areas import Floats
from regulars.leakage.placebo import ALARM
from regulars.windows import Snapshot
from tests.leakage import planted
from tests.leakage.planted import KEYS, SNAPSHOT


@pytest.fixture(scope="module")
def shop() -> Sample:
    return planted.sample(300)


def test_a_deal_moves_futures_and_nothing_else(shop: Sample) -> None:
    found = dealt(shop, SNAPSHOT, np.random.default_rng(1))
    assert_frame_equal(found.before(SNAPSHOT.as_of).transactions, shop.before(SNAPSHOT.as_of).transactions)
    assert_frame_equal(found.transactions.drop("customer_id"), shop.transactions.drop("customer_id"))
    truth, other = (labels.churned(log.transactions, [SNAPSHOT]) for log in (shop, found))
    assert truth["churned"].sum() == other["churned"].sum()
    assert (truth["churned"] != other["churned"]).any()
    assert_frame_equal(truth.select(KEYS), other.select(KEYS))


def test_a_dealt_future_stays_in_one_hand_with_its_events(shop: Sample) -> None:
    found = dealt(shop, SNAPSHOT, np.random.default_rng(1))
    later = pl.col("purchased_at") >= SNAPSHOT.as_of
    moves = pl.concat(
        [shop.transactions.select("customer_id", later.alias("later")), found.transactions.select(to="customer_id")],
        how="horizontal",
    ).filter("later")
    to = moves.unique(["customer_id", "to"])
    assert to["customer_id"].is_unique().all()
    assert to["to"].is_unique().all()
    assert (to["customer_id"] != to["to"]).any()
    assert shop.side.events is not None
    assert found.side.events is not None
    seen = pl.concat([shop.side.events, found.side.events.select(to="customer_id")], how="horizontal")
    moved = seen.filter(pl.col("at") >= SNAPSHOT.as_of).select("customer_id", "to")
    assert moved.join(to, on=["customer_id", "to"], how="anti").is_empty()


@pytest.mark.parametrize("seed", range(4))
def test_the_feature_set_is_worth_a_coin(seed: int) -> None:
    report = placebo(planted.sample(150, seed), SNAPSHOT, seed=seed).refuse()
    judged = report.table.filter(pl.col("verdict") == "ok")
    assert judged.height > 50
    assert judged["auc"].is_between(0.3, 0.7).all()
    assert (judged["low"] < 0).all()
    assert (judged["high"] > 0).all()


def test_a_column_that_peeks_is_named_among_the_feature_set(shop: Sample) -> None:
    report = placebo(shop, SNAPSHOT, planted.table)
    [finding] = report.leaks
    assert finding.feature == "spend_to_come"
    assert finding.auc is not None
    assert finding.auc < 0.02


def test_nobody_is_refused_by_chance_more_often_than_said() -> None:
    """40 runs with an alarm of 0.2 each, on columns with ties, holes and rare values."""
    shop, alarms = planted.sample(80), 0
    ids = labels.churned(shop.transactions, [SNAPSHOT]).select(KEYS)

    for seed in range(40):
        rng = np.random.default_rng(seed)
        n = ids.height
        columns = {f"few_{i}": (rng.random(n) < 0.03).astype(float) for i in range(6)}
        columns |= {f"tail_{i}": np.exp(3 * rng.normal(size=n)) for i in range(6)}
        columns |= {f"hole_{i}": np.where(rng.random(n) < 0.5, np.nan, rng.integers(0, 3, n)) for i in range(6)}
        table = ids.with_columns(**{name: pl.Series(values) for name, values in columns.items()})
        alarms += bool(placebo(shop, SNAPSHOT, lambda *_: table, shuffles=1, alarm=0.2, seed=seed).leaks)  # noqa: B023
    assert 2 <= alarms <= 15, "more than 15 happen once in 500 times"
    assert ALARM == 0.01


def test_too_few_customers_are_not_judged() -> None:
    report = placebo(planted.sample(12), SNAPSHOT, shuffles=1).refuse()
    assert {finding.verdict for finding in report.findings} == {"not judged"}
    assert "fewer than 10" in report.findings[0].why


def test_before_anybody_is_known_there_is_nothing_to_deal(shop: Sample) -> None:
    with pytest.raises(DataError, match="nobody was known before 2020-01-01; the data starts on 2023-01-"):
        placebo(shop, Snapshot(dt.date(2020, 1, 1), 30))


def memory(train: pl.DataFrame) -> object:
    """A model that remembers: the outcome of the nearest train customer by a few features."""
    names = ["recency", "tenure", "n_orders", "spend"]
    spread = train.select(names).std().to_numpy()
    held, churned = train.select(names).to_numpy() / spread, train["churned"].to_numpy()

    def predict(rows: pl.DataFrame) -> Floats:
        asked = rows.select(names).to_numpy() / spread
        return np.array([churned[np.abs(held - row).sum(axis=1).argmin()] for row in asked], np.float64)

    return predict


@pytest.mark.parametrize(("back", "leaks"), [(30, False), (0, True)])
def test_a_pipeline_that_learns_from_the_window_it_is_judged_on_is_found_out(
    shop: Sample, back: int, leaks: bool
) -> None:
    pipeline = trained(memory, [SNAPSHOT.moved(-back)])  # type: ignore[arg-type]
    [finding] = placebo(shop, SNAPSHOT, pipeline).findings
    assert finding.feature == "score"
    assert (finding.verdict == "leaks") is leaks


def test_columns_of_every_type_are_ranked(shop: Sample) -> None:
    def compute(transactions: pl.DataFrame, side: Side, snapshots: Sequence[Snapshot]) -> pl.DataFrame:
        rows = planted.known(transactions, snapshots, to_come=planted.spend_to_come)
        gone = pl.col("to_come") == 0
        return rows.select(
            *KEYS, flag=gone, text=pl.when(gone).then(pl.lit("closed")).otherwise(pl.lit("active")),
            day=pl.when(~gone).then(pl.lit(snapshots[0].as_of)), constant=pl.lit(3),
        )  # fmt: skip

    verdicts = {each.feature: each.verdict for each in placebo(shop, SNAPSHOT, compute, shuffles=2).findings}
    assert verdicts == {"flag": "leaks", "text": "leaks", "day": "leaks", "constant": "not judged"}


def test_the_same_seed_gives_the_same_report(shop: Sample) -> None:
    one, two = (placebo(shop, SNAPSHOT, shuffles=2, seed=5) for _ in range(2))
    assert one == two
    assert one != placebo(shop, SNAPSHOT, shuffles=2, seed=6)
