"""What lies at or after as_of changes no byte of a recommender, no candidate and no answer."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from regulars import schema
from regulars.estimators import recommend
from regulars.estimators.recommend import LightGBMRanker, Recommender, training
from regulars.features.histories import Histories
from regulars.features.purchases import Catalogue, purchases
from regulars.ingest import ingest
from regulars.ledger import Ledger
from tests import shops
from tests.estimators.recommend import shop

AS_OF, LATER = shop.AS_OF, dt.date(2024, 6, 12)
MIDNIGHT = dt.datetime(2024, 6, 1)
"""The first instant that is not known."""

Make = Callable[[], Recommender]
Change = Callable[[pl.DataFrame], pl.DataFrame]


def ranker(lessons: training.Lessons = "earlier days") -> LightGBMRanker:
    return LightGBMRanker(lessons=lessons, rounds=10, n_snapshots=2, min_data_in_leaf=20)


EXPORTED = [getattr(recommend, name) for name in recommend.__all__]
MAKES: dict[str, Make] = {
    "LightGBMRanker": ranker,
    "LightGBMRanker of other customers": lambda: ranker("other customers"),
    **{
        kind.__name__: kind
        for kind in EXPORTED
        if isinstance(kind, type) and issubclass(kind, Recommender) and kind not in (Recommender, LightGBMRanker)
    },
}


@pytest.fixture(scope="module")
def lines() -> pl.DataFrame:
    return shop.transactions()


def future() -> pl.Expr:
    return pl.col("purchased_at") >= AS_OF


def removed(lines: pl.DataFrame) -> pl.DataFrame:
    return lines.filter(~future())


def added(lines: pl.DataFrame) -> pl.DataFrame:
    """From the first instant of as_of on: old and new customers with old and new items, in old and new orders."""
    who, what = ("C000", "C031", "Z1", "Z2"), ("I01", "I17", "I39", "unheard-of", "A-new-one")
    of = [(customer, item) for customer in who for item in what]
    more = [
        (customer, f"{customer}-{n}", item, MIDNIGHT + dt.timedelta(days=n)) for customer, item in of for n in (0, 1, 9)
    ]
    return pl.concat([lines, shop.lines(more)])


def changed(lines: pl.DataFrame) -> pl.DataFrame:
    """Other items, some taken back, in one order each."""
    other = lines.filter(future()).with_columns(
        item_id=pl.col("item_id").reverse(),
        order_id=pl.col("customer_id"),
        quantity=pl.when(pl.int_range(pl.len()) % 3 == 0).then(-1.0).otherwise(7.0),
    )
    return pl.concat([other, removed(lines)])


def dearer(lines: pl.DataFrame) -> pl.DataFrame:
    """Prices and discounts of everything sold from as_of on."""
    return lines.with_columns(
        amount=pl.when(future()).then(9_999).otherwise("amount"),
        discount=pl.when(future()).then(500).otherwise("discount"),
    )


CHANGES: list[Change] = [removed, added, changed, dearer]


def content(recommender: Recommender, folder: Path) -> dict[str, bytes]:
    """Every byte that it keeps."""
    folder.mkdir()
    recommender.save(folder)
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in sorted(folder.rglob("*"))}


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    return sorted(name for name in one | other if one.get(name) != other.get(name))


def has_learned_something(kept: dict[str, bytes], recommender: Recommender, lines: pl.DataFrame) -> None:
    assert recommender.recommend(lines, AS_OF, 10).height == 600
    if isinstance(recommender, LightGBMRanker):
        assert {"item_stats.npy", "shelf.npy", "similar_compared.data.npy"} <= set(kept)
        assert any(name.startswith("booster") for name in kept)


@pytest.mark.parametrize("name", MAKES)
def test_the_future_changes_no_byte_and_no_answer(name: str, lines: pl.DataFrame, tmp_path: Path) -> None:
    fitted = MAKES[name]().fit(lines, shop.items(), AS_OF)
    expected, answer = content(fitted, tmp_path / "whole"), fitted.recommend(lines, AS_OF, 10)
    has_learned_something(expected, fitted, lines)
    for change in CHANGES:
        told = change(lines)
        assert not told.equals(lines)
        again = MAKES[name]().fit(told, shop.items(), AS_OF)
        assert differing(content(again, tmp_path / change.__name__), expected) == [], change.__name__
        assert_frame_equal(again.recommend(told, AS_OF, 10), answer, check_exact=True)


@pytest.mark.parametrize("name", MAKES)
def test_the_last_day_before_counts(name: str, lines: pl.DataFrame, tmp_path: Path) -> None:
    """Bytes and answers would tell: a purchase in the last second that is known changes both."""
    late = shop.lines([(f"C{n:03}", f"late-{n}", "I39", MIDNIGHT - dt.timedelta(seconds=1)) for n in range(60)])
    with_them = pl.concat([lines, late])
    one, other = (MAKES[name]().fit(rows, shop.items(), AS_OF) for rows in (lines, with_them))
    assert differing(content(one, tmp_path / "one"), content(other, tmp_path / "other"))
    assert not other.recommend(with_them, AS_OF, 10).equals(one.recommend(lines, AS_OF, 10))


@pytest.mark.parametrize("name", MAKES)
def test_asked_later_it_knows_rows_before_that_day(name: str, lines: pl.DataFrame) -> None:
    fitted = MAKES[name]().fit(lines, shop.items(), AS_OF)
    past = lines.filter(pl.col("purchased_at") < LATER)
    answer = fitted.recommend(lines, LATER, 10)
    assert_frame_equal(fitted.recommend(past, LATER, 10), answer, check_exact=True)
    unchanged = answer.equals(fitted.recommend(lines, AS_OF, 10))
    assert unchanged == (name in ("GlobalTop", "BestSellers"))


def test_candidates_and_statistics_are_of_the_past(lines: pl.DataFrame) -> None:
    """What the ranker sees of each customer, and knows of each item, number by number."""

    def seen(log: pl.DataFrame) -> list[np.ndarray]:
        catalogue = Catalogue.of(shop.items(), log.filter(~future()))
        view = ranker().fit(log, shop.items(), AS_OF).view_
        assert view is not None
        found, rows = view.rows(Histories.of(purchases(log, catalogue).before(AS_OF), AS_OF))
        return [found.row, found.item, found.source, found.scores, rows, view.stats]

    expected = seen(lines)
    assert len(expected[0]) > 60 * 10
    for change in (added, dearer):
        for mine, theirs in zip(seen(change(lines)), expected, strict=True):
            assert mine.tobytes() == theirs.tobytes(), change.__name__


@pytest.mark.parametrize("lessons", ["earlier days", "other customers"])
def test_what_only_the_next_basket_holds_is_not_foreseen(lessons: training.Lessons) -> None:
    """Every lesson's basket holds what its customer alone ever buys, and then only: no candidate can be right."""
    days = range(1, 22, 4)
    rows = [(f"C{n}", f"{n}-{day}", f"I{n % 3}", dt.datetime(2024, 4, day)) for n in range(20) for day in days]
    last = [(f"C{n}", f"{n}-last", f"only-{n}", dt.datetime(2024, 5, 20)) for n in range(20)]
    as_of = AS_OF if lessons == "earlier days" else dt.date(2024, 5, 21)
    assert taught(shop.lines(rows + last), lessons, as_of) is None
    usual = [(f"C{n}", f"{n}-last", f"I{n % 3}", dt.datetime(2024, 5, 20)) for n in range(20)]
    assert taught(shop.lines(rows + usual), lessons, as_of) is not None


