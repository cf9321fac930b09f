"""Precision and recall, by hand."""

import itertools

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import given

from regulars.ingest.identity import measure


def table(people: list[int]) -> pl.DataFrame:
    return pl.DataFrame({"customer_id": [str(i) for i in range(len(people))], "person_id": people})


def test_by_hand() -> None:
    quality = measure(table([1, 1, 1, 2, 2, 3]), table([1, 1, 2, 2, 2, 3]))
    assert (quality.n_pairs, quality.n_true_pairs, quality.n_right_pairs) == (4, 4, 2)
    assert (quality.precision, quality.recall, quality.f1) == (0.5, 0.5, 0.5)
    assert (quality.n_records, quality.n_people, quality.n_true_people) == (6, 3, 3)


def test_nobody_joined_is_precise_and_finds_nothing() -> None:
    quality = measure(table([1, 2, 3]), table([1, 1, 2]))
    assert (quality.precision, quality.recall, quality.f1) == (1, 0, 0)


def test_a_record_that_was_not_named_stands_alone_and_one_without_truth_does_not_count() -> None:
    found = pl.DataFrame({"customer_id": ["0", "9"], "person_id": ["0", "0"]})
    quality = measure(found, table([1, 1, 2]))
    assert (quality.n_records, quality.n_people, quality.n_pairs) == (3, 3, 0)


def test_nothing_to_measure_is_right() -> None:
    quality = measure(table([1, 2]), table([1, 2]))
    assert (quality.precision, quality.recall, quality.f1) == (1, 1, 1)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=12))
def test_counts_are_those_of_all_pairs(records: list[tuple[int, int]]) -> None:
    found, true = (list(side) for side in zip(*records, strict=True))
    pairs = list(itertools.combinations(range(len(records)), 2))
    both = sum(found[a] == found[b] and true[a] == true[b] for a, b in pairs)
    quality = measure(table(found), table(true))
    assert quality.n_right_pairs == both
    assert quality.n_pairs == sum(found[a] == found[b] for a, b in pairs)
    assert quality.recall == pytest.approx(both / quality.n_true_pairs if quality.n_true_pairs else 1)
