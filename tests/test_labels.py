"""What counts as coming back: days from 1, windows half open, nothing seen beyond them."""

import datetime as dt
import random

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import example, given, settings
from polars.testing import assert_frame_equal

from regulars import features, labels
from regulars.windows import Snapshot
from tests.features.log import NAMES, days, log, logs

AS_OF = dt.date(2024, 3, 1)
TEN = Snapshot(AS_OF, 10)
"""1 to 10 March."""


def bought(customer: str, at: str, item: str = "tea", order: str = "", quantity: float = 1.0) -> tuple[object, ...]:
    return (customer, order or f"{customer}-{at}", item, at, quantity, 100, 0, None)


LOG = log(
    bought("first", "2024-02-01"), bought("first", "2024-03-01T00:00"),  # on the day of as_of
    bought("last", "2024-02-01"), bought("last", "2024-03-10T23:59:59"),  # on the last day of the window
    bought("late", "2024-02-29T23:59"), bought("late", "2024-03-11T00:00"),  # the day after it
    bought("gone", "2024-02-01"),
    bought("back", "2024-02-01"), bought("back", "2024-03-04", quantity=-1.0),  # only brings something back
    bought("new", "2024-03-02"),  # not known yet
)  # fmt: skip


def waits(found: pl.DataFrame) -> dict[str, tuple[int, bool]]:
    return {customer: (duration, observed) for customer, _, duration, observed in found.iter_rows()}


def test_the_day_of_as_of_is_day_one_and_the_end_is_excluded() -> None:
    assert waits(labels.next_purchase(LOG, [TEN])) == {
        "first": (1, True),
        "last": (10, True),
        "late": (10, False),
        "gone": (10, False),
        "back": (10, False),
    }


def test_churned_is_no_purchase_in_the_window() -> None:
    found = labels.churned(LOG, [TEN])
    assert found.columns == ["customer_id", "as_of", "churned"]
    assert found.filter("churned")["customer_id"].to_list() == ["back", "gone", "late"]
    assert found.height == 5


@pytest.mark.parametrize(
    ("until", "watched", "seen"),
    [("2024-03-02", 1, {"first"}), ("2024-03-10", 9, {"first"}), ("2024-03-11", 10, {"first", "last"})],
)
def test_what_nobody_has_seen_yet_is_censored(until: str, watched: int, seen: set[str]) -> None:
    found = labels.next_purchase(LOG, [TEN], observed_until=dt.date.fromisoformat(until))
    assert set(found.filter("observed")["customer_id"]) == seen
    assert found.filter(~pl.col("observed"))["duration"].unique().to_list() == [watched]


def test_seeing_further_than_the_window_changes_nothing() -> None:
    far = labels.next_purchase(LOG, [TEN], observed_until=dt.date(2025, 1, 1))
    assert_frame_equal(far, labels.next_purchase(LOG, [TEN]))


@pytest.mark.parametrize("until", [AS_OF, dt.date(2024, 2, 20)])
def test_a_snapshot_with_nothing_to_watch_has_no_rows(until: dt.date) -> None:
    found = labels.next_purchase(LOG, [TEN], observed_until=until)
    assert found.is_empty()
    assert found.columns == ["customer_id", "as_of", "duration", "observed"]


def test_each_snapshot_has_its_own_horizon() -> None:
    found = labels.next_purchase(LOG, [Snapshot(dt.date(2024, 2, 29), 1), Snapshot(AS_OF, 30)])
    assert found["as_of"].is_sorted()
    short = waits(found.filter(pl.col("as_of") < AS_OF))
    assert short == dict.fromkeys(["first", "last", "gone", "back"], (1, False))
    assert waits(found.filter(pl.col("as_of") == AS_OF))["late"] == (11, True)


def test_the_next_basket_is_the_first_order_in_the_window() -> None:
    lines = log(
        bought("anna", "2024-02-01"),
        bought("anna", "2024-03-03T09:00", "tea", "second"),
        bought("anna", "2024-03-02T18:00", "soap", "first"),
        bought("anna", "2024-03-02T18:00", "bread", "first"),
        bought("anna", "2024-03-02T18:00", "bread", "first"),
        bought("anna", "2024-03-02T08:00", "rope", "brought back", -1.0),
        bought("late", "2024-02-01"),
        bought("late", "2024-03-11T00:00"),
        bought("new", "2024-03-02"),
    )
    found = labels.next_basket(lines, [TEN])
    assert found.rows() == [("anna", AS_OF, ["bread", "soap"])]
    assert labels.next_basket(lines, [Snapshot(AS_OF, 1)]).is_empty()


def test_the_next_basket_is_of_the_window_alone() -> None:
    """From the first moment of as_of on, and not of its customers who come for the first time."""
    found = labels.next_basket(LOG, [TEN])
    assert found["customer_id"].to_list() == ["first", "last"]
    assert labels.next_basket(LOG, [Snapshot(AS_OF, 11)])["customer_id"].to_list() == ["first", "last", "late"]