def taught(log: pl.DataFrame, lessons: training.Lessons, as_of: dt.date) -> training.TrainSet | None:
    catalogue = Catalogue.of(schema.ITEMS.empty(), log)
    how = LightGBMRanker(lessons=lessons, n_snapshots=2, min_customers=1)._schooling()
    numbered, rng = purchases(log, catalogue), np.random.default_rng(0)
    return training.train_set(log, schema.ITEMS.empty(), numbered, catalogue, as_of, how, rng)


def test_what_the_item_table_is_told_later_is_not_known_before(tmp_path: Path) -> None:
    """Later lines rename items and bring new ones; until as_of some items had no grouping at all."""
    simulated, as_of = shops.simulate(60, 240), dt.date(2023, 6, 15)
    nameless = pl.col("item_id").is_in([f"i{number:02d}" for number in range(0, 60, 4)])
    cut = pl.col("purchased_at").dt.date() < as_of
    past = shops.Shop(simulated.transactions.filter(cut), simulated.items.filter(~nameless))
    renamed = simulated.items.with_columns(category=pl.lit("cake"), name=pl.lit("sponge cake"))
    later = shops.Shop(simulated.transactions.filter(~cut), renamed)
    first, second = (shops.write_csv(each, tmp_path / f"{n}.csv") for n, each in enumerate((past, later)))
    ingest([first], "generic", tmp_path / "short")
    ingest([first], "generic", tmp_path / "both")
    ingest([second], "generic", tmp_path / "both")
    short, both = Ledger.open(tmp_path / "short"), Ledger.open(tmp_path / "both")
    assert not both.items().equals(both.items(as_of))
    kept: list[dict[str, bytes]] = []
    for ledger in (short, both):
        fitted = ranker().fit(ledger.transactions().collect(), ledger.items(as_of), as_of)
        kept.append(content(fitted, tmp_path / f"kept-{len(kept)}"))
    assert differing(*kept) == []
