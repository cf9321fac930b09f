import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from regulars import schema
from regulars.features import pairs
from regulars.features.item_stats import item_stats
from regulars.features.purchases import Catalogue, Purchases, purchases

AS_OF = dt.date(2024, 6, 1)
ITEMS = schema.ITEMS.conform(
    pl.DataFrame({"item_id": ["brie", "feta", "milk"], "category": ["cheese", "cheese", "drinks"]})
)


def log(rows: list[tuple[str, str, str, int]]) -> pl.DataFrame:
    """Transactions from (customer, order, item, days before AS_OF)."""
    frame = pl.DataFrame(rows, schema=["customer_id", "order_id", "item_id", "age"], orient="row")
    at = pl.lit(dt.datetime(2024, 6, 1, 12)) - pl.duration(days="age")
    timed = frame.with_columns(purchased_at=at, quantity=1.0, amount=100, discount=0).drop("age")
    return schema.TRANSACTIONS.conform(timed)


def numbered(transactions: pl.DataFrame) -> tuple[Purchases, Catalogue]:
    catalogue = Catalogue.of(ITEMS, transactions)
    return purchases(transactions, catalogue), catalogue


def table(transactions: pl.DataFrame) -> pl.DataFrame:
    """The features of every customer with every item, by names."""
    found, catalogue = numbered(transactions)
    lines = found.before(AS_OF)
    every = pl.DataFrame({"item": range(catalogue.n_items), "group": catalogue.groups[:-1]})
    customers = lines.select(pl.col("customer").unique().sort())
    candidates = customers.join(every.cast(pl.Int32), how="cross").with_columns(co_score=0.0)
    stats = item_stats(lines, catalogue, AS_OF)
    features = pairs.table(candidates, pairs.own(lines, AS_OF), lines, stats, AS_OF)
    return features.select(
        found.customer_ids[features["customer"]].alias("customer_id"),
        found.item_ids[features["item"]].alias("item_id"),
        pl.col(pairs.NAMES),
    )


HAND = [
    ("A", "A1", "milk", 61),
    ("A", "A2", "milk", 41),
    ("A", "A2", "brie", 41),
    ("A", "A3", "feta", 11),
    ("A", "A4", "milk", 1),
    ("B", "B1", "brie", 5),
]


def one(customer_id: str, item_id: str) -> dict[str, float]:
    row = table(log(HAND)).filter(customer_id=customer_id, item_id=item_id)
    return row.row(0, named=True)


def test_own_purchases_by_hand() -> None:
    milk = one("A", "milk")
    expected = {
        "own_orders": 3, "own_share": 3 / 4, "own_rate": 3 / 5, "own_rank": 1, "own_days": 1, "own_orders_ago": 0,
        "own_decayed_8": 1 + 2 ** (-2 / 8) + 2 ** (-3 / 8), "own_decayed_25": 1 + 2 ** (-2 / 25) + 2 ** (-3 / 25),
        "own_last_5": 3, "own_last_10": 3, "own_last_30_days": 1, "own_last_90_days": 3, "own_gap_orders": 3 / 2,
    }  # fmt: skip
    assert {name: milk[name] for name in expected} == pytest.approx(expected, rel=1e-6)
    # Two gaps of the customer's own, 60 days in all, and as many of the item's typical length.
    assert milk["own_gap"] == pytest.approx((60 + 2 * milk["item_gap"]) / 4, rel=1e-6)
    assert milk["own_lag"] == pytest.approx(1 / milk["own_gap"], rel=1e-6)


def test_groups_by_hand() -> None:
    brie = one("A", "brie")
    assert brie["own_orders"] == 1
    assert (brie["group_share"], brie["group_days"], brie["group_part"]) == (2 / 4, 11, 1 / 2)
    assert brie["group_lag"] == pytest.approx(11 / ((30 + 2 * brie["group_gap"]) / 3), rel=1e-6)


def test_customers_by_hand() -> None:
    milk = one("A", "milk")
    assert (milk["customer_orders"], milk["customer_size"], milk["customer_days"]) == (4, 5 / 4, 1)
    assert milk["customer_repeat"] == pytest.approx(2 / 5)
    assert milk["customer_gap"] == 60 / 3
    assert one("B", "brie")["customer_gap"] is None


def test_never_bought_is_zero_or_unknown() -> None:
    milk = one("B", "milk")
    assert (milk["own_orders"], milk["own_decayed_8"], milk["own_last_5"], milk["group_share"]) == (0, 0, 0, 0)
    unknown = ("own_days", "own_orders_ago", "own_rank", "own_gap", "own_lag", "group_days", "group_lag", "group_part")
    assert [milk[name] for name in unknown] == [None] * len(unknown)


def test_windows_end_where_they_say() -> None:
    lines = [("A", f"A{age}", "milk", age) for age in (0, 30, 31, 90, 91)]
    found = table(log(lines)).filter(item_id="milk").row(0, named=True)
    assert (found["own_last_30_days"], found["own_last_90_days"], found["own_orders"]) == (1, 3, 4)
    assert (found["own_days"], found["customer_days"], found["group_days"]) == (30, 30, 30)


