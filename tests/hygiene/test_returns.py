"""Returns, the sales they take back, and slips of the till."""

import datetime as dt

import hypothesis.strategies as st
import polars as pl
from hypothesis import given

from regulars.hygiene import Context, Rules, mark
from tests.hygiene.log import frame, line

RULES = {"till": Rules(), "web": Rules()}


def told(*lines: dict[str, object], zone: str = "UTC") -> list[tuple[str | None, str | None]]:
    """Return the order that each line takes back, and what excludes it."""
    return mark(frame(*lines), Context(RULES, zone)).select("undoes", "excluded").rows()


def test_a_return_takes_back_the_latest_earlier_sale_with_enough_left() -> None:
    lines = [
        line("anna", "milk", "1 09:00:00", 3, order="o1"),
        line("anna", "milk", "2 09:00:00", 1, order="o2"),
        line("anna", "milk", "3 09:00:00", -2, -200, order="r1"),  # o2 has too few
        line("anna", "milk", "4 09:00:00", -1, -100, order="r2"),  # o2 is the latest
        line("anna", "milk", "5 09:00:00", -1, -100, order="r3"),  # one of o1 is left
        line("anna", "milk", "6 09:00:00", -1, -100, order="r4"),  # nothing is left
    ]
    assert [order for order, _ in told(*lines)] == [None, None, "o1", "o2", "o1", None]
    assert {why for _, why in told(*lines)} == {None}


def test_a_return_takes_nothing_back_from_others_or_from_the_future() -> None:
    lines = [
        line("bert", "milk", "1 09:00:00", order="o1"),
        line("anna", "tea", "1 09:00:00", order="o2"),
        line("anna", "milk", "2 09:00:00", -1, -100, order="r1"),
        line("anna", "milk", "3 09:00:00", order="o3"),
    ]
    assert {order for order, _ in told(*lines)} == {None}


def test_weights_come_back_in_parts() -> None:
    lines = [line("anna", "rice", "1 09:00:00", 0.3)]
    lines += [line("anna", "rice", f"{day} 09:00:00", -0.1, -33) for day in (2, 3, 4, 5)]
    assert [order is not None for order, _ in told(*lines)] == [False, True, True, True, False]


def test_a_sale_taken_back_in_full_within_the_hour_was_a_slip() -> None:
    slip = [line("anna", "milk", "1 09:15:00", 80995, 7718400), line("anna", "milk", "1 09:27:00", -80995, -7718400)]
    assert told(*slip) == [(None, "voided"), ("anna/1 09:15:00", "voided")]
    late = [slip[0], slip[1] | {"purchased_at": dt.datetime(2024, 3, 1, 10, 16, tzinfo=dt.UTC)}]
    assert told(*late) == [(None, None), ("anna/1 09:15:00", None)]
    part = [line("anna", "milk", "1 09:15:00", 2, 200), line("anna", "milk", "1 09:27:00", -1, -100)]
    assert told(*part) == [(None, None), ("anna/1 09:15:00", None)]


def test_a_slip_is_one_only_on_its_own_day_by_the_clock_of_the_shop() -> None:
    pair = [line("anna", "milk", "1 22:50:00"), line("anna", "milk", "1 23:10:00", -1, -100)]
    assert [why for _, why in told(*pair)] == ["voided", "voided"]
    assert [why for _, why in told(*pair, zone="Europe/Berlin")] == [None, None]  # 23:50 and 00:10


def test_rules_that_are_off_match_and_void_nothing() -> None:
    pair = frame(line("anna", "milk", "1 09:00:00"), line("anna", "milk", "1 09:05:00", -1, -100))
    off = mark(pair, Context({"till": Rules(returns=False, voided=False)}))
    assert off.select("undoes", "excluded").rows() == [(None, None)] * 2
    only = mark(pair, Context({"till": Rules(voided=False)}))
    assert only.select("undoes", "excluded").rows() == [(None, None), ("anna/1 09:00:00", None)]


moves = st.lists(
    st.tuples(
        st.sampled_from(["anna", "bert"]),
        st.sampled_from(["milk", "tea"]),
        st.integers(1, 20),
        st.integers(0, 23),
        st.sampled_from([1, 2, 3, -1, -2]),
    ),
    max_size=30,
)


@given(moves)
def test_no_sale_comes_back_more_than_once_and_every_return_follows_its_sale(moves: list[tuple]) -> None:
    lines = [line(who, what, f"{day} {hour:02d}:00:00", n, n * 100) for who, what, day, hour, n in moves]
    for number, each in enumerate(lines):
        each["order_id"] = f"o{number}"
    rows = mark(frame(*lines), Context({"till": Rules(voided=False)}))
    sales = {row["order_id"]: row for row in rows.filter(pl.col("quantity") > 0).iter_rows(named=True)}
    back: dict[str, float] = {}
    for row in rows.filter(pl.col("undoes").is_not_null()).iter_rows(named=True):
        sale = sales[row["undoes"]]
        assert (sale["customer_id"], sale["item_id"]) == (row["customer_id"], row["item_id"])
        assert sale["purchased_at"] <= row["purchased_at"]
        back[row["undoes"]] = back.get(row["undoes"], 0) - row["quantity"]
    assert all(returned <= sales[order]["quantity"] for order, returned in back.items())


@given(moves, st.integers(1, 21))
def test_no_mark_depends_on_a_later_day(moves: list[tuple], day: int) -> None:
    lines = [line(who, what, f"{on} {hour:02d}:00:00", n, n * 100) for who, what, on, hour, n in moves]
    lines += [each | {"source": "web"} for each in lines[::3]]
    context = Context({"till": Rules(exact_duplicate=True), "web": Rules()})
    cut = dt.datetime(2024, 3, day, tzinfo=dt.UTC)
    whole = mark(frame(*lines), context).filter(pl.col("purchased_at") < cut)
    known = mark(frame(*(each for each in lines if each["purchased_at"] < cut)), context)
    assert whole.equals(known)


def test_a_sale_and_its_return_at_the_same_second_go_in_that_order() -> None:
    both = [line("anna", "milk", "1 09:00:00", order="o1"), line("anna", "milk", "1 09:00:00", -1, -100, order="a1")]
    assert sorted(told(*both), key=str) == [("o1", "voided"), (None, "voided")]


def test_a_line_without_goods_takes_nothing_back_whatever_comes_later() -> None:
    gift = [line("anna", "milk", "1 09:00:00", order="o1"), line("anna", "milk", "2 09:00:00", 0, 50)]
    later = line("anna", "milk", "3 09:00:00", -1, -100)
    assert [order for order, _ in told(*gift)] == [None, None]
    assert [order for order, _ in told(*gift, later)] == [None, None, "o1"]
