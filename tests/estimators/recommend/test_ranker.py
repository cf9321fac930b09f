import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest

from regulars import schema
from regulars.errors import ConfigError, DataError, NotFittedError
from regulars.estimators.recommend import LightGBMRanker, Wish, training
from regulars.estimators.recommend.view import NAMES
from regulars.evaluation.ranking import ranking_metrics
from regulars.features.purchases import Catalogue, purchases
from regulars.labels import next_basket
from regulars.windows import Snapshot
from tests.estimators.recommend import shop
from tests.estimators.recommend.contract import RecommendContract, lines

__all__ = ["lines"]


NONE = ("similar", "co_purchase", "following", "content", "mix")
"""Sources but own items and best sellers."""
FEW = {"limits": {"popular": 12, "similar": 10, "co_purchase": 10, "following": 10, "mix": 10}}


def small(**parameters: Any) -> LightGBMRanker:
    return LightGBMRanker(
        **{
            "rounds": 20,
            "min_data_in_leaf": 20,
            "extra_trees": False,
            "feature_fraction": 0.5,
            "candidates": FEW,
            **parameters,
        }
    )


class TestLightGBMRanker(RecommendContract):
    make = staticmethod(small)
    needs_baskets = True


@pytest.fixture(scope="module")
def ranker(lines: pl.DataFrame) -> LightGBMRanker:
    return small().fit(lines, shop.items(), shop.AS_OF)


def test_finds_the_next_basket(ranker: LightGBMRanker, lines: pl.DataFrame) -> None:
    truth = next_basket(lines, [Snapshot(shop.AS_OF, 28)])
    owned = lines.filter(pl.col("purchased_at") < shop.AS_OF)
    offered = ranker.recommend(lines, shop.AS_OF, 10)
    metrics = ranking_metrics(offered, truth, owned, k=10)
    best_sellers = ranker.popular(10).join(truth.select("customer_id"), how="cross")
    assert metrics["ndcg_at_10"] > 1.5 * ranking_metrics(best_sellers, truth, owned, k=10)["ndcg_at_10"]


def test_new_items_get_in(ranker: LightGBMRanker, lines: pl.DataFrame) -> None:
    offered = ranker.recommend(lines, shop.AS_OF, 10)
    owned = lines.filter(pl.col("purchased_at") < shop.AS_OF)
    new = offered.join(owned, on=["customer_id", "item_id"], how="anti")
    assert new.height > 0
    assert set(new["source"]) <= {"similar_customers", "co_purchase", "content", "popular"}
    old = offered.join(owned, on=["customer_id", "item_id"], how="semi")
    assert set(old["source"]) == {"history"}


def test_too_few_baskets_are_refused(lines: pl.DataFrame) -> None:
    found = len(learned(lines).sizes)
    small(rounds=1, min_baskets=found).fit(lines, shop.items(), shop.AS_OF)
    strict = small(min_baskets=found + 1)
    with pytest.raises(DataError) as refused:
        strict.fit(lines, shop.items(), shop.AS_OF)
    assert str(refused.value) == (
        f"{found} next baskets before 2024-06-01 are too few to learn from, {found + 1} are needed; "
        "wait for more history, or use recommend_own_top"
    )
    with pytest.raises(NotFittedError, match="fit first"):
        strict.popular(3)


def test_just_enough_baskets_of_one_item_can_be_ranked() -> None:
    """Nothing to tell apart, and still no error but those with a name."""
    rows = [(f"C{n}", f"{n}-{d}", "x", dt.datetime(2024, 5, d)) for n in range(25) for d in range(1, 29, 3)]
    log = shop.lines(rows)
    answer = LightGBMRanker(rounds=3).fit(log, schema.ITEMS.empty(), shop.AS_OF).recommend(log, shop.AS_OF, 5)
    assert answer.select("rank", "item_id", "source").unique().rows() == [(1, "x", "history")]
    assert answer.height == 25


def test_threads_change_nothing(ranker: LightGBMRanker, lines: pl.DataFrame) -> None:
    wide = small(threads=2, predict_threads=2).fit(lines, shop.items(), shop.AS_OF)
    assert wide.recommend(lines, shop.AS_OF, 5).equals(ranker.recommend(lines, shop.AS_OF, 5))


def test_long_lists_are_filled(ranker: LightGBMRanker, lines: pl.DataFrame) -> None:
    one = lines.filter(pl.col("customer_id") == "C007")
    assert ranker.recommend(one, shop.AS_OF, 40).height == 40


def test_long_lists_of_own_items_are_filled(lines: pl.DataFrame) -> None:
    """Asking for more than is usually ranked gives more, and what fits is ranked as ever."""
    narrow = small(candidates={"limits": dict.fromkeys(NONE, 0) | {"history": 3, "popular": 1}}).fit(
        lines, shop.items(), shop.AS_OF
    )
    owned = (
        lines.filter(pl.col("purchased_at") < shop.AS_OF).group_by("customer_id").agg(n=pl.col("item_id").n_unique())
    )
    long = narrow.recommend(lines, shop.AS_OF, 40).filter(pl.col("source") == "history")
    both = long.group_by("customer_id").len("got").join(owned, on="customer_id")
    assert both.height == owned.height
    assert (both["got"] == both["n"]).all()
    assert [narrow._limits(k).history for k in (0, 1, 3, 4)] == [3, 3, 3, 4]


