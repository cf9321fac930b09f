import re

import numpy as np
import pytest

from regulars import features
from regulars.errors import ConfigError
from regulars.features import contract, example
from regulars.features.contract import Range
from regulars.features.page import PAIRS
from regulars.features.pairs import NAMES as PAIR_NAMES

BETWEEN = {"own_span", "group_orders", "group_span"}
"""What customer x item features are computed from, and no feature itself."""


def family(doc: str, *names: str) -> features.Family:
    """A family with that docstring which returns zeros for these names."""

    def mine(past: features.Past) -> features.Columns:
        return {name: np.zeros(len(past)) for name in names}

    mine.__doc__ = doc
    return mine


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        (">= 1", (1, 1.5, 1e300), (0.999, -1)),
        ("> 0", (1e-300, 1), (0, -1)),
        (">= -2.5", (-2.5, 0), (-2.51,)),
        ("[0, 1]", (0, 0.5, 1), (-1e-9, 1 + 1e-9)),
        ("(0, 1]", (1e-9, 1), (0, 2)),
        ("[0, 1)", (0, 0.999), (1, -1)),
        ("(0, 1)", (0.5,), (0, 1)),
        ("[-1, 1]", (-1, 0, 1), (-1.1, 1.1)),
        ("any", (-1e300, 0, 1e300), ()),
    ],
)
def test_a_range_holds_what_it_says(text: str, inside: tuple[float, ...], outside: tuple[float, ...]) -> None:
    found = Range.read(text)
    assert found.text == text
    assert [value for value in inside if not found.holds(value)] == []
    assert [value for value in (*outside, float("nan"), float("inf")) if found.holds(value)] == []


