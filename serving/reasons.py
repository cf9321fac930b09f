"""Reasons in words: a feature, its value and what is usual become a sentence for the shop."""

import calendar
from collections.abc import Callable, Iterable
from typing import NamedTuple

from regulars.reasons import Reason as Explained
from serving import money
from serving.contract import Reason

Spell = Callable[[float, float, str], tuple[str, str]]
"""A value, the usual one and the currency -> both as text."""


class Phrase(NamedTuple):
    """How to speak of a feature."""

    code: str
    text: str
    """With ``{}`` for the value."""
    spell: Spell


def _numbers(value: float, usual: float, least: int = 0) -> tuple[str, str]:
    """Write both with as few decimals as tell them apart, small broken numbers with one at least.

    >>> _numbers(41.0, 18.3), _numbers(2.0, 1.8), _numbers(20.0, 20.02)
    (('41', '18'), ('2', '1.8'), ('20', '20.02'))
    """
    broken = any(abs(each) < 10 and each != round(each) for each in (value, usual))
    for places in range(max(least, int(broken)), 4):
        texts = _decimal(value, places), _decimal(usual, places)
        if texts[0] != texts[1]:
            break
    return texts


def _decimal(value: float, places: int) -> str:
    text = f"{value:.{places}f}"
    text = text.rstrip("0").rstrip(".") if places else text
    return "0" if text == "-0" else text


def _counted(one: str, many: str = "") -> Spell:
    """The value with its noun: 1 day, 2 days."""

    def spell(value: float, usual: float, _: str) -> tuple[str, str]:
        said, usually = _numbers(value, usual)
        return f"{said} {one if said == '1' else many or one + 's'}", usually

    return spell


def _ratio(value: float, usual: float, _: str) -> tuple[str, str]:
    return _numbers(value, usual, least=1)


def _percent(value: float, usual: float, _: str) -> tuple[str, str]:
    said, usually = _numbers(100 * value, 100 * usual)
    return f"{said}%", f"{usually}%"


def _amount(value: float, usual: float, currency: str) -> tuple[str, str]:
    return f"{money.text(round(value), currency)} {currency}", f"{money.text(round(usual), currency)} {currency}"


def _clock(value: float, usual: float, _: str) -> tuple[str, str]:
    said, usually = (divmod(round(60 * hour), 60) for hour in (value, usual))
    return f"{said[0]:02d}:{said[1]:02d}", f"{usually[0]:02d}:{usually[1]:02d}"


_DAYS = _counted("day")

