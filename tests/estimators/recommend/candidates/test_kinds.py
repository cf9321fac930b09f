import datetime as dt
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from regulars.errors import ConfigError
from regulars.estimators.recommend.candidates import NAMES, SOURCES, Candidates, Limits, Plan, Sources, plan_of
from regulars.estimators.recommend.candidates.kinds import RANKED, SCORES
from tests.estimators.recommend import shop
from tests.estimators.recommend.candidates.contract import SMALL, items
from tests.estimators.recommend.candidates.tiny import AS_OF, Row, Tiny, baskets, transactions

NOTHING = Limits(**dict.fromkeys((each.name for each in fields(Limits)), 0))
PLAN = plan_of(
    {
        "limits": {"popular": 30, "similar": 6, "co_purchase": 5, "following": 5, "mix": 7, "history": 9},
        "demand": {"popular_days": 180},
        "neighbours": {"n": 3},
        "reach": {"n_neighbours": 3},
        "steps": {"n_neighbours": 3},
    }
)

TOGETHER = [row for n in range(4) for row in [*baskets(f"A{n}", "b", "c"), *baskets(f"B{n}", "x", "y")]]
NEW = [("N", "N1", "fresh", 2), *[(f"P{n}", f"P{n}", "old", 90) for n in range(3)]]


@pytest.fixture(scope="module")
def lines() -> pl.DataFrame:
    """Some items are new in May, some have not sold since January."""
    every, item = shop.transactions(), pl.col("item_id")
    too_soon = item.is_in([f"I{n}" for n in range(20, 28)]) & (pl.col("purchased_at") < dt.date(2024, 5, 10))
    too_late = item.is_in([f"I{n}" for n in range(30, 36)]) & (pl.col("purchased_at") >= dt.date(2024, 2, 1))
    return every.filter(~too_soon & ~too_late)


def counted(lines: pl.DataFrame) -> Tiny:
    return Tiny.of(lines, items(), days=60, fewest=4)


@pytest.fixture(scope="module")
def tiny(lines: pl.DataFrame) -> Tiny:
    return counted(lines)


@pytest.fixture(scope="module")
def sources(tiny: Tiny) -> Sources:
    return Sources.fit(tiny.past, PLAN)


@pytest.fixture(scope="module")
def found(sources: Sources, tiny: Tiny) -> Candidates:
    return sources.candidates(tiny.asked())


def same(one: Candidates, other: Candidates) -> None:
    for each in fields(Candidates):
        mine, theirs = getattr(one, each.name), getattr(other, each.name)
        assert (mine.dtype, mine.shape) == (theirs.dtype, theirs.shape)
        assert mine.tobytes() == theirs.tobytes(), each.name


def part(found: Candidates, place: int) -> Candidates:
    """One customer's candidates."""
    mine = found.row == place
    return Candidates(np.zeros(mine.sum(), np.int64), found.item[mine], found.source[mine], found.scores[mine])


def offers(rows: list[Row], asked: list[Row], plan: Plan, words: pl.DataFrame | None = None) -> Mapping[str, str]:
    """What one customer is offered, and why."""
    tiny = Tiny.of(rows, words)
    got = Sources.fit(tiny.past, plan).candidates(tiny.asked(asked))
    names = tiny.past.catalogue.item_ids.gather(np.minimum(got.item, tiny.past.catalogue.n_items - 1).tolist())
    return {name: SOURCES[why] for name, why in zip(names, got.source, strict=True)}


def only(**limits: int) -> Plan:
    return replace(Plan(), limits=replace(NOTHING, **limits))


def test_by_customer_and_item_with_what_is_said(found: Candidates) -> None:
    assert (np.diff(found.row * 10_000 + found.item) > 0).all()
    assert set(found.row) == set(range(60))
    assert found.scores.shape == (len(found.row), len(NAMES))
    assert found.scores.dtype == np.float32
    assert np.isfinite(found.scores).all()
    assert {SOURCES[why] for why in found.source} == set(SOURCES)


def test_what_sources_offer_alone() -> None:
    asked = baskets("new", "b")
    assert offers(TOGETHER, asked, only(history=5)) == {"b": "history"}
    assert set(offers(TOGETHER, asked, only(co_purchase=9))) == {"c"}
    assert set(offers(TOGETHER, asked, only(following=9))) == {"c"}
    assert set(offers(TOGETHER, asked, only(similar=9))) == {"b", "c"}
    assert set(offers(TOGETHER, asked, only(mix=1))) == {"c"}
    assert set(offers(TOGETHER, asked, only(popular=4))) == {"b", "c", "x", "y"}


