import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from regulars import schema
from regulars.estimators.recommend.candidates.content import Content, Words, texts_of
from tests.estimators.recommend.candidates.contract import SourceContract, same_matrix
from tests.estimators.recommend.candidates.tiny import Row, Tiny, baskets

HOW = Words()
NAMES = {"a": "Green apple", "b": "Brown bread", "n": "Red APPLE", "o": "White bread", "z": "Soap"}
ROWS = [*baskets("A", "ab", "ab", "ab", last=40), *baskets("B", "no"), *baskets("C", "z", "z", last=30)]
"""a, b and z are old; n and o are new."""


class TestContent(SourceContract):
    make = Content
    how = replace(HOW, new_days=10_000)


def named(**names: str | None) -> pl.DataFrame:
    return schema.ITEMS.conform(pl.DataFrame({"item_id": list(names), "name": list(names.values())}))


def offers(asked: list[Row], items: pl.DataFrame, how: Words = HOW) -> dict[str, float]:
    tiny = Tiny.of(ROWS, items)
    return tiny.said(Content.fit(tiny.past, how).generate(tiny.asked(asked), tiny.shelf))


def test_new_items_find_who_buys_their_like() -> None:
    assert set(offers(baskets("new", "a"), named(**NAMES))) == {"n"}
    assert set(offers(baskets("new", "b"), named(**NAMES))) == {"o"}
    assert offers(baskets("new", "z"), named(**NAMES)) == {}
    assert offers(baskets("new", "q"), named(**NAMES)) == {}
    both = offers(baskets("new", "b", "a"), named(**NAMES), replace(HOW, half_orders=1.0))
    assert both["n"] > both["o"] > 0


def test_the_same_words_are_fully_alike() -> None:
    found = offers(baskets("new", "a"), named(a="Red apple", n="apple  RED", o="red wine", b="wine"))
    assert found["n"] == pytest.approx(1.0)
    assert 0 < found["o"] < 1


def test_old_items_have_buyers_to_speak_for_them() -> None:
    alike = named(**dict.fromkeys(NAMES, "apple"))
    assert set(offers(baskets("new", "a"), alike)) == {"n", "o"}
    assert set(offers(baskets("new", "a"), alike, replace(HOW, new_days=37))) == {"n", "o", "z"}
    assert set(offers(baskets("new", "a"), alike, replace(HOW, new_days=54))) == set(NAMES)
    assert offers(baskets("new", "a"), alike, replace(HOW, new_days=0)) == {}


def test_groupings_are_words_of_their_own() -> None:
    """A brand called Apple is no apple, and "Red Apple" is one brand, not two words."""
    table = pl.DataFrame(
        {
            "item_id": ["a", "b", "n", "o"],
            "name": ["apple", None, None, None],
            "brand": [None, "Red  Apple", "Apple", "red apple"],
        }
    )
    items = schema.ITEMS.conform(table)
    assert offers(baskets("new", "a"), items) == {}
    assert offers(baskets("new", "b"), items) == pytest.approx({"o": 1.0})
    assert texts_of(items) == ["apple", "brand=red_apple", "brand=apple", "brand=red_apple"]
    assert texts_of(items.select("item_id")) == [""] * 4


def test_nothing_written_on_items(tmp_path: Path) -> None:
    for items in (schema.ITEMS.empty(), named(**dict.fromkeys(NAMES)), named(**dict.fromkeys(NAMES, " "))):
        assert offers(baskets("new", "a", "b"), items) == {}
        tiny = Tiny.of(ROWS, items)
        source = Content.fit(tiny.past, HOW)
        source.save(tmp_path)
        loaded = Content.load(tmp_path, HOW)
        assert loaded.generate(tiny.asked(), tiny.shelf).nnz == 0
        assert loaded.read(named(stranger="red apple")).nnz == 0


def test_items_nobody_numbered_can_be_read(tmp_path: Path) -> None:
    """An item of a request is compared by the words that are known."""
    source = Content.fit(Tiny.of(ROWS, named(**NAMES)).past, HOW)
    source.save(tmp_path)
    for each in (source, Content.load(tmp_path, HOW)):
        read = each.read(named(one="apple, RED", two="apple pie", three="gadget"))
        assert read.dtype == np.float32
        near = (read @ each.vectors.T).toarray()
        assert near[1].argmax() == list(NAMES).index("a") or near[1].argmax() == list(NAMES).index("n")
        assert near[1, list(NAMES).index("b")] == 0.0
        assert not near[2].any()
    same_matrix(Content.load(tmp_path, HOW).vectors, source.vectors)


def test_words_are_limited_and_stored_as_text(tmp_path: Path) -> None:
    source = Content.fit(Tiny.of(ROWS, named(**NAMES)).past, replace(HOW, most_words=2))
    source.save(tmp_path)
    assert json.loads((tmp_path / "words.json").read_text(encoding="utf-8")) == ["apple", "bread"]


def test_an_item_that_is_new_to_the_shop_is_not_new_for_being_bought_again() -> None:
    rows = [*baskets("A", "a", "n", "n", "n", last=2, gap=20), *baskets("B", "n", last=1)]
    tiny = Tiny.of(rows, named(a="apple", n="apple"))
    source = Content.fit(tiny.past, replace(HOW, new_days=41))
    assert tiny.said(source.generate(tiny.asked(baskets("new", "a")), tiny.shelf)) == {}
    source = Content.fit(tiny.past, replace(HOW, new_days=42))
    assert set(tiny.said(source.generate(tiny.asked(baskets("new", "a")), tiny.shelf))) == {"n"}
