import datetime as dt

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from regulars import schema
from regulars.errors import ConfigError
from regulars.estimators.recommend import TIFUKNN, Wish, tifuknn
from regulars.features.histories import Histories
from regulars.features.purchases import Catalogue, purchases
from tests.estimators.recommend import shop
from tests.estimators.recommend.contract import RecommendContract, lines

__all__ = ["lines"]


class TestTIFUKNN(RecommendContract):
    make = staticmethod(lambda: TIFUKNN(n_neighbours=10))


class TestTIFUKNNOfThreeOrders(RecommendContract):
    make = staticmethod(lambda: TIFUKNN(n_neighbours=7, group_size=3, alpha=0.2))


AS_OF = dt.date(2024, 6, 1)


def orders(customer: str, *baskets: str) -> list[tuple[str, str, str, dt.datetime]]:
    """Return lines of weekly orders, an item a letter."""
    start = dt.datetime(2024, 6, 1) - dt.timedelta(weeks=len(baskets))
    return [
        (customer, f"{customer}{number}", item, start + dt.timedelta(weeks=number))
        for number, basket in enumerate(baskets)
        for item in basket
    ]


def scores(model: TIFUKNN, log: pl.DataFrame, customer: str, k: int = 10) -> dict[str, float]:
    """Return what the customer is offered by own or neighbours' purchases."""
    answer = model.recommend(log.filter(pl.col("customer_id") == customer), AS_OF, k)
    found = answer.filter(pl.col("source") != "popular")
    return dict(zip(found["item_id"], found["score"], strict=True))


def test_orders_fade_within_groups_and_groups_fade() -> None:
    """Five orders in groups of two from the end: (a) (b c) (d e), each with half of the one after it."""
    log = shop.lines(orders("A", "a", "b", "c", "d", "e"))
    model = TIFUKNN(n_neighbours=1, group_size=2, within_decay=0.5, group_decay=0.1, alpha=1.0)
    found = scores(model.fit(log, schema.ITEMS.empty(), AS_OF), log, "A")
    expected = {"e": 1 / 2 / 3, "d": 0.5 / 2 / 3, "c": 0.1 / 2 / 3, "b": 0.05 / 2 / 3, "a": 0.01 / 1 / 3}
    assert found == pytest.approx(expected, rel=1e-6)


def test_the_nearest_by_euclidean_distance_are_averaged() -> None:
    """Vectors over (x, y, z) whose distances are worked out by hand."""
    log = shop.lines([*orders("A", "x", "x"), *orders("B", "yz"), *orders("C", "y", "z"), *orders("D", "z")])
    model = TIFUKNN(n_neighbours=2, group_size=1, within_decay=1.0, group_decay=1.0, alpha=0.25)
    model.fit(log.filter(pl.col("customer_id") != "C"), schema.ITEMS.empty(), AS_OF)
    # C = (0, 1/2, 1/2); A = (1, 0, 0), B = (0, 1, 1), D = (0, 0, 1): B and D are at sqrt(1/2), A at sqrt(3/2).
    assert scores(model, log, "C") == pytest.approx({"z": 0.25 / 2 + 0.75, "y": 0.25 / 2 + 0.75 / 2}, rel=1e-6)
    assert scores(model, log, "D") == pytest.approx({"z": 1.0, "y": 0.75 / 2}, rel=1e-6)


