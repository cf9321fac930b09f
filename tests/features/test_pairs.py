import datetime as dt
import math
import random

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from regulars import schema
from regulars.features import contract, pairs
from regulars.features.histories import Histories, Ints
from regulars.features.item_stats import item_stats
from regulars.features.page import PAIRS
from regulars.features.purchases import Catalogue, Purchases, purchases

AS_OF = dt.date(2024, 6, 1)
ITEMS = schema.ITEMS.conform(
    pl.DataFrame({"item_id": ["brie", "feta", "milk"], "category": ["cheese", "cheese", "drinks"]})
)
Line = tuple[str, str, str, int]
"""Customer, order, item and days before AS_OF."""
Sale = tuple[str, str, str, int, float, int, int | None]
"""The same with quantity, amount and discount."""


def sold(rows: list[Sale]) -> pl.DataFrame:
    """Transactions from these."""
    kinds = dict.fromkeys(("customer_id", "order_id", "item_id"), pl.String) | {"age": pl.Int64}
    kinds |= {"quantity": pl.Float64, "amount": pl.Int64, "discount": pl.Int64}
    frame = pl.DataFrame(rows, schema=kinds, orient="row")
    at = pl.lit(dt.datetime(2024, 6, 1, 12)) - pl.duration(days="age")
    timed = schema.TRANSACTIONS.conform(frame.with_columns(purchased_at=at, discount=0).drop("age"))
    return timed.with_columns(frame["discount"])


def log(rows: list[Line]) -> pl.DataFrame:
    """Transactions of a single unit each."""
    return sold([(*row, 1.0, 100, 0) for row in rows])


def numbered(transactions: pl.DataFrame) -> tuple[Purchases, Catalogue]:
    catalogue = Catalogue.of(ITEMS, transactions)
    return purchases(transactions, catalogue), catalogue


class Shop:
    """What the features of a log are computed from: every customer with every item, by customer and item."""

    def __init__(self, transactions: pl.DataFrame, catalogue: Catalogue | None = None) -> None:
        self.catalogue = catalogue or Catalogue.of(ITEMS, transactions)
        self.found = purchases(transactions, self.catalogue)
        self.lines = self.found.before(AS_OF)
        self.histories = Histories.of(self.lines, AS_OF)
        self.stats = item_stats(self.lines, self.catalogue, AS_OF).to_numpy().astype(np.float32)
        n_items = len(self.found.item_ids)
        self.row = np.repeat(np.arange(self.histories.n), n_items)
        self.item = np.tile(np.arange(n_items), self.histories.n)

    def features(self, histories: Histories, row: Ints, item: Ints) -> npt.NDArray[np.float32]:
        group = self.catalogue.groups[np.minimum(item, self.catalogue.n_items)]
        return pairs.table(histories, row, item, group, self.stats)

    def table(self) -> pl.DataFrame:
        """The features, by names."""
        rows = self.features(self.histories, self.row, self.item)
        return pl.DataFrame(
            {
                "customer_id": self.found.customer_ids[self.histories.customers[self.row]],
                "item_id": self.found.item_ids[self.item],
                **dict(zip(pairs.NAMES, rows.T, strict=True)),
            }
        )


def table(transactions: pl.DataFrame) -> pl.DataFrame:
    return Shop(transactions).table()


HAND: list[Line] = [
    ("A", "A1", "milk", 61),
    ("A", "A2", "milk", 41),
    ("A", "A2", "brie", 41),
    ("A", "A3", "feta", 11),
    ("A", "A4", "milk", 1),
    ("B", "B1", "brie", 5),
]


def one(customer_id: str, item_id: str, rows: list[Line] = HAND) -> dict[str, float]:
    return table(log(rows)).filter(customer_id=customer_id, item_id=item_id).row(0, named=True)