def test_windows_end_by_as_of() -> None:
    how = small(n_snapshots=4, step_days=14, label_days=30)._schooling()
    days = training.snapshots(dt.date(2024, 6, 1), how)
    assert [(dt.date(2024, 6, 1) - day.as_of).days for day in days] == [56, 42, 28, 14]
    assert [day.horizon_days for day in days] == [30, 30, 28, 14]
    assert all(day.future.end <= dt.date(2024, 6, 1) for day in days)


def learned(log: pl.DataFrame, **parameters: Any) -> training.TrainSet:
    known = log.filter(pl.col("purchased_at") < shop.AS_OF)
    catalogue = Catalogue.of(shop.items(), known)
    how, rng = small(**parameters)._schooling(), np.random.default_rng(0)
    numbered = purchases(known, catalogue)
    found = training.train_set(known, shop.items(), numbered, catalogue, shop.AS_OF, how, rng)
    assert found is not None
    return found


def test_train_rows_know_nothing_of_their_baskets(lines: pl.DataFrame) -> None:
    """More in every basket after the only snapshot changes the labels, and no feature."""
    last = shop.AS_OF - dt.timedelta(days=28)
    more = [lines.filter(pl.col("purchased_at") >= last).with_columns(item_id=pl.lit(f"I{n:02}")) for n in range(20)]
    one = {"n_snapshots": 1, "step_days": 28, "negatives": 1.0}
    before, after = learned(lines, **one), learned(pl.concat([lines, *more]), **one)
    assert after.bought.sum() > 2 * before.bought.sum()
    known = {row.tobytes() for row in before.rows}
    assert np.mean([row.tobytes() in known for row in after.rows]) > 0.9  # the rest had no bought candidate before


def test_every_group_has_a_bought_candidate(lines: pl.DataFrame) -> None:
    found = learned(lines)
    assert found.rows.shape == (found.sizes.sum(), len(NAMES))
    ends = np.cumsum(found.sizes)
    assert all(group.max() == 1.0 for group in np.split(found.bought, ends[:-1]))


def test_sampling(lines: pl.DataFrame) -> None:
    every, some = learned(lines, negatives=1.0), learned(lines, negatives=0.2)
    assert some.bought.sum() == every.bought.sum()
    assert len(some.rows) < 0.5 * len(every.rows)
    assert len(learned(lines, max_customers=10).sizes) <= 4 * 10


@pytest.mark.parametrize("min_baskets", [0, 1])
def test_an_empty_past_teaches_nothing(min_baskets: int) -> None:
    log = shop.lines([("A", "1", "x", dt.datetime(2024, 5, 31))])
    with pytest.raises(DataError, match=r"^0 next baskets before 2024-06-01 are too few to learn from, 1 are needed"):
        LightGBMRanker(min_baskets=min_baskets).fit(log, schema.ITEMS.empty(), shop.AS_OF)


def test_described_items_rank_alike_alone_and_in_a_batch(ranker: LightGBMRanker, lines: pl.DataFrame) -> None:
    """Two new items that read the same are told apart by their ids, whoever else bought one of them."""
    new = schema.ITEMS.conform(pl.DataFrame({"item_id": ["N1", "N2"], "category": ["G1", "G1"]}))
    bought = shop.lines([("C001", "N", "N2", dt.datetime(2024, 5, 30))])
    both = pl.concat([lines, bought])
    wish = Wish(in_stock=("N1", "N2"))
    alone = ranker.recommend(both.filter(pl.col("customer_id") == "C000"), shop.AS_OF, 5, wish, items=new)
    batch = ranker.recommend(both, shop.AS_OF, 5, wish, items=new)
    assert alone["item_id"].to_list() == ["N1", "N2"]
    assert batch.filter(pl.col("customer_id") == "C000").equals(alone)


@pytest.mark.parametrize("named", [("I00", "I07", "I13", "I38"), tuple(f"I{number:02}" for number in range(40))])
def test_named_items_keep_their_scores(ranker: LightGBMRanker, lines: pl.DataFrame, named: tuple[str, ...]) -> None:
    """All that are named are rated, as in a list for which nothing was named, where that holds them."""
    asked = ranker.recommend(lines, shop.AS_OF, len(named), Wish(in_stock=named))
    assert asked.group_by("customer_id").agg(pl.col("item_id").n_unique())["item_id"].unique().to_list() == [len(named)]
    plain = ranker.recommend(lines, shop.AS_OF, 12)
    both = plain.join(asked, on=["customer_id", "item_id"], suffix="_asked")
    assert both.height > 60
    assert (both["score"] == both["score_asked"]).all()
    assert (both["source"] == both["source_asked"]).all()


def test_other_customers_need_others(lines: pl.DataFrame) -> None:
    with pytest.raises(ConfigError, match=r"n_snapshots is at least 2, not 1"):
        small(lessons="other customers", n_snapshots=1).fit(lines, shop.items(), shop.AS_OF)
    one = lines.filter(pl.col("customer_id") == "C000")
    with pytest.raises(DataError, match=r"^0 next baskets before"):
        small(lessons="other customers").fit(one, shop.items(), shop.AS_OF)


@pytest.mark.parametrize(("name", "value"), [("n_models", 0), ("rounds", 0), ("negatives", 0.0), ("negatives", 1.5)])
def test_parameters_that_teach_nothing_are_refused(lines: pl.DataFrame, name: str, value: float) -> None:
    with pytest.raises(ConfigError, match=name):
        small(**{name: value}).fit(lines, shop.items(), shop.AS_OF)
