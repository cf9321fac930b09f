"""The three numbers of a customer must agree with each other, and the message says which do not."""

import numpy as np
import polars as pl
import pytest

from regulars.errors import DataError
from regulars.estimators.btyd import Customers


def test_the_span_is_from_the_first_to_the_last_purchase() -> None:
    known = Customers(np.array([2, 0]), np.array([5, 30]), np.array([30, 30]))
    np.testing.assert_array_equal(known.span, [25, 0])
    assert len(known) == 2
    assert known.frequency.dtype == np.float64


@pytest.mark.parametrize(
    ("frequency", "recency", "tenure", "message"),
    [
        ([1, 1], [5, 31], [30, 30], "1 of 2 customers have a recency below 0 or above the tenure .*row 1"),
        ([1], [-1], [30], "a recency below 0"),
        ([-1], [5], [30], "a frequency below 0"),
        ([0], [0], [0], "a tenure of 0 or less; leave out"),
        ([0], [5], [30], "a frequency of 0 though recency and tenure differ"),
        ([1], [np.nan], [30], "a recency that is missing or infinite"),
        ([np.inf], [5], [30], "a frequency that is missing or infinite"),
        ([1, 2], [5], [30], "have 2, 1 and 1 values"),
        ([[1]], [[5]], [[30]], "frequency has 2 dimensions"),
    ],
)
def test_what_contradicts_itself_is_refused(frequency: object, recency: object, tenure: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        Customers(frequency, recency, tenure)  # type: ignore[arg-type]


def test_purchases_of_one_day_are_allowed_to_leave_no_span() -> None:
    assert Customers(np.array([3]), np.array([30]), np.array([30])).span == 0


def test_a_feature_table_is_read_by_its_columns() -> None:
    table = pl.DataFrame({"tenure": [30, 9], "recency": [5, 9], "frequency": [2, 0], "spend": [1.0, 2.0]})
    known = Customers.of(table)
    np.testing.assert_array_equal(known.frequency, [2, 0])
    np.testing.assert_array_equal(known.recency, [5, 9])
    np.testing.assert_array_equal(known.tenure, [30, 9])
    with pytest.raises(DataError, match="no column 'recency'"):
        Customers.of(table.drop("recency"))
    with pytest.raises(DataError, match="1 of 2 customers have a recency that is missing"):
        Customers.of(table.with_columns(recency=pl.Series([None, 9])))


def test_neither_the_columns_nor_their_source_can_be_changed() -> None:
    source = np.array([2.0])
    known = Customers(source, np.array([5.0]), np.array([30.0]))
    source[0] = 9
    assert known.frequency[0] == 2
    with pytest.raises(ValueError, match="read-only"):
        known.frequency[0] = 9
    with pytest.raises(AttributeError):
        known.frequency = source  # type: ignore[misc]


def test_equal_customers_are_counted_once() -> None:
    known = Customers(np.array([2, 0, 2, 2]), np.array([5, 30, 5, 6]), np.array([30, 30, 30, 30]))
    kept, count, place = known.distinct()
    assert len(kept) == 3
    assert sorted(count) == [1, 1, 2]
    np.testing.assert_array_equal(kept.recency[place], known.recency)
    np.testing.assert_array_equal(kept.frequency[place], known.frequency)


def test_nobody_is_a_table_too() -> None:
    nobody = Customers(np.array([]), np.array([]), np.array([]))
    kept, count, place = nobody.distinct()
    assert len(kept) == len(count) == len(place) == 0
