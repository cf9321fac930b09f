"""The return curve: worked by hand on few customers, sane on a shop, honest where there is too little to see."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from sksurv.nonparametric import kaplan_meier_estimator

from regulars.briefing import Shop, comebacks
from regulars.errors import ConfigError, DataError
from regulars.home import Home
from regulars.ledger import Ledger
from tests.features.log import log

FIRST = dt.date(2024, 1, 1)
AS_OF = FIRST + dt.timedelta(days=100)
"""The day after the last purchase: who bought on the first day was watched for 99."""


def opened(folder: Path, *purchases: tuple[str, int], as_of: dt.date = AS_OF) -> Shop:
    """A shop of (customer, day) purchases."""
    lines = [
        (customer, f"{customer}{day}", "tea", (FIRST + dt.timedelta(days=day)).isoformat(), 1.0, 100, 0, None)
        for customer, day in purchases
    ]
    book = Ledger.open_or_create(folder / "ledger", "EUR", buckets=4)
    with book.writer() as writer:
        writer.add_transactions(log(*lines))
        writer.commit(())
    return Shop(Home(folder), book, as_of)


def test_a_curve_worked_by_hand(tmp_path: Path) -> None:
    """Of 80 customers 40 are back on day 10, 20 on day 40, and 20 stay away; the last purchase of all is on day 99."""
    back = {number: 10 if number < 40 else 40 for number in range(60)}
    bought = [(f"c{number}", 0) for number in range(80)] + [(f"c{number}", day) for number, day in back.items()]
    curve = comebacks.curves(opened(tmp_path, *bought, ("late", 99)), after=(1, 7))
    assert curve["purchase"].unique().to_list() == [1]
    assert curve["days"].to_list() == list(range(100))
    assert curve["share_back"].to_list() == pytest.approx([0.0] * 10 + [0.5] * 30 + [0.75] * 60)
    assert curve["watched"].unique().to_list() == [80]
    found = comebacks.summary(curve).row(0, named=True)
    assert (found["customers"], found["back_30"], found["back_60"], found["back_180"]) == (80, 0.5, 0.75, None)
    assert (found["flat_from"], found["back_by_then"], found["in_sight"]) == (40, 0.75, 99)
    said = comebacks.headline(curve)
    assert "Of 80 customers, 75% bought again within 99 days of purchase 1. 75% were back by day 40;" in said
    assert comebacks.flat_from(curve) == {"purchase 1": 40}
    assert comebacks.by_purchase(curve)["purchase 1"].equals(curve)


def test_who_was_watched_for_less_is_censored(tmp_path: Path) -> None:
    """Half of 120 customers come 60 days later than the rest and so are seen for 39 days only; nobody is lost."""
    late = [(f"l{number}", 60) for number in range(60)]
    early = [(f"e{number}", 0) for number in range(60)] + [(f"e{number}", 50) for number in range(30)]
    curve = comebacks.curves(opened(tmp_path, *early, *late, ("last", 99)), after=(1,))
    share = dict(curve.select("days", "share_back").iter_rows())
    assert (share[49], share[50]) == (0.0, 0.5)
    assert dict(curve.select("days", "watched").iter_rows())[40] == 60
    assert dict(curve.select("days", "watched").iter_rows())[39] == 120


def test_a_shop_that_still_fills_is_not_flat(tmp_path: Path) -> None:
    bought = [(f"c{number}", 0) for number in range(99)] + [(f"c{number}", number + 1) for number in range(98)]
    curve = comebacks.curves(opened(tmp_path, *bought, ("last", 99)), after=(1,))
    assert comebacks.flat_from(curve) == {"purchase 1": None}
    assert "has not flattened" in comebacks.headline(curve)
    assert comebacks.summary(curve)["back_by_then"].to_list() == [None]
    assert curve["share_back"].max() == pytest.approx(95 / 99)  # level from where four are left


def test_too_few_to_draw(tmp_path: Path) -> None:
    curve = comebacks.curves(opened(tmp_path, ("a", 0), ("a", 5), ("b", 99)))
    assert curve.is_empty()
    assert comebacks.summary(curve).is_empty()
    assert "too few" in comebacks.headline(curve)


def test_nothing_after_as_of_is_seen(tmp_path: Path) -> None:
    bought = [(f"c{number}", day) for number in range(60) for day in (0, 20, 60)]
    seen = comebacks.curves(opened(tmp_path / "whole", *bought, as_of=FIRST + dt.timedelta(days=50)), after=(1, 2))
    past = [each for each in bought if each[1] < 50]
    assert seen.equals(comebacks.curves(opened(tmp_path / "past", *past), after=(1, 2)))
    with pytest.raises(DataError, match="no purchase before"):
        comebacks.curves(opened(tmp_path / "none", *bought, as_of=FIRST))


@pytest.mark.parametrize("after", [(), (0, 1)])
def test_purchases_are_counted_from_one(shop: Shop, after: tuple[int, ...]) -> None:
    with pytest.raises(ConfigError, match="counted from 1"):
        comebacks.curves(shop, after)


def test_curves_of_a_shop_are_those_of_kaplan_and_meier(shop: Shop) -> None:
    curve = comebacks.curves(shop, after=(2,))
    days = (
        shop.ledger.transactions(before=shop.as_of)
        .filter(pl.col("quantity") > 0)
        .select("customer_id", day=pl.col("purchased_at").dt.date())
        .unique()
        .group_by("customer_id")
        .agg(pl.col("day").sort())
        .filter(pl.col("day").list.len() >= 2)
        .collect()["day"]
        .to_list()
    )
    last = max(each[-1] for each in days)
    waits = [((each[2] if len(each) > 2 else last) - each[1]).days for each in days]
    at, stays = kaplan_meier_estimator([len(each) > 2 for each in days], waits)
    share = dict(curve.select("days", "share_back").iter_rows())
    for day, stay in zip(at[:20], stays[:20], strict=True):
        assert share[int(day)] == pytest.approx(1 - stay)
    assert curve["share_back"].is_sorted()
