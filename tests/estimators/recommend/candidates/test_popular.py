from pathlib import Path
from typing import Any

import numpy as np
import pytest

from regulars.estimators.recommend.candidates.popular import Demand, Popular
from tests.estimators.recommend.candidates.contract import SourceContract
from tests.estimators.recommend.candidates.tiny import Row, Tiny, baskets


class TestPopular(SourceContract):
    make = Popular
    how = Demand(n=5)
    per_customer = False

    def loaded(self, folder: Path) -> Any:
        return Popular.load(folder)


def sold(item: str, n: int, age: int) -> list[Row]:
    """``n`` customers buy ``item`` on one day."""
    return [(f"{item}-{age}-{number}", f"{item}-{age}-{number}", item, age) for number in range(n)]


def order(rows: list[Row], how: Demand) -> list[str]:
    tiny = Tiny.of(rows)
    return tiny.past.catalogue.item_ids.gather(Popular.fit(tiny.past, how).items.tolist()).to_list()


def test_best_sellers_of_the_last_weeks_come_first() -> None:
    rows = [*sold("old", 9, 29), *sold("much", 5, 28), *sold("little", 2, 1), *sold("also", 2, 3)]
    assert order(rows, Demand(n=0)) == ["much", "also", "little", "old"]
    assert order(rows, Demand(n=0, popular_days=29)) == ["old", "much", "also", "little"]
    assert order(rows, Demand(n=0, popular_days=27)) == ["also", "little", "old", "much"]


def test_customers_count_not_their_orders() -> None:
    rows = [*baskets("A", *"x" * 9, gap=1), *sold("y", 2, 2)]
    assert order(rows, Demand(n=0)) == ["y", "x"]


def test_what_rises_comes_before_more_best_sellers() -> None:
    """Steady sells more; rising sells to four this fortnight and to none before."""
    steady = [row for age in range(3, 56, 2) for row in sold("steady", 3, age)]
    fair = [row for age in (3, 17, 31, 45) for row in sold("fair", 8, age)]
    rows = [*steady, *fair, *sold("rising", 4, 5), *sold("falling", 5, 25), *sold("falling", 9, 40)]
    assert order(rows, Demand(n=1)) == ["steady", "rising", "fair", "falling"]
    assert order(rows, Demand(n=1, trend_days=4))[1] != "rising"


def test_what_sold_at_this_time_last_year() -> None:
    rows = [*sold("now", 9, 3), *sold("then", 2, 365 - 27), *sold("more then", 3, 365)]
    rows += [*sold("too early", 5, 366), *sold("too late", 5, 365 - 28)]
    assert order(rows, Demand(n=2)) == ["now", "too early", "more then", "then", "too late"]
    assert order(rows, Demand(n=1))[:2] == ["now", "more then"]
    assert order(rows, Demand(n=1, season_days=29))[:2] == ["now", "too late"]


def test_a_young_shop_has_no_last_year() -> None:
    assert order(sold("x", 2, 3), Demand()) == ["x"]


@pytest.mark.parametrize("n", [0, 1, 3, 1000])
def test_every_item_once_and_everything_sold(n: int) -> None:
    rows = [row for number in range(30) for row in sold(f"i{number}", 1 + number % 4, 1 + 13 * number)]
    tiny = Tiny.of(rows)
    items = Popular.fit(tiny.past, Demand(n=n)).items
    assert items.dtype == np.int64
    assert sorted(items.tolist()) == list(range(30))