def test_why_an_item_is_offered() -> None:
    """Those who are alike hold c most; p goes with b wherever it is sold; nobody says a word for x."""
    rows = [*TOGETHER, ("E", "E1", "p", 9), ("E", "E1", "b", 9)]
    offered = offers(rows, baskets("new", "b"), only(history=9, similar=9, co_purchase=9, popular=9))
    assert offered["b"] == "history"
    assert offered["c"] in ("similar_customers", "co_purchase")
    assert {offered["x"], offered["y"]} == {"popular"}


def test_a_new_item_is_offered_to_who_buys_its_like() -> None:
    words = pl.DataFrame({"item_id": ["fresh", "old"], "name": ["oat milk", "oat drink"]})
    table = items().clear(2).with_columns(item_id=words["item_id"], name=words["name"])
    asked = [("new", "1", "old", 3)]
    assert offers(NEW, asked, only(content=5), table) == {"fresh": "content"}
    assert offers(NEW, asked, only(content=5)) == {}


def test_own_items_are_history_whoever_else_offers_them(found: Candidates, tiny: Tiny) -> None:
    asked = tiny.asked()
    own = set(zip(asked.pair_row.tolist(), asked.pair_item.tolist(), strict=True))
    offered = list(zip(found.row.tolist(), found.item.tolist(), strict=True))
    assert [each in own for each in offered] == (found.source == SOURCES.index("history")).tolist()


def test_nothing_off_the_shelf_but_own_and_popular_items(found: Candidates, sources: Sources, tiny: Tiny) -> None:
    assert 5 < tiny.shelf.n < 35
    off = ~np.isin(found.item, tiny.shelf.items) & (found.source != SOURCES.index("history"))
    assert set(found.item[off]) <= set(sources.popular.items[:30])
    assert {SOURCES[why] for why in found.source[off]} <= {"popular"}
    nobody = sources.candidates(tiny.asked(), replace(PLAN.limits, popular=0))
    assert (np.isin(nobody.item, tiny.shelf.items) | (nobody.source == SOURCES.index("history"))).all()


@pytest.mark.parametrize("name", [each.name for each in fields(Limits)])
def test_limits(sources: Sources, tiny: Tiny, name: str) -> None:
    asked = tiny.asked()
    most = [np.bincount(sources.candidates(asked, replace(NOTHING, **{name: n})).row).max() for n in (1, 2, 4)]
    times = 2 if name == "similar" else 1  # as many again of what they bought lately
    assert all(times * n >= got for n, got in zip((1, 2, 4), most, strict=True))
    assert most[0] >= 1
    assert most[2] > most[0]
    assert len(sources.candidates(asked, NOTHING).row) == 0


def test_one_large_basket_is_limited_like_any_history() -> None:
    """Items that were bought equally often and lately do not all get in."""
    tiny = Tiny.of(baskets("A", "abcdefghijklmnop"))
    found = Sources.fit(tiny.past, Plan()).candidates(tiny.asked(), replace(NOTHING, history=3))
    assert len(found.item) == 3


def test_history_keeps_what_is_bought_most_and_lately() -> None:
    rows = baskets("A", "a", "abz", "ab", "ac", "c")
    assert set(offers(rows, rows, only(history=2))) == {"a", "c"}


def test_ranks_are_among_the_candidates_of_a_customer(found: Candidates) -> None:
    columns = {name: found.scores[:, place] for place, name in enumerate(NAMES)}
    for name in RANKED:
        for row in (0, 31):
            mine, rank = columns[name][found.row == row], columns[name.replace("score", "rank")][found.row == row]
            assert rank.tolist() == [1 + (mine > each).sum() for each in mine]


@pytest.mark.parametrize(
    ("limit", "score"),
    [("similar", "similar_score"), ("co_purchase", "co_score"), ("following", "next_score"), ("mix", "mix_score")],
)
def test_the_highest_scores_get_in(sources: Sources, tiny: Tiny, limit: str, score: str) -> None:
    asked = tiny.asked()
    every = sources.candidates(asked, replace(NOTHING, popular=1000, mix=1000))
    few = sources.candidates(asked, replace(NOTHING, **{limit: 3}))
    column, chosen = NAMES.index(score), set(zip(few.row.tolist(), few.item.tolist(), strict=True))
    for row in (0, 31, 59):
        mine = every.row == row
        best = every.item[mine][np.argsort(-every.scores[mine, column], kind="stable")[:3]]
        assert {(row, item) for item in best.tolist()} <= chosen


