"""Reasons in words: a feature, its value and what is typical become a sentence for the shop."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from regulars.scoring import Reason as Explained
from serving import money
from serving.contract import Reason

Format = Callable[[float, str], str]


def _whole(value: float, _: str) -> str:
    return f"{value:.0f}"


def _tenths(value: float, _: str) -> str:
    return f"{value:.1f}"


def _percent(value: float, _: str) -> str:
    return f"{100 * value:.0f}%"


def _amount(value: float, currency: str) -> str:
    return f"{money.text(round(value))} {currency}"


class Phrase(NamedTuple):
    """How to speak of a feature."""

    code: str
    text: str
    """With ``{}`` for the value."""
    format: Format


PHRASES: dict[str, Phrase] = {
    "recency": Phrase("LAST_ORDER", "{} days since the last order", _whole),
    "overdue": Phrase("OVERDUE", "away for {} times the average gap", _tenths),
    "frequency": Phrase("FREQUENCY", "came back on {} days", _whole),
    "n_orders": Phrase("ORDERS", "{} orders so far", _whole),
    "tenure": Phrase("TENURE", "a customer for {} days", _whole),
    "spend": Phrase("SPEND", "{} per purchase day", _amount),
    "spend_last": Phrase("LAST_SPEND", "{} on the last purchase day", _amount),
    "spend_std": Phrase("SPEND_SPREAD", "spend varies by {}", _amount),
    "basket_value": Phrase("BASKET_VALUE", "{} per order", _amount),
    "basket_items": Phrase("BASKET_SIZE", "{} different items per purchase day", _tenths),
    "gap_mean": Phrase("GAP", "{} days between purchases on average", _whole),
    "gap_median": Phrase("GAP", "{} days between purchases as a rule", _whole),
    "gap_smoothed": Phrase("GAP_LATELY", "{} days between purchases lately", _whole),
    "gap_shrunk": Phrase("GAP", "comes about every {} days", _whole),
    "gap_last": Phrase("LAST_GAP", "{} days between the last two purchases", _whole),
    "gap_max": Phrase("LONGEST_GAP", "the longest gap so far was {} days", _whole),
    "gap_std": Phrase("GAP_SPREAD", "gaps vary by {} days", _whole),
    "regularity": Phrase("REGULARITY", "regularity {} (1 is random, more is steadier)", _tenths),
    "new_item_share": Phrase("VARIETY", "{} of items were new to them", _percent),
    "new_item_share_90": Phrase("VARIETY_LATELY", "{} of items in the last 90 days were new to them", _percent),
    "n_items": Phrase("ITEMS", "{} different items so far", _whole),
    "n_categories": Phrase("CATEGORIES", "{} categories so far", _whole),
    "top_department_share": Phrase("DEPARTMENT", "{} of lines in one department", _percent),
    "discount_share": Phrase("DISCOUNTS", "{} of the price saved by discounts", _percent),
    "discount_share_90": Phrase("DISCOUNTS_LATELY", "{} saved by discounts in the last 90 days", _percent),
    "return_share": Phrase("RETURNS", "{} of purchases brought back", _percent),
    "weekend_share": Phrase("WEEKEND", "{} of purchase days at the weekend", _percent),
    "hour": Phrase("HOUR", "orders around {} o'clock", _whole),
    "n_stores": Phrase("STORES", "bought in {} stores", _whole),
    "top_store_share": Phrase("MAIN_STORE", "{} of orders in one store", _percent),
    **{
        f"days_{w}": Phrase("RECENT_VISITS", f"{{}} purchase days in the last {w} days", _whole)
        for w in (7, 14, 30, 90, 180, 365)
    },
    **{f"spend_{w}": Phrase("RECENT_SPEND", f"{{}} spent in the last {w} days", _amount) for w in (30, 90, 180, 365)},
    **{
        f"trend_{w}": Phrase("TREND", f"{{}} times as many visits in the last {w} days as before", _tenths)
        for w in (30, 90, 180)
    },
}
"""The features a shop can act on or recognise; the rest are named as they are."""


def worded(found: Iterable[Explained], currency: str) -> list[Reason]:
    """Return the reasons in words, in their order.

    >>> worded([Explained("recency", 41.0, 18.0, 0.21)], "EUR")[0]["text"]
    '41 days since the last order; the typical customer: 18'
    """
    return [
        {
            "code": _phrase(reason.feature).code,
            "text": _sentence(_phrase(reason.feature), reason, currency),
            "feature": reason.feature,
            "value": reason.value,
            "typical": reason.typical,
            "effect": reason.effect,
        }
        for reason in found
    ]


def _phrase(feature: str) -> Phrase:
    return PHRASES.get(feature) or Phrase(feature.upper(), feature.replace("_", " ") + " is {}", _tenths)


def _sentence(phrase: Phrase, reason: Explained, currency: str) -> str:
    said = phrase.text.format("unknown" if reason.value is None else phrase.format(reason.value, currency))
    if reason.typical is None:
        return said
    return f"{said}; the typical customer: {phrase.format(reason.typical, currency)}"