def test_the_last_orders_are_five_and_ten() -> None:
    milk = table(log([("A", f"A{age:02}", "milk", age) for age in range(1, 13)])).filter(item_id="milk")
    assert milk.select("own_last_5", "own_last_10").row(0) == (5, 10)


def test_a_score_is_kept_as_given() -> None:
    found, catalogue = numbered(log(HAND))
    lines = found.before(AS_OF)
    given_ = pl.DataFrame(
        {"customer": [1, 0], "item": [2, 9], "group": catalogue.groups[[2, -1]], "co_score": [0.25, 0.5]},
        schema={"customer": pl.Int32, "item": pl.Int32, "group": pl.Int32, "co_score": pl.Float64},
    )
    stats = item_stats(lines, catalogue, AS_OF)
    features = pairs.table(given_, pairs.own(lines, AS_OF), lines, stats, AS_OF)
    assert features["co_score"].to_list() == [0.25, 0.5]
    # The second item is in no catalogue: what is known of it is what the last row of the statistics says.
    unknown = stats.row(-1, named=True)
    assert features.row(1, named=True)["item_rate"] == pytest.approx(unknown["item_rate"], rel=1e-6)


def test_every_feature_is_there() -> None:
    features = table(log(HAND))
    assert features.columns == ["customer_id", "item_id", *pairs.NAMES]
    assert set(features.select(pairs.NAMES).dtypes) == {pl.Float32}
    assert not features.select(pl.col(pairs.NAMES).is_nan().any()).row(0).count(True)


lines = st.lists(
    st.tuples(
        st.sampled_from("ABC"),
        st.integers(0, 5).map("O{}".format),
        st.sampled_from(["brie", "feta", "milk", "other"]),
        st.integers(-30, 100),
    ),
    min_size=1,
    max_size=40,
)


@given(lines)
def test_cutting_the_future_changes_nothing(rows: list[tuple[str, str, str, int]]) -> None:
    past = [row for row in rows if row[3] >= 1]
    if past:
        known = table(log(past))
        got = table(log(rows)).join(known, on=["customer_id", "item_id"], how="semi")
        # An item sold in the future only has a number, but no purchase.
        assert_frame_equal(got, known, check_exact=True)


@given(lines, st.randoms(use_true_random=False))
def test_order_of_rows_and_names_of_customers_are_irrelevant(
    rows: list[tuple[str, str, str, int]], random: st.DrawFn
) -> None:
    rows = [row for row in rows if row[3] >= 1] or HAND
    other = [({"A": "Z", "B": "Y", "C": "X"}[customer], order, item, age) for customer, order, item, age in rows]
    random.shuffle(other)
    renamed = table(log(other)).with_columns(pl.col("customer_id").replace({"Z": "A", "Y": "B", "X": "C"}))
    assert_frame_equal(renamed.sort("customer_id", "item_id"), table(log(rows)), check_exact=True)


@given(lines, st.lists(st.integers(0, 11), min_size=1, unique=True))
@settings(max_examples=20)
def test_candidates_do_not_depend_on_each_other(rows: list[tuple[str, str, str, int]], chosen: list[int]) -> None:
    """A candidate has the same features among all, among some in any order, and with its customer's lines alone."""
    found, catalogue = numbered(log([row for row in rows if row[3] >= 1] or HAND))
    lines = found.before(AS_OF)
    every = pl.DataFrame({"item": range(catalogue.n_items), "group": catalogue.groups[:-1]}).cast(pl.Int32)
    candidates = lines.select(pl.col("customer").unique().sort()).join(every, how="cross").with_columns(co_score=0.5)
    owned, stats = pairs.own(lines, AS_OF), item_stats(lines, catalogue, AS_OF)
    together = pairs.table(candidates, owned, lines, stats, AS_OF)
    some = [number % candidates.height for number in chosen]
    assert_frame_equal(pairs.table(candidates[some], owned, lines, stats, AS_OF), together[some], check_exact=True)
    for customer in lines["customer"].unique():
        own = lines.filter(customer=customer)
        alone = pairs.table(candidates.filter(customer=customer), pairs.own(own, AS_OF), own, stats, AS_OF)
        assert_frame_equal(alone, together.filter(customer=customer), check_exact=True)


@given(lines)
def test_a_customer_alone_has_the_same_features(rows: list[tuple[str, str, str, int]]) -> None:
    rows = [row for row in rows if row[3] >= 1] or HAND
    found, catalogue = numbered(log(rows))
    every = found.before(AS_OF)
    for name, function in (("own", pairs.own), ("groups", pairs.groups), ("customers", pairs.customers)):
        together = function(every, AS_OF)
        for customer in together["customer"].unique():
            alone = function(every.filter(customer=customer), AS_OF)
            assert alone.equals(together.filter(customer=customer)), name
    assert catalogue.n_items >= 3