PHRASES: dict[str, Phrase] = {
    "recency": Phrase("LAST_ORDER", "{} since the last order", _DAYS),
    "frequency": Phrase("FREQUENCY", "came back on {}", _DAYS),
    "n_orders": Phrase("ORDERS", "{} so far", _counted("order")),
    "tenure": Phrase("TENURE", "a customer for {}", _DAYS),
    "spend": Phrase("SPEND", "{} per purchase day", _amount),
    "spend_last": Phrase("LAST_SPEND", "{} on the last purchase day", _amount),
    "spend_std": Phrase("SPEND_SPREAD", "spend varies by {}", _amount),
    "basket_value": Phrase("BASKET_VALUE", "{} per order", _amount),
    "line_value": Phrase("LINE_VALUE", "{} per line of an order", _amount),
    "basket_items": Phrase("BASKET_SIZE", "{} per purchase day", _counted("different item")),
    "gap_mean": Phrase("GAP", "{} between purchases on average", _DAYS),
    "gap_median": Phrase("GAP", "{} between purchases as a rule", _DAYS),
    "gap_smoothed": Phrase("GAP_LATELY", "{} between purchases lately", _DAYS),
    "gap_shrunk": Phrase("GAP", "comes about every {}", _DAYS),
    "gap_last": Phrase("LAST_GAP", "{} between the last two purchases", _DAYS),
    "gap_max": Phrase("LONGEST_GAP", "the longest gap so far was {}", _DAYS),
    "gap_std": Phrase("GAP_SPREAD", "gaps vary by {}", _DAYS),
    "regularity": Phrase("REGULARITY", "regularity {} (1 is random, more is steadier)", _ratio),
    "n_items": Phrase("ITEMS", "{} so far", _counted("different item")),
    "new_item_share": Phrase("VARIETY", "{} of items were new to them", _percent),
    "new_item_share_90": Phrase("VARIETY_LATELY", "{} of items in the last 90 days were new to them", _percent),
    "n_categories": Phrase("CATEGORIES", "{} so far", _counted("category", "categories")),
    "n_departments": Phrase("DEPARTMENTS", "{} so far", _counted("department")),
    "top_item_share": Phrase("FAVOURITE", "{} of lines with one item", _percent),
    "top_category_share": Phrase("CATEGORY", "{} of lines in one category", _percent),
    "top_department_share": Phrase("DEPARTMENT", "{} of lines in one department", _percent),
    "category_focus": Phrase("FOCUS", "focus on few categories {} (1 is a single one)", _ratio),
    "discount_share": Phrase("DISCOUNTS", "{} of the price saved by discounts", _percent),
    "discount_share_90": Phrase("DISCOUNTS_LATELY", "{} saved by discounts in the last 90 days", _percent),
    "deal_share": Phrase("DEALS", "{} of lines bought at a discount", _percent),
    "deal_share_90": Phrase("DEALS_LATELY", "{} of lines in the last 90 days bought at a discount", _percent),
    "return_share": Phrase("RETURNS", "{} of purchases brought back", _percent),
    "return_share_180": Phrase("RETURNS_LATELY", "{} of purchases in the last 180 days brought back", _percent),
    "refund_share": Phrase("REFUNDS", "{} of the money paid was refunded", _percent),
    "return_recency": Phrase("LAST_RETURN", "{} since the last return", _DAYS),
    "weekend_share": Phrase("WEEKEND", "{} of purchase days at the weekend", _percent),
    "hour": Phrase("HOUR", "orders at about {}", _clock),
    "n_stores": Phrase("STORES", "bought in {}", _counted("store")),
    "top_store_share": Phrase("MAIN_STORE", "{} of orders in one store", _percent),
    "web_share": Phrase("WEB", "{} of orders in a web shop", _percent),
    "web_share_90": Phrase("WEB_LATELY", "{} of orders in the last 90 days in a web shop", _percent),
    "look_recency": Phrase("LAST_LOOK", "{} since the last look at the shop", _DAYS),
    "looks_30": Phrase("LOOKS", "{} at the shop in the last 30 days", _counted("look")),
    "looks_90": Phrase("LOOKS", "{} at the shop in the last 90 days", _counted("look")),
    "carts_30": Phrase("CARTS", "put something into a cart {} in the last 30 days", _counted("time")),
    "mails_90": Phrase("MAILS", "{} sent to them in the last 90 days", _counted("mail")),
    "open_share_90": Phrase("MAILS_OPENED", "{} of mails opened in the last 90 days", _percent),
    "click_share_90": Phrase("MAILS_CLICKED", "clicks for {} of mails in the last 90 days", _percent),
    **{
        f"days_{w}": Phrase("RECENT_VISITS", f"{{}} in the last {w} days", _counted("purchase day"))
        for w in (7, 14, 30, 90, 180, 365)
    },
    **{f"spend_{w}": Phrase("RECENT_SPEND", f"{{}} spent in the last {w} days", _amount) for w in (30, 90, 180, 365)},
    **{
        f"trend_{w}": Phrase("TREND", f"{{}} times as many visits in the last {w} days as before", _ratio)
        for w in (30, 90, 180)
    },
    **{
        f"weekday_{number}": Phrase("WEEKDAY", f"{{}} of purchase days on a {day}", _percent)
        for number, day in enumerate(calendar.day_name, start=1)
    },
}
"""Every feature that can be a reason."""


def worded(found: Iterable[Explained], currency: str) -> list[Reason]:
    """Return the reasons in words, in their order.

    >>> worded([Explained("recency", 41.0, 18.0, True, 0.21)], "EUR")[0]["text"]
    '41 days since the last order; usually 18'
    >>> worded([Explained("frequency", 1.0, 4.0, False, 0.35)], "EUR")[0]["text"]
    'came back on 1 day; customers typically 4'
    """
    return [
        {
            "code": _code(reason),
            "text": _sentence(reason, currency),
            "feature": reason.feature,
            "value": reason.value,
            "typical": reason.typical,
            "effect": reason.effect,
        }
        for reason in found
    ]


def _code(reason: Explained) -> str:
    late = reason.feature == "recency" and reason.own and reason.value > reason.typical
    return "OVERDUE" if late else PHRASES[reason.feature].code


def _sentence(reason: Explained, currency: str) -> str:
    phrase = PHRASES[reason.feature]
    said, usual = phrase.spell(reason.value, reason.typical, currency)
    return f"{phrase.text.format(said)}; {'usually' if reason.own else 'customers typically'} {usual}"