def test_own_purchases_by_hand() -> None:
    milk = one("A", "milk")
    expected = {
        "own_orders": 3, "own_share": 3 / 4, "own_rate": 3 / 5, "own_rank": 1, "own_days": 1, "own_orders_ago": 0,
        "own_orders_since": 4, "own_decayed_2": 1 + 2 ** (-2 / 2) + 2 ** (-3 / 2),
        "own_decayed_8": 1 + 2 ** (-2 / 8) + 2 ** (-3 / 8), "own_decayed_25": 1 + 2 ** (-2 / 25) + 2 ** (-3 / 25),
        "own_last_5": 3, "own_last_10": 3, "own_last_30_days": 1, "own_last_90_days": 3, "own_gap_orders": 3 / 2,
        "own_lag_orders": 0,
    }  # fmt: skip
    assert {name: milk[name] for name in expected} == pytest.approx(expected, rel=1e-6)
    # Two gaps of the customer's own, 60 days in all, and as many of the item's typical length.
    assert milk["own_gap"] == pytest.approx((60 + 2 * milk["item_gap"]) / 4, rel=1e-6)
    assert milk["own_lag"] == pytest.approx(1 / milk["own_gap"], rel=1e-6)


def test_what_was_bought_once_has_no_gap_of_its_own() -> None:
    brie = one("A", "brie")
    expected = {"own_orders": 1, "own_rank": 3, "own_days": 41, "own_orders_ago": 2, "own_orders_since": 3}
    assert {name: brie[name] for name in expected} == expected
    assert brie["own_gap"] == pytest.approx(brie["item_gap"], rel=1e-6)
    assert math.isnan(brie["own_gap_orders"])
    assert math.isnan(brie["own_lag_orders"])


def test_orders_without_the_item_make_it_late() -> None:
    orders = [("milk", 50), ("feta", 45), ("milk", 40), ("brie", 30), ("brie", 20), ("brie", 10)]
    milk = one("A", "milk", [("A", f"A{age}", item, age) for item, age in orders])
    assert (milk["own_gap_orders"], milk["own_orders_ago"], milk["own_lag_orders"]) == (2, 3, 3 / 2)


def test_an_order_may_take_days() -> None:
    """What was ordered first may have left the shop last: days are those of the lines, places those of the orders."""
    rows = [("A", "A1", "feta", 90), ("A", "A1", "brie", 2), ("A", "A2", "brie", 50), ("A", "A3", "milk", 60)]
    brie = one("A", "brie", rows)
    assert (brie["own_days"], brie["own_orders_ago"], brie["customer_days"]) == (2, 0, 2)
    assert brie["own_gap"] == pytest.approx((48 + 2 * brie["item_gap"]) / 3, rel=1e-6)
    assert (brie["group_days"], brie["group_share"]) == pytest.approx((2, 2 / 3), rel=1e-6)
    assert brie["group_lag"] == pytest.approx(2 / ((88 + 2 * brie["group_gap"]) / 3), rel=1e-6)


def test_groups_by_hand() -> None:
    brie = one("A", "brie")
    assert brie["own_orders"] == 1
    assert (brie["group_share"], brie["group_days"], brie["group_part"]) == (2 / 4, 11, 1 / 2)
    assert brie["group_lag"] == pytest.approx(11 / ((30 + 2 * brie["group_gap"]) / 3), rel=1e-6)


def test_an_order_with_two_items_of_a_group_is_one_order_with_it() -> None:
    rows = [("A", "A1", "brie", 20), ("A", "A1", "feta", 20), ("A", "A2", "milk", 10), ("A", "A3", "feta", 5)]
    brie = one("A", "brie", rows)
    assert brie["group_share"] == pytest.approx(2 / 3, rel=1e-6)
    assert (brie["group_days"], brie["group_part"]) == (5, 1 / 2)