@pytest.mark.parametrize("text", ["", "positive", ">=1", "< 1", "[0,1]", "[0, 1", "[1, 0]", "[1, 1]", "0, 1", "Any"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=r"is no range; write '>= 1'"):
        Range.read(text)


def test_a_docstring_becomes_features() -> None:
    found = contract.read(
        family("""Late and later.

        Two lines
        of a paragraph.

        Columns:
            late (days, >= 1): since the last: the latest
            late_7, late_30 (minor units, (0, 1]): in the last
                so many days; null (not 0)
                where nobody came

        References:
            Somebody (1999), A title,
            A journal.

        Example:
            >>> 1
            1
        """)
    )
    assert (found.family, found.summary) == ("mine", ("Late and later.", "Two lines of a paragraph."))
    source = "Somebody (1999), A title, A journal."
    meaning = "in the last so many days; null (not 0) where nobody came"
    assert found.source == source
    assert [(f.name, f.unit, f.range.text, f.meaning, f.family, f.source) for f in found.features] == [
        ("late", "days", ">= 1", "since the last: the latest", "mine", source),
        ("late_7", "minor units", "(0, 1]", meaning, "mine", source),
        ("late_30", "minor units", "(0, 1]", meaning, "mine", source),
    ]


@pytest.mark.parametrize(
    "entry",
    [
        "late: since the last",
        "late (days): since the last",
        "late (days, >= 1) since the last",
        "late (days, >= 1):",
        "late (days >= 1): since the last",
        "Late (days, >= 1): since the last",
        "late,later (days, >= 1): since the last",
        "late (days, minor units, >= 1): since the last",
    ],
)
def test_an_entry_that_is_none_is_refused_with_its_line(entry: str) -> None:
    doc = f"Late.\n\nColumns:\n    first (days, any): the first\n    {entry}\n"
    complaint = r"(, .*, must be 'name \(unit, range\): meaning'|: .* is no range)"
    with pytest.raises(ConfigError, match=r"^mine: line 5 of its docstring" + complaint):
        contract.columns(family(doc, "first", "late"))


def test_a_column_told_twice_is_refused_with_its_line() -> None:
    doc = "Late.\n\nColumns:\n    late (days, any): once\n    more, late (days, any): twice\n"
    with pytest.raises(ConfigError, match=r"^mine: line 5 of its docstring tells of 'late' again"):
        contract.read(family(doc))


def test_a_column_that_is_not_returned_is_refused_with_its_line() -> None:
    doc = "Late.\n\nColumns:\n    late (days, any): a\n        more\n    other, later (days, any): b\n"
    with pytest.raises(ConfigError, match=r"^mine: line 6 of its docstring tells of 'later', which it does not return"):
        contract.columns(family(doc, "late", "other"))


@pytest.mark.parametrize("doc", ["Late.", "Late.\n\nColumns:\n    late (days, any): a\n", ""])
def test_a_column_that_is_not_told_of_is_refused(doc: str) -> None:
    with pytest.raises(ConfigError, match=r"^mine returns 'later'; tell of it under 'Columns:'"):
        contract.columns(family(doc, *(["late"] if "late (" in doc else []), "later"))


def test_features_come_in_the_order_of_the_table() -> None:
    told = [feature.name for each in features.FAMILIES for feature in contract.columns(each)]
    assert told == list(features.NAMES)
    doc = "Late.\n\nColumns:\n    a (days, any): a\n    b (days, any): b\n"
    assert [feature.name for feature in contract.columns(family(doc, "b", "a"))] == ["b", "a"]


def test_customer_x_item_features_are_told_once_each() -> None:
    told = [feature.name for function in PAIRS for feature in contract.read(function).features]
    assert sorted(told) == sorted({*PAIR_NAMES, *BETWEEN})


def test_the_example_lies_in_the_ranges() -> None:
    told = [feature for each in features.FAMILIES for feature in contract.columns(each)]
    found = {name: value for each in features.FAMILIES for name, value in example.values(each).items()}
    assert [f.name for f in told if not np.isnan(found[f.name]) and not f.range.holds(found[f.name])] == []
    assert [name for name, value in found.items() if np.isnan(value)] == ["trend_90", "trend_180"]


@pytest.mark.parametrize("item_id", ["bread", "tea", "soap"])
def test_customer_x_item_features_of_the_example_lie_in_their_ranges(item_id: str) -> None:
    told = [f for function in PAIRS for f in contract.read(function).features if f.name in PAIR_NAMES]
    found = {name: value for name, value in example.pair_values(item_id).items() if not np.isnan(value)}
    assert len(found) > len(told) / 2
    assert [f.name for f in told if f.name in found and not f.range.holds(found[f.name])] == []


def test_bread_by_hand() -> None:
    bread = example.pair_values("bread")
    expected = {
        "own_orders": 3, "own_share": 3 / 4, "own_rate": 3 / 5, "own_days": 10, "own_orders_ago": 1,
        "own_decayed_2": sum(2 ** (-ago / 2) for ago in (1, 2, 3)), "own_orders_since": 4,
        "own_decayed_8": sum(2 ** (-ago / 8) for ago in (1, 2, 3)), "own_last_30_days": 2, "own_last_90_days": 3,
        "own_gap_orders": 1, "own_lag_orders": 1, "group_part": 1, "customer_orders": 4, "customer_size": 5 / 4,
        "customer_last_size": 1, "customer_repeat": 2 / 5, "customer_gap": 10, "customer_off": 2 / 5,
        "customer_popular": 1, "customer_late": 0, "item_share": 1, "item_share_7": 0, "item_ever": 1,
        "item_trend": (1 + 1) / (3 / 3 + 1), "item_unsold_days": 10, "item_age": 40, "item_off": 1,
        "item_price": (300 + 320 + 280) / 3, "item_cheaper": 280 / 300, "group_dear": 1,
    }  # fmt: skip
    assert {name: bread[name] for name in expected} == pytest.approx(expected, rel=1e-6)


def test_show_prints_the_example(capsys: pytest.CaptureFixture[str]) -> None:
    example.show(features.FAMILIES[0])
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["recency 10", "frequency 2"]
    assert all(re.fullmatch(r"\w+ (null|-?\d+(\.\d{1,3})?)", line) for line in lines)
