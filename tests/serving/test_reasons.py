"""Every reason is a sentence that a shop can read."""

import re

import pytest

from regulars import features
from regulars.reasons import CALENDAR, SPOKEN_BY, Reason
from serving.reasons import PHRASES, worded


def text(feature: str, value: float, usual: float, own: bool = True) -> str:
    (said,) = worded([Reason(feature, value, usual, own, 0.5)], "EUR")
    return said["text"]


def test_every_feature_has_words_or_another_speaks_for_it() -> None:
    assert set(PHRASES) == set(features.NAMES) - SPOKEN_BY.keys() - CALENDAR
    assert set(SPOKEN_BY.values()) <= set(PHRASES)


@pytest.mark.parametrize("feature", PHRASES)
def test_no_reason_shows_a_raw_name(feature: str) -> None:
    for said in (text(feature, 1.0, 0.5), text(feature, 0.25, 7.0, own=False)):
        assert "_" not in said
        assert "{" not in said
        assert re.search(r"; (usually|customers typically) \S", said)


@pytest.mark.parametrize(
    ("feature", "value", "usual", "said"),
    [
        ("recency", 41.0, 18.0, "41 days since the last order; usually 18"),
        ("recency", 1.0, 5.5, "1 day since the last order; usually 5.5"),
        ("days_30", 1.0, 2.4, "1 purchase day in the last 30 days; usually 2.4"),
        ("days_30", 0.0, 1.04, "0 purchase days in the last 30 days; usually 1"),
        ("n_stores", 1.0, 2.0, "bought in 1 store; usually 2"),
        ("n_categories", 1.0, 3.0, "1 category so far; usually 3"),
        ("n_categories", 3.0, 1.0, "3 categories so far; usually 1"),
        ("gap_max", 120.4, 60.0, "the longest gap so far was 120 days; usually 60"),
        ("spend_90", 0.0, 2099.6, "0.00 EUR spent in the last 90 days; usually 21.00 EUR"),
        ("spend_last", -5.0, 700.0, "-0.05 EUR on the last purchase day; usually 7.00 EUR"),
        ("trend_30", 0.25, 1.0, "0.2 times as many visits in the last 30 days as before; usually 1"),
        ("deal_share_90", 0.5, 0.504, "50% of lines in the last 90 days bought at a discount; usually 50.4%"),
        ("weekday_3", 0.343, 0.088, "34.3% of purchase days on a Wednesday; usually 8.8%"),
        ("hour", 9.25, 17.999, "orders at about 09:15; usually 18:00"),
        ("gap_mean", 20.0, 20.02, "20 days between purchases on average; usually 20.02"),
    ],
)
def test_words(feature: str, value: float, usual: float, said: str) -> None:
    assert text(feature, value, usual) == said


def test_whose_typical_value_it_is() -> None:
    assert text("frequency", 1.0, 4.0, own=False) == "came back on 1 day; customers typically 4"


def test_overdue_is_only_who_is_later_than_they_are() -> None:
    late, early, new = (
        Reason("recency", 41.0, 18.0, True, 0.2),
        Reason("recency", 3.0, 18.0, True, -0.2),
        Reason("recency", 41.0, 18.0, False, 0.2),
    )
    assert [each["code"] for each in worded([late, early, new], "EUR")] == ["OVERDUE", "LAST_ORDER", "LAST_ORDER"]
    assert worded([late], "EUR") == [
        {
            "code": "OVERDUE",
            "text": "41 days since the last order; usually 18",
            "feature": "recency",
            "value": 41.0,
            "typical": 18.0,
            "effect": 0.2,
        }
    ]