def test_customers_by_hand() -> None:
    milk = one("A", "milk")
    expected = {
        "customer_orders": 4, "customer_size": 5 / 4, "customer_last_size": 1, "customer_days": 1,
        "customer_repeat": 2 / 5, "customer_gap": 60 / 3, "customer_off": 0,
        # Half of the customers know milk and feta, all of them brie; nobody bought feta in the last week.
        "customer_popular": (1 + 4 * 1 / 2) / 5, "customer_late": 4 * 1 / 2 / 5,
    }  # fmt: skip
    assert {name: milk[name] for name in expected} == pytest.approx(expected, rel=1e-6)
    assert math.isnan(one("B", "brie")["customer_gap"])


def test_the_last_order_and_what_was_off() -> None:
    discounts = [("1", "milk", 9, 0), ("1", "brie", 9, 5), ("2", "milk", 3, None), ("2", "feta", 3, 1)]
    rows = [("A", order, item, age, 1.0, 100, discount) for order, item, age, discount in discounts]
    found = table(sold([*rows, ("A", "2", "brie", 3, 1.0, 100, 0)])).row(0, named=True)
    assert (found["customer_last_size"], found["customer_size"]) == (3, 5 / 2)
    assert found["customer_off"] == pytest.approx(2 / 5, rel=1e-6)


def test_taste_is_told_from_five_orders() -> None:
    """B makes feta known to all, which A bought six orders ago."""
    rows = [("A", "A0", "feta", 60), ("B", "B1", "feta", 1), *(("A", f"A{age}", "milk", age) for age in range(20, 25))]
    assert one("A", "milk", rows)["customer_popular"] == 1 / 2
    assert one("A", "milk", rows[:-1])["customer_popular"] == pytest.approx((1 + 4 * 1 / 2) / 5, rel=1e-6)


def test_never_bought_is_zero_or_unknown() -> None:
    milk = one("B", "milk")
    counted = (*(name for name in pairs.OWN if "_decayed_" in name or "_last_" in name), "group_share")
    assert len(counted) == 8
    assert {milk[name] for name in ("own_orders", "own_share", "own_rate", *counted)} == {0}
    assert {name for name in (*pairs.OWN, *pairs.GROUP) if math.isnan(milk[name])} == {
        "own_rank", "own_days", "own_orders_ago", "own_orders_since", "own_gap", "own_gap_orders", "own_lag",
        "own_lag_orders", "group_days", "group_lag", "group_part",
    }  # fmt: skip


def test_a_new_item_of_a_group_that_is_known() -> None:
    feta = one("B", "feta")
    assert (feta["own_orders"], feta["group_share"], feta["group_days"], feta["group_part"]) == (0, 1, 5, 0)


def test_windows_end_where_they_say() -> None:
    lines = [("A", f"A{age}", "milk", age) for age in (0, 30, 31, 90, 91)]
    found = one("A", "milk", lines)
    assert (found["own_last_30_days"], found["own_last_90_days"], found["own_orders"]) == (1, 3, 4)
    assert (found["own_days"], found["customer_days"], found["group_days"]) == (30, 30, 30)


def test_the_last_orders_are_five_and_ten() -> None:
    milk = one("A", "milk", [("A", f"A{age:02}", "milk", age) for age in range(1, 13)])
    assert (milk["own_last_5"], milk["own_last_10"]) == (5, 10)


def test_an_unknown_item_is_what_the_last_row_says() -> None:
    shop = Shop(log([*HAND, ("A", "A4", "other", 1)]), Catalogue.of(ITEMS, log(HAND)))
    unknown = len(shop.stats) - 1
    bought, strange = shop.features(shop.histories, np.array([0, 1]), np.array([unknown, unknown + 7]))
    of_item = [pairs.NAMES.index(name) for name in pairs.NAMES[-shop.stats.shape[1] :]]
    for row in (bought, strange):
        np.testing.assert_array_equal(row[of_item], shop.stats[-1])
    assert (bought[pairs.NAMES.index("own_orders")], strange[pairs.NAMES.index("own_orders")]) == (1, 0)


