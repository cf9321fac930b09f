"""The same sale twice: copies of a line, and second reports of it."""

import pytest

from regulars.hygiene import Rules
from tests.hygiene.log import ALL, line, marked

MILK = line("anna", "milk", "5 09:30:00", order="o1")


def test_the_second_of_two_equal_lines_is_a_copy() -> None:
    assert marked(MILK, MILK, MILK) == [("milk", None), ("milk", "exact_duplicate"), ("milk", "exact_duplicate")]
    assert marked(MILK, MILK, rules=Rules()) == [("milk", None)] * 2


@pytest.mark.parametrize("change", [{"quantity": 2.0}, {"amount": 101}, {"discount": 5}, {"store_id": "s1"}])
def test_a_line_that_differs_in_a_cell_is_no_copy(change: dict[str, object]) -> None:
    assert marked(MILK, MILK | change) == [("milk", None)] * 2


def test_equal_anonymous_lines_of_one_order_are_copies_too() -> None:
    stranger = line(None, "milk", "5 09:30:00", order="o7")
    assert marked(stranger, stranger) == [("milk", "anonymous"), ("milk", "exact_duplicate")]


@pytest.mark.parametrize(
    ("at", "source", "order", "again"),
    [
        ("5 09:31:59", "web", "w1", True),  # the web shop reports what the till did
        ("5 09:30:00", "web", "o1", True),
        ("5 09:32:01", "web", "w1", False),  # too late
        ("5 09:31:00", "till", "o1", True),  # the same order, sent again
        ("5 09:31:00", "till", "o2", False),  # bought again at once
    ],
)
def test_a_sale_that_is_reported_again(at: str, source: str, order: str, again: bool) -> None:
    other = line("anna", "milk", at, source=source, order=order)
    assert [why for _, why in marked(MILK, other)].count("near_duplicate") == again
    assert [why for _, why in marked(MILK, other, rules=Rules(near_duplicate=False))] == [None, None]


def test_the_later_report_is_the_one_that_goes() -> None:
    late = line("anna", "milk", "5 09:31:00", source="app")
    assert marked(late, MILK) == [("milk", None), ("milk", "near_duplicate")]


@pytest.mark.parametrize("change", [{"customer_id": "bert"}, {"item_id": "tea"}, {"quantity": 3.0}, {"amount": 99}])
def test_reports_that_differ_are_two_sales(change: dict[str, object]) -> None:
    other = line("anna", "milk", "5 09:31:00", source="web") | change
    assert [why for _, why in marked(MILK, other)] == [None, None]


def test_strangers_may_be_two_people() -> None:
    lines = [line(None, "milk", at, source=source) for at, source in (("5 09:30:00", "till"), ("5 09:30:01", "web"))]
    assert marked(*lines) == [("milk", "anonymous")] * 2


def test_an_order_between_two_reports_of_another_does_not_hide_them() -> None:
    between = line("anna", "tea", "5 09:30:30", order="o2")
    again = line("anna", "milk", "5 09:31:00", order="o1")
    assert dict(marked(MILK, between, again, rules=ALL)[1:]) == {"tea": None, "milk": "near_duplicate"}


def test_two_sales_that_are_reported_twice_stay_two() -> None:
    lines = [line("anna", "milk", f"5 09:{minute:02d}:00", order=f"t{minute}") for minute in (0, 1)]
    lines += [line("anna", "milk", f"5 09:{minute:02d}:30", order=f"w{minute}", source="web") for minute in (0, 1)]
    assert [why for _, why in marked(*lines)] == [None, "near_duplicate", None, "near_duplicate"]


def test_a_row_of_sales_a_minute_apart_is_no_chain_of_reports() -> None:
    lines = [line("anna", "milk", f"5 09:{minute:02d}:00", order=f"t{minute}") for minute in range(10)]
    lines += [line("anna", "milk", f"5 09:{minute:02d}:10", order=f"w{minute}", source="web") for minute in range(10)]
    assert [why for _, why in marked(*lines)].count(None) == 10
