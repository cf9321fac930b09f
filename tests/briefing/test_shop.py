import datetime as dt
from pathlib import Path

import pytest

from regulars.briefing import Shop
from regulars.errors import ConfigError, LeakageError, MissingError
from regulars.ledger import Ledger


def test_opens_the_day_after_the_data(ledger: Ledger) -> None:
    shop = Shop.open(ledger.path.parent)
    assert (shop.as_of - ledger.data_through).days == 1
    assert Shop.open(ledger.path.parent, "2024-02-01").as_of == dt.date(2024, 2, 1)


def test_a_home_without_a_ledger_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGULARS_HOME", str(tmp_path))
    with pytest.raises(MissingError, match="make one with: regulars ingest --preset complete-journey"):
        Shop.open()
    with pytest.raises(ConfigError, match="YYYY-MM-DD"):
        Shop.open(_with_ledger(tmp_path), "soon")


def test_good_customers_are_the_upper_half_of_the_last_year(shop: Shop) -> None:
    assert shop.good["customer_id"].is_sorted()
    assert 0.4 < shop.good.height / shop.scores.height < 0.6


def test_telling_customers_are_three_good_ones(shop: Shop) -> None:
    assert list(shop.telling.values()) == ["slipping away", "like most", "steady"]
    assert set(shop.telling) <= set(shop.good["customer_id"])
    risk = dict(shop.scores.select("customer_id", "churn_probability").iter_rows())
    leaving, middle, _ = shop.telling
    assert risk[leaving] > risk[middle]


def test_nothing_at_or_after_as_of_is_seen(shop: Shop) -> None:
    assert shop.lines(shop.telling)["purchased_at"].max() < dt.datetime(2024, 4, 1)
    assert shop.features["recency"].min() >= 1


def test_the_past_is_refused(shop: Shop) -> None:
    earlier = Shop(shop.home, shop.ledger, dt.date(2024, 1, 1))
    earlier.__dict__["champions"] = shop.champions
    with pytest.raises(LeakageError):
        earlier.scores  # noqa: B018


def _with_ledger(home: Path) -> Path:
    from tests.serving import shop as lines

    book = Ledger.open_or_create(home / "ledger", "EUR", buckets=1)
    with book.writer() as writer:
        writer.add_transactions(lines.transactions().head(5))
        writer.commit(())
    return home