def test_the_same_as_without_sparse_matrices_and_blocks(lines: pl.DataFrame) -> None:
    model = TIFUKNN(n_neighbours=9, group_size=4, within_decay=0.8, group_decay=0.6, alpha=0.4)
    model.fit(lines, shop.items(), shop.AS_OF)
    known = lines.filter(pl.col("purchased_at") < shop.AS_OF)
    catalogue = Catalogue.of(shop.items(), known)
    h = Histories.of(purchases(known, catalogue).lines, shop.AS_OF)
    dense = np.zeros((h.n, catalogue.n_items))
    for row in range(h.n):
        n = int(h.n_orders[row])
        for group in range(-(-n // 4)):
            members = range(4 * group, min(4 * group + 4, n))
            for ago in members:
                bought = h.item[(h.row == row) & (h.ago == ago)]
                dense[row, bought] += 0.8 ** (ago - 4 * group) * 0.6**group / len(members) / -(-n // 4)
    far = ((dense[:, None, :] - dense[None, :, :]) ** 2).sum(axis=2)
    near = np.array([dense[np.argsort(row)[:9]].mean(axis=0) for row in far])
    expected = 0.4 * dense + 0.6 * near
    answer = model.recommend(lines, shop.AS_OF, 40).filter(pl.col("source") != "popular")
    found = np.zeros_like(expected)
    codes, _ = catalogue.code(answer["item_id"])
    found[answer["customer_id"].str.slice(1).cast(pl.Int64).to_numpy(), codes.to_numpy()] = answer["score"].to_numpy()
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_blocks_change_nothing(lines: pl.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    model = TIFUKNN(n_neighbours=10).fit(lines, shop.items(), shop.AS_OF)
    answer = model.recommend(lines, shop.AS_OF, 10)
    monkeypatch.setattr(tifuknn, "CELLS", 7 * 60)
    assert_frame_equal(model.recommend(lines, shop.AS_OF, 10), answer, check_exact=True)


def test_only_those_with_most_purchases_are_remembered() -> None:
    log = shop.lines([*orders("A", "ab", "ab", "ab"), *orders("B", "ac")])
    model = TIFUKNN(n_neighbours=5, most_customers=1, alpha=0.0).fit(log, schema.ITEMS.empty(), AS_OF)
    assert scores(model, log, "B") == pytest.approx({"a": 2.71 / 3, "b": 2.71 / 3, "c": 0.0})


def test_filters_leave_as_many_items_of_neighbours(lines: pl.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    model = TIFUKNN(n_neighbours=30).fit(lines, shop.items(), shop.AS_OF)
    every = model.recommend(lines, shop.AS_OF, 40)
    meets = (pl.col("item_id").str.slice(1).cast(pl.Int64) % 10 == 7) & (pl.col("source") == "similar_customers")
    expected = every.filter(meets).group_by("customer_id", maintain_order=True).head(2)
    monkeypatch.setattr(tifuknn, "pool", lambda k: k)
    answer = model.recommend(lines, shop.AS_OF, 2, Wish("new_only", categories=("G7",)))
    found = answer.filter(pl.col("source") == "similar_customers")
    assert found.select("customer_id", "item_id").equals(expected.select("customer_id", "item_id"))


def test_own_items_that_faded_to_nothing_stay_own() -> None:
    log = shop.lines([*orders("A", "a", *("b" * 60)), *orders("B", "ac")])
    model = TIFUKNN(n_neighbours=1, group_size=1, group_decay=0.1, alpha=1.0).fit(log, schema.ITEMS.empty(), AS_OF)
    answer = model.recommend(log.filter(pl.col("customer_id") == "A"), AS_OF, 3)
    assert answer.select("item_id", "source").rows() == [("b", "history"), ("a", "history"), ("c", "popular")]


def test_own_items_new_to_the_shop_are_offered() -> None:
    log = shop.lines(orders("A", "a", "b"))
    model = TIFUKNN(alpha=0.7).fit(log, schema.ITEMS.empty(), AS_OF)
    later = shop.lines(orders("B", "n"))
    assert scores(model, later, "B") == pytest.approx({"n": 0.7, "b": 0.15, "a": 0.135}, rel=1e-6)


def test_equal_scores_rank_by_item_and_neighbours_by_purchases() -> None:
    values = np.array([[1.0, 3.0, 3.0, 3.0, 2.0], [0.0, 0.0, 0.0, 0.0, 0.0]], np.float32)
    assert tifuknn._highest(values, 2).tolist() == [
        [False, True, True, False, False],
        [True, True, False, False, False],
    ]
    assert tifuknn._highest(values, 5).all()
    log = shop.lines(orders("A", "cba"))
    answer = TIFUKNN().fit(log, schema.ITEMS.empty(), AS_OF).recommend(log, AS_OF, 3)
    assert answer["item_id"].to_list() == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"n_neighbours": 0}, "n_neighbours is at least 1, not 0"),
        ({"group_size": 0}, "group_size is at least 1, not 0"),
        ({"most_customers": -1}, "most_customers is at least 1, not -1"),
        ({"within_decay": 0.0}, "within_decay lies between 0 and 1, not at 0.0"),
        ({"group_decay": 1.1}, "group_decay lies between 0 and 1, not at 1.1"),
        ({"alpha": -0.1}, "alpha lies between 0 and 1, not at -0.1"),
    ],
)
def test_parameters_out_of_range_are_refused(lines: pl.DataFrame, changes: dict[str, float], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        TIFUKNN(**changes).fit(lines, shop.items(), shop.AS_OF)  # type: ignore[arg-type]