def test_who_buys_unknown_items_only_has_no_taste() -> None:
    shop = Shop(log([("A", "A1", "other", 3)]), Catalogue.of(ITEMS, log(HAND)))
    found = pairs.customers(shop.histories, shop.stats)
    assert (found["customer_popular"].tolist(), found["customer_late"].tolist()) == ([0.0], [0.0])


def test_every_feature_is_there() -> None:
    shop = Shop(log(HAND))
    rows = shop.features(shop.histories, shop.row, shop.item)
    assert (rows.shape, rows.dtype) == ((2 * 3, len(pairs.NAMES)), np.float32)
    assert len(set(pairs.NAMES)) == len(pairs.NAMES)
    assert shop.table().columns == ["customer_id", "item_id", *pairs.NAMES]


def test_nobody_and_nothing() -> None:
    shop, nothing = Shop(log(HAND)), np.empty(0, np.int64)
    nobody = Histories.of(shop.lines.clear(), AS_OF)
    for histories in (nobody, shop.histories):
        assert shop.features(histories, nothing, nothing).shape == (0, len(pairs.NAMES))
    of_nobody = [pairs.own(nobody), pairs.customers(nobody, shop.stats), pairs.groups(nobody)[2]]
    assert {len(values) for columns in of_nobody for values in columns.values()} == {0}


def test_places_by_hand() -> None:
    row, values = np.array([0, 0, 0, 1, 1, 1, 3]), np.array([2.0, 5.0, 2.0, 7.0, 7.0, 1.0, 0.0])
    assert pairs.places(row, values).tolist() == [2, 1, 2, 1, 1, 3, 1]
    assert pairs.places(row[:0], values[:0]).tolist() == []


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-2, 3)), max_size=40))
def test_places_are_ranks(rows: list[tuple[int, int]]) -> None:
    frame = pl.DataFrame(sorted(rows, key=lambda row: row[0]), schema={"row": pl.Int64, "n": pl.Float64}, orient="row")
    expected = frame.select(pl.col("n").rank("min", descending=True).over("row"))["n"]
    assert pairs.places(frame["row"].to_numpy(), frame["n"].to_numpy()).tolist() == expected.to_list()


def rows_of(*more: st.SearchStrategy[float | None]) -> st.SearchStrategy[list[tuple[str, str, str, int]]]:
    """Lists of lines; orders may take days, and begin before AS_OF and end after it."""
    order, item = st.integers(0, 5).map("O{}".format), st.sampled_from(["brie", "feta", "milk", "other"])
    return st.lists(
        st.tuples(st.sampled_from("ABC"), order, item, st.integers(-30, 100), *more), min_size=1, max_size=40
    )


lines = rows_of()
sales = rows_of(
    st.sampled_from([1.0, 2.0, 0.7, 0.1, 0.8, 0.0, -1.0]), st.integers(-200, 1000), st.sampled_from([None, 0, 50])
)


@given(sales)
def test_cutting_the_future_changes_nothing(rows: list[Sale]) -> None:
    past = [row for row in rows if row[3] >= 1]
    known = table(sold(past))
    got = table(sold(rows)).join(known, on=["customer_id", "item_id"], how="semi")
    # An item sold in the future only has a number, but no purchase.
    assert_frame_equal(got, known, check_exact=True)


@given(sales, st.randoms(use_true_random=False))
def test_order_of_rows_and_names_of_customers_are_irrelevant(rows: list[Sale], rng: random.Random) -> None:
    other = [({"A": "Z", "B": "Y", "C": "X"}[customer], *what) for customer, *what in rows]
    rng.shuffle(other)
    renamed = table(sold(other)).with_columns(pl.col("customer_id").replace({"Z": "A", "Y": "B", "X": "C"}))
    assert_frame_equal(renamed.sort("customer_id", "item_id"), table(sold(rows)), check_exact=True)