def test_of_two_orders_at_once_the_smaller_id_comes_first() -> None:
    at = "2024-03-02T18:00"
    lines = log(bought("anna", "2024-02-01"), bought("anna", at, "tea", "b"), bought("anna", at, "soap", "a"))
    for each in (lines, lines.reverse()):
        assert labels.next_basket(each, [TEN])["item_ids"].to_list() == [["soap"]]


def every(lines: pl.DataFrame | pl.LazyFrame, *as_of: dt.date) -> list[pl.DataFrame]:
    """Return all labels of a month, and those of a window that is cut after twelve days."""
    snapshots = [Snapshot(day, 30) for day in as_of]
    until = max(as_of) + dt.timedelta(days=12)
    return [
        labels.churned(lines, snapshots),
        labels.next_purchase(lines, snapshots),
        labels.next_basket(lines, snapshots),
        labels.next_purchase(lines, snapshots, observed_until=until),
    ]


def same(one: list[pl.DataFrame], other: list[pl.DataFrame]) -> None:
    for found, expected in zip(one, other, strict=True):
        assert_frame_equal(found, expected, check_exact=True)


@given(logs, days)
@settings(max_examples=30)
def test_what_follows_the_window_changes_nothing(lines: pl.DataFrame, as_of: dt.date) -> None:
    end = Snapshot(as_of, 30).future.end
    same(every(lines, as_of), every(lines.filter(pl.col("purchased_at") < end), as_of))


@given(logs, days)
@example(LOG, dt.date(2024, 3, 2))  # one buys for the first time on that very day
@settings(max_examples=30)
def test_those_with_labels_are_those_with_features(lines: pl.DataFrame, as_of: dt.date) -> None:
    table = features.table(lines, features.Side(), [Snapshot(as_of)])
    churned, waited, baskets, _ = every(lines, as_of)
    assert_frame_equal(churned.select(labels.KEYS), table.select(features.KEYS))
    assert_frame_equal(waited.select(labels.KEYS), table.select(features.KEYS))
    back = waited.filter("observed").select(labels.KEYS)
    assert_frame_equal(baskets.select(labels.KEYS), back)
    assert_frame_equal(churned.filter(~pl.col("churned")).select(labels.KEYS), back)


@given(logs, days, st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_row_order_and_chunks_change_nothing(lines: pl.DataFrame, as_of: dt.date, rng: random.Random) -> None:
    order = list(range(lines.height))
    rng.shuffle(order)
    cut = rng.randrange(lines.height)
    expected = every(lines, as_of)
    same(every(pl.concat([lines[order][:cut], lines[order][cut:]], rechunk=False), as_of), expected)
    same(every(lines[order].lazy(), as_of), expected)


@given(logs, days, st.permutations(["10", "9", "Zoe", ""]))
@settings(max_examples=30)
def test_names_of_customers_change_nothing(lines: pl.DataFrame, as_of: dt.date, names: list[str]) -> None:
    new = pl.col("customer_id").replace_strict(dict(zip(NAMES, names, strict=True)))
    expected = [found.with_columns(new).sort("as_of", "customer_id") for found in every(lines, as_of)]
    same(every(lines.with_columns(new), as_of), expected)


@given(logs, days)
@settings(max_examples=20)
def test_no_customer_depends_on_another(lines: pl.DataFrame, as_of: dt.date) -> None:
    alone = [every(part, as_of) for part in lines.sort("customer_id").partition_by("customer_id")]
    same([pl.concat(parts) for parts in zip(*alone, strict=True)], every(lines, as_of))


@given(logs, st.lists(days, min_size=2, max_size=4, unique=True))
@settings(max_examples=20)
def test_several_snapshots_at_once_equal_one_at_a_time(lines: pl.DataFrame, as_of: list[dt.date]) -> None:
    one_at_a_time = [every(lines, day)[:3] for day in sorted(as_of)]
    same(every(lines, *as_of)[:3], [pl.concat(parts) for parts in zip(*one_at_a_time, strict=True)])


@pytest.mark.parametrize("lines", [LOG.clear(), LOG.filter(pl.col("quantity") < 0)], ids=["empty", "only returns"])
def test_a_log_without_purchases_has_no_labels(lines: pl.DataFrame) -> None:
    for found, expected in zip(every(lines, AS_OF), every(LOG, AS_OF), strict=True):
        assert_frame_equal(found, expected.clear())


def test_before_1970_is_a_time_like_any_other() -> None:
    by = pl.duration(days=-400 * 365 - 97)
    then = every(LOG.with_columns(pl.col("purchased_at") + by), dt.date(1624, 3, 1))
    same([found.with_columns(pl.col("as_of") - by) for found in then], every(LOG, AS_OF))


@given(logs, days)
@settings(max_examples=30)
def test_censoring_is_cutting_the_data(lines: pl.DataFrame, as_of: dt.date) -> None:
    """Labels observed until a day need no row from that day on."""
    until = as_of + dt.timedelta(days=12)
    snapshot = Snapshot(as_of, 30)
    seen = lines.filter(pl.col("purchased_at") < until)
    found = labels.next_purchase(lines, [snapshot], observed_until=until)
    assert_frame_equal(found, labels.next_purchase(seen, [snapshot], observed_until=until))
    assert found["duration"].is_between(1, 12).all()
    assert (found.filter(~pl.col("observed"))["duration"] == 12).all()