def test_one_customer_gets_what_the_batch_says(
    sources: Sources, found: Candidates, lines: pl.DataFrame, tiny: Tiny
) -> None:
    for place in (0, 17, 59):
        same(sources.candidates(tiny.asked(lines.filter(customer_id=f"C{place:03}"))), part(found, place))


def test_rows_names_and_the_future_are_irrelevant(found: Candidates, lines: pl.DataFrame) -> None:
    mixed = counted(lines.sample(fraction=1.0, shuffle=True, seed=5))
    same(Sources.fit(mixed.past, PLAN).candidates(mixed.asked()), found)
    number = 59 - pl.col("customer_id").str.slice(1).cast(pl.Int64)
    renamed = lines.with_columns(customer_id=pl.format("D{}", number.cast(pl.String).str.zfill(3)))
    other = counted(renamed)
    turned = Sources.fit(other.past, PLAN).candidates(other.asked())
    for place in (0, 17, 59):
        same(part(turned, 59 - place), part(found, place))
    past = counted(lines.filter(pl.col("purchased_at") < AS_OF))
    same(Sources.fit(past.past, PLAN).candidates(past.asked()), found)


def test_saved_and_loaded(sources: Sources, found: Candidates, tiny: Tiny, tmp_path: Path) -> None:
    sources.save(tmp_path)
    assert {path.suffix for path in tmp_path.iterdir()} == {".npy", ".json"}
    loaded = Sources.load(tmp_path, PLAN)
    same(loaded.candidates(tiny.asked()), found)
    np.testing.assert_array_equal(loaded.shelf.column_of, tiny.shelf.column_of)
    again = tmp_path / "again"
    again.mkdir()
    loaded.save(again)
    for file in tmp_path.glob("*.*"):
        assert (again / file.name).read_bytes() == file.read_bytes(), file.name


def test_what_speaks_against_an_item_counts_as_silence(sources: Sources, tiny: Tiny) -> None:
    """The map of next baskets may say less than nothing; one that hardly says anything must not outweigh the rest."""
    against = replace(sources.following, points_to=sources.following.points_to * np.float32(-1.0))
    asked = tiny.asked()
    found = replace(sources, following=against).candidates(asked)
    assert (found.scores[:, NAMES.index("next_score")] < 0).any()
    mix = found.scores[:, NAMES.index("mix_score")]
    assert mix.min() >= 0.0
    assert mix.max() <= 3.0


def test_pickles_are_refused(sources: Sources, tmp_path: Path) -> None:
    sources.save(tmp_path)
    for name in ("shelf.npy", "shelf_size.npy"):
        content = (tmp_path / name).read_bytes()
        np.save(tmp_path / name, np.array([{"a": 1}], dtype=object), allow_pickle=True)
        with pytest.raises(ValueError, match="Python objects"):
            Sources.load(tmp_path, PLAN)
        (tmp_path / name).write_bytes(content)


@pytest.mark.parametrize("rows", SMALL)
def test_small_shops(rows: list[Row]) -> None:
    for fewest in (1, 99):
        tiny = Tiny.of(rows, fewest=fewest)
        sources = Sources.fit(tiny.past, Plan())
        found = sources.candidates(tiny.asked())
        assert np.isfinite(found.scores).all()
        assert set(zip(found.row, found.item, strict=True)) >= set(
            zip(tiny.asked().pair_row, tiny.asked().pair_item, strict=True)
        )
        assert len(sources.candidates(tiny.asked(transactions([]))).row) == 0


def test_items_nobody_numbered_are_own_items(sources: Sources, tiny: Tiny) -> None:
    strange = [("new", "1", "unheard-of", 9), ("new", "2", "unheard-of", 2), ("new", "2", "unseen", 2)]
    found = sources.candidates(tiny.asked(strange))
    beyond = found.item >= tiny.past.catalogue.n_items
    assert {SOURCES[why] for why in found.source[beyond]} == {"history"}
    assert beyond.sum() == 2
    assert not found.scores[beyond, : len(SCORES)].any()
    assert {SOURCES[why] for why in found.source[~beyond]} == {"popular"}


def test_plans() -> None:
    assert plan_of({}) == Plan()
    changed = plan_of({"limits": {"history": 3}, "steps": {"ridge": 1.5}})
    assert (changed.limits.history, changed.steps.ridge, changed.reach) == (3, 1.5, Plan().reach)
    with pytest.raises(ConfigError, match=r"no parameter 'histori'.*did you mean 'history'"):
        plan_of({"limits": {"histori": 3}})
    with pytest.raises(ConfigError, match=r"no parameter 'limit'.*did you mean 'limits'"):
        plan_of({"limit": {"history": 3}})