@given(sales, st.lists(st.integers(0, 11), min_size=1, unique=True))
@settings(max_examples=30)
def test_candidates_do_not_depend_on_each_other(rows: list[Sale], chosen: list[int]) -> None:
    """A candidate has the same features among all, among some in any order, and with its customer's lines alone."""
    shop = Shop(sold([*rows, ("A", "A0", "milk", 3, 1.0, 1, 0)]))
    together = shop.features(shop.histories, shop.row, shop.item)
    some = np.array(chosen) % len(together)
    assert shop.features(shop.histories, shop.row[some], shop.item[some]).tobytes() == together[some].tobytes()
    for place, customer in enumerate(shop.histories.customers):
        alone, mine = Histories.of(shop.lines.filter(customer=customer), AS_OF), shop.row == place
        rows_alone = shop.features(alone, np.zeros(mine.sum(), np.int64), shop.item[mine])
        assert rows_alone.tobytes() == together[mine].tobytes()


@given(lines)
def test_a_customer_alone_has_the_same_features(rows: list[Line]) -> None:
    shop = Shop(log([*rows, *HAND]))
    h, (whose, which, visits) = shop.histories, pairs.groups(shop.histories)
    together = [(h.pair_row, pairs.own(h)), (np.arange(h.n), pairs.customers(h, shop.stats)), (whose, visits)]
    for place, customer in enumerate(h.customers):
        mine = Histories.of(shop.lines.filter(customer=customer), AS_OF)
        _, groups, alone = pairs.groups(mine)
        np.testing.assert_array_equal(groups, which[whose == place])
        for (row, every), found in zip(
            together, (pairs.own(mine), pairs.customers(mine, shop.stats), alone), strict=True
        ):
            assert {name: values[row == place].tobytes() for name, values in every.items()} == {
                name: values.tobytes() for name, values in found.items()
            }


RANGES = {feature.name: feature.range for function in PAIRS for feature in contract.read(function).features}
UNKNOWN = {
    "own_orders == 0": ("own_rank", "own_days", "own_orders_ago", "own_orders_since", "own_gap", "own_lag"),
    "own_orders <= 1": ("own_gap_orders", "own_lag_orders"),
    "group_share == 0": ("group_days", "group_lag", "group_part"),
    "customer_orders == 1": ("customer_gap",),
    "item_ever == 0": ("item_unsold_days", "item_age"),
}
"""When which features are null."""
SOMETIMES = {name for names in UNKNOWN.values() for name in names} | {
    "item_price", "item_cheaper", "item_off", "group_dear",
}  # fmt: skip


@given(sales)
@example([("A", "O1", "brie", 2, 1.0, -5, 0), ("A", "O2", "brie", 50, 1.0, 0, 0)])
@example([("A", "O1", "feta", 90, 1.0, 9, 0), ("A", "O1", "milk", 5, 1.0, 9, 0), ("A", "O2", "milk", 55, 1.0, 9, 0)])
def test_what_the_docstrings_promise_holds(rows: list[Sale]) -> None:
    """Every feature lies in its range, and is null where it is said to be and nowhere else."""
    found = Shop(sold(rows), Catalogue.of(ITEMS, log(HAND))).table()
    for name in pairs.NAMES:
        told = RANGES[name]
        assert [v for v in found[name].to_list() if not (math.isnan(v) or told.holds(v))] == [], name
    nulls = {name for name in pairs.NAMES if found[name].is_nan().any()}
    assert nulls <= SOMETIMES
    for condition, names in UNKNOWN.items():
        expected = found.select(pl.sql_expr(condition)).to_series()
        assert [name for name in names if not found[name].is_nan().equals(expected)] == []


@given(sales)
def test_what_features_are_made_of_lies_in_its_range(rows: list[Sale]) -> None:
    shop = Shop(sold(rows))
    made = {**pairs.own(shop.histories), **pairs.groups(shop.histories)[2]}
    outside = {
        name: values.tolist()
        for name, values in made.items()
        if not all(RANGES[name].holds(value) for value in values.tolist())
    }
    assert outside == {}
