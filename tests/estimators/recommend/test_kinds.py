"""What each kind of list holds, and that no item breaks a filter."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from regulars import schema
from regulars.errors import ConfigError
from regulars.estimators.recommend import KINDS, SCHEMA, LightGBMRanker, OwnTop, Recommender, Wish
from tests.estimators.recommend import goods, shop
from tests.estimators.recommend.goods import AS_OF, GOODS, MAKES

Make = Callable[[], Recommender]
IDS = [f"I{number:02}" for number in range(40)]
each_recommender = pytest.mark.parametrize("make", MAKES, ids=["own_top", "ranker"])


def wish_of(kind: str, **filters: Any) -> Wish:
    """A wish with what its kind needs."""
    needs = {"cross_sell": {"basket": ("I00", "I01")}, "similar": {"item": "I00"}}
    return Wish(kind, **{**needs.get(kind, {}), **filters})


def is_list(rows: pl.DataFrame, k: int) -> None:
    """Every customer has up to k different items, ranked from 1 by a score that does not rise, each with a reason."""
    assert rows.schema == SCHEMA
    assert rows.null_count().sum_horizontal().item() == 0
    for _, mine in rows.group_by("customer_id"):
        assert mine["rank"].to_list() == list(range(1, mine.height + 1))
        assert mine.height <= k
        assert mine["item_id"].n_unique() == mine.height
        assert mine["score"].is_sorted(descending=True)
        assert (mine["reason"].str.len_chars() > 3).all()


@st.composite
def wishes(draw: st.DrawFn) -> Wish:
    """Any wish that can be met."""
    kind = draw(st.sampled_from(KINDS))
    ids = st.lists(st.sampled_from([*IDS, "N1", "unheard-of"]), max_size=30).map(tuple)
    low = draw(st.none() | st.integers(100, 500))
    return wish_of(
        kind,
        categories=draw(st.lists(st.sampled_from([*GOODS, "FOOD"]), max_size=2).map(tuple)),
        exclude=draw(ids),
        in_stock=draw(st.none() | ids),
        min_price=low,
        max_price=draw(st.none() | st.integers(low or 100, 500)),
        new_only=kind != "buy_again" and draw(st.booleans()),
        diversity=draw(st.sampled_from([0.0, 0.3, 1.0])),
    )


@each_recommender
@settings(max_examples=40, deadline=None)
@given(wish=wishes(), k=st.integers(1, 45))
def test_no_item_breaks_a_filter_and_lists_are_filled(make: Make, wish: Wish, k: int) -> None:
    asked, owned = goods.some(3), goods.owned()
    rows = goods.fitted(make).recommend(asked, AS_OF, k, wish)
    is_list(rows, k)
    may = allowed(wish)
    assert set(rows["item_id"]) <= may
    for (customer,), mine in asked.group_by("customer_id"):
        listed = set(rows.filter(pl.col("customer_id") == customer)["item_id"])
        if wish.only_new:
            assert not listed & owned[str(customer)]
        if wish.kind == "buy_again":
            assert listed <= owned[str(customer)]
        elif wish.kind != "similar":
            sold = may - ({f"N{n}" for n in range(4)} if wish.in_stock is None else set())
            left = sold - (owned[str(customer)] if wish.only_new else set())
            assert len(listed) == min(k, len(left)), mine.height


def allowed(wish: Wish) -> set[str]:
    """The items that meet the filters."""
    about = goods.items().with_columns(price=100 + 10 * pl.col("item_id").str.slice(1).cast(pl.Int64))
    about = about.filter(~pl.col("item_id").is_in([*wish.exclude, *wish.basket, *([wish.item] if wish.item else [])]))
    if wish.in_stock is not None:
        about = about.filter(pl.col("item_id").is_in(wish.in_stock))
    if wish.categories:
        names = [name.lower() for name in wish.categories]
        about = about.filter(pl.any_horizontal(pl.col("category", "department").str.to_lowercase().is_in(names)))
    if wish.min_price is not None or wish.max_price is not None:
        sold = about.filter(pl.col("item_id").str.starts_with("I"))
        about = sold.filter(pl.col("price").is_between(wish.min_price or 0, wish.max_price or 10**6))
    return set(about["item_id"])


@each_recommender
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("diversity", [0.0, 0.4])
def test_one_customer_gets_what_the_batch_says(make: Make, kind: str, diversity: float) -> None:
    new = schema.ITEMS.conform(
        pl.DataFrame({"item_id": ["brand-new"], "name": ["coffee fresh"], "category": ["Coffee"]})
    )
    wish = wish_of(kind, exclude=("I05",), diversity=diversity)
    every = goods.fitted(make).recommend(goods.transactions(), AS_OF, 7, wish, items=new)
    for customer in ("C000", "C037"):
        mine = pl.col("customer_id") == customer
        alone = goods.fitted(make).recommend(goods.transactions().filter(mine), AS_OF, 7, wish, items=new)
        assert_frame_equal(alone, every.filter(mine), check_exact=True)


@each_recommender
@pytest.mark.parametrize("kind", KINDS)
def test_saved_and_loaded_it_answers_the_same(make: Make, kind: str, tmp_path: Any) -> None:
    fitted = goods.fitted(make)
    fitted.save(tmp_path)
    loaded, wish = type(fitted).load(tmp_path), wish_of(kind, categories=("food",), diversity=0.2)
    assert_frame_equal(
        loaded.recommend(goods.some(), AS_OF, 6, wish), fitted.recommend(goods.some(), AS_OF, 6, wish), check_exact=True
    )
    where = {"store_id": "north"}
    assert_frame_equal(loaded.anonymous(6, wish, **where), fitted.anonymous(6, wish, **where), check_exact=True)


@each_recommender
def test_without_diversity_the_list_is_the_plain_one(make: Make) -> None:
    fitted = goods.fitted(make)
    plain = fitted.recommend(goods.some(), AS_OF, 10)
    assert_frame_equal(fitted.recommend(goods.some(), AS_OF, 10, Wish(diversity=0.0)), plain, check_exact=True)
    # Hardly any only decides between equals.
    little = fitted.recommend(goods.some(), AS_OF, 10, Wish(diversity=1e-9)).drop("score")
    scores = fitted.recommend(goods.some(), AS_OF, 40).select("customer_id", "item_id", "score")
    assert (
        little.join(scores, on=["customer_id", "item_id"]).sort("customer_id", "rank")["score"] == plain["score"]
    ).all()


@each_recommender
def test_diversity_mixes_the_goods(make: Make) -> None:
    category = dict(goods.items().select("item_id", "category").iter_rows())

    def n_goods(diversity: float) -> float:
        rows = goods.fitted(make).recommend(goods.transactions(), AS_OF, 4, Wish(diversity=diversity))
        named = rows.with_columns(pl.col("item_id").replace(category))
        return float(named.group_by("customer_id").agg(pl.col("item_id").n_unique())["item_id"].mean())  # type: ignore[arg-type]

    assert n_goods(0.0) < n_goods(0.5) <= n_goods(0.9)


def test_buy_again_offers_what_is_due_and_consumed() -> None:
    """Everybody buys milk every ten days, a pot twice and a pan once."""
    rows = [(f"C{n}", f"C{n}-{ago}", "milk", goods.day(ago)) for n in range(30) for ago in (42, 32, 22, 12)]
    rows += [(f"C{n}", f"C{n}-42", "pan", goods.day(42)) for n in range(30)]
    rows += [(f"C{n}", f"C{n}-42", "pot", goods.day(42 - back)) for n in range(30) for back in (0, 20)]
    rows += [("C0", "C0-2", "milk", goods.day(2))]
    log = shop.lines(rows)
    about = schema.ITEMS.conform(
        pl.DataFrame(
            {"item_id": ["pot", "pan", "milk"], "life_days": [1000.0, None, None], "category": ["a", "b", "c"]}
        )
    )
    listed = OwnTop().fit(log, about, AS_OF).recommend(log, AS_OF, 5, "buy_again")
    mine = dict(listed.group_by("customer_id").agg("item_id").iter_rows())
    assert mine["C7"] == ["milk"]  # the pot is bought again, but lasts; the pan is not bought again
    assert "C0" not in mine  # nothing is due: two days after milk
    reason = listed.filter(pl.col("customer_id") == "C7")["reason"].item()
    assert reason == "bought in 4 orders, about every 10 days; the last time 12 days ago"


def test_cross_sell_is_what_shares_the_basket() -> None:
    """Pasta goes with sauce, whoever buys it; rice is bought by the same customers on other days."""
    rows = []
    for n in range(20):
        rows += [(f"C{n}", f"C{n}a", item, goods.day(5)) for item in ("pasta", "sauce")]
        rows += [(f"C{n}", f"C{n}b", item, goods.day(9)) for item in ("rice", "beans")]
        rows += [(f"C{n}", f"C{n}c", "rice", goods.day(12))]
    log = shop.lines(rows)
    about = schema.ITEMS.conform(pl.DataFrame({"item_id": ["pasta"], "name": ["Penne"]}))
    fitted = OwnTop().fit(log, about, AS_OF)
    for rows_ in (
        fitted.anonymous(3, Wish("cross_sell", basket=("pasta",))),
        fitted.recommend(log, AS_OF, 3, Wish("cross_sell", basket=("pasta",))),
    ):
        first = rows_.filter(pl.col("rank") == 1)
        assert set(first["item_id"]) == {"sauce"}
        assert set(first["source"]) == {"co_purchase"}
        assert set(first["reason"]) == {"goes with Penne"}
        assert "pasta" not in set(rows_["item_id"])
    strange = fitted.anonymous(3, Wish("cross_sell", basket=("unheard-of",)))
    assert set(strange["source"]) == {"popular"}


@each_recommender
def test_similar_is_like_the_item_and_needs_nobody(make: Make) -> None:
    fitted = goods.fitted(make)
    alike = fitted.anonymous(5, Wish("similar", item="I00"))
    assert (alike["item_id"].str.slice(1).cast(pl.Int64) % 4 == 0).all()  # all coffee, as I00
    assert set(alike["reason"]) == {"like coffee number 0"}
    everybody = fitted.recommend(goods.some(), AS_OF, 5, Wish("similar", item="I00"))
    for _, mine in everybody.group_by("customer_id"):
        assert mine["item_id"].to_list() == alike["item_id"].to_list()


@each_recommender
def test_a_new_item_is_the_subject_of_similar_by_its_words(make: Make) -> None:
    about = schema.ITEMS.conform(pl.DataFrame({"item_id": ["fresh"], "name": ["tea of spring"], "category": ["Tea"]}))
    fitted = goods.fitted(make)
    alike = fitted.anonymous(5, Wish("similar", item="fresh"), items=about)
    assert (alike["item_id"].str.slice(1).cast(pl.Int64) % 4 == 1).all()
    assert set(alike["reason"]) == {"like tea of spring"}
    assert set(fitted.anonymous(5, Wish("similar", item="fresh"))["source"]) == {"popular"}  # nobody describes it


def test_a_new_item_reaches_who_buys_the_like() -> None:
    about = schema.ITEMS.conform(
        pl.DataFrame({"item_id": ["fresh", "odd"], "name": ["tea of spring", "xyz"], "category": ["Tea", None]})
    )
    wish = Wish(in_stock=("fresh", "odd"))
    rows = goods.fitted(goods.ranker).recommend(goods.transactions(), AS_OF, 5, wish, items=about)
    tea = {c for c, ids in goods.owned().items() if any(int(each[1:]) % 4 == 1 for each in ids)}
    offered = rows.filter(pl.col("item_id") == "fresh")
    assert set(offered["customer_id"]) == tea
    assert set(offered["source"]) == {"content"}
    assert offered["reason"].str.starts_with("like tea number").all()
    assert set(rows.filter(pl.col("item_id") == "odd")["reason"]) == {"in the range of this shop"}


def test_popular_in_a_store_and_in_a_season() -> None:
    """The north buys tea, the south oil; everybody bought cake in the same weeks of last year."""
    rows = [(f"N{n}", f"N{n}", "tea", goods.day(3)) for n in range(60)] + [
        (f"S{n}", f"S{n}", "oil", goods.day(3)) for n in range(80)
    ]
    store = pl.when(pl.col("customer_id").str.starts_with("N")).then(pl.lit("north")).otherwise(pl.lit("south"))
    now = shop.lines(rows).with_columns(store_id=store)
    young = OwnTop().fit(now, schema.ITEMS.empty(), AS_OF)
    assert young.popular(1)["item_id"].item() == "oil"
    assert young.popular(1, "north")["item_id"].item() == "tea"
    assert young.popular(2, "nowhere")["item_id"].to_list() == young.popular(2)["item_id"].to_list() == ["oil", "tea"]
    assert young.popular(1, "north")["reason"].item() == "many customers of store north buy it now: 86%"
    last = [
        (f"S{n}", f"S{n}-{back}", item, goods.day(back))
        for n in range(80)
        for back, item in ((366, "oil"), (360, "cake"))
    ]
    old = OwnTop().fit(
        pl.concat([now, shop.lines(last).with_columns(store_id=pl.lit("south"))]), schema.ITEMS.empty(), AS_OF
    )
    season = old.popular(3)
    assert season.select("item_id", "score").rows() == [("cake", 0.5), ("oil", 80 / 140 / 2), ("tea", 60 / 140 / 2)]
    assert season["reason"][0] == "100% of the customers bought it in these weeks of last year"


def test_habits_in_words_are_counted_by_hand() -> None:
    days = {"x": (4, 13, 22), "y": (22,), "z": (4, 4)}
    rows = [("A", f"A{ago}{i}", item, goods.day(ago)) for item, when in days.items() for i, ago in enumerate(when)]
    log = shop.lines(rows)
    told = OwnTop().fit(log, schema.ITEMS.empty(), AS_OF).recommend(log, AS_OF, 5)
    assert dict(told.select("item_id", "reason").iter_rows()) == {
        "x": "bought in 3 of their last 5 orders, about every 9 days",
        "y": "bought once, 22 days ago",
        "z": "bought in 2 of their last 5 orders",
    }


@each_recommender
def test_words_are_true_of_the_numbers(make: Make) -> None:
    rows = goods.fitted(make).recommend(goods.transactions(), AS_OF, 12)
    names = dict(goods.items().select("name", "item_id").iter_rows())
    owned = goods.owned()
    orders = goods.known().group_by("customer_id", "order_id").agg(pl.col("purchased_at").min(), pl.col("item_id"))
    for customer, item, source, reason in rows.select("customer_id", "item_id", "source", "reason").iter_rows():
        assert (item in owned[customer]) == (source == "history" or "bought in" in reason or "bought once" in reason)
        if reason.startswith(("goes with", "like")):
            assert names[reason.removeprefix("goes with ").removeprefix("like ")] in owned[customer]
        if "of their last" in reason:
            n, of = int(reason.split()[2]), int(reason.split()[6])
            latest = orders.filter(pl.col("customer_id") == customer).sort("purchased_at").tail(of)
            assert latest["item_id"].list.contains(item).sum() == n


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"kind": "nextbasket"}, "did you mean 'next_basket'"),
        ({"kind": "cross_sell"}, "needs the basket in hand"),
        ({"kind": "similar"}, "needs the item"),
        ({"item": "I00"}, "not next_basket"),
        ({"kind": "buy_again", "new_only": True}, "own items only"),
        ({"diversity": 1.1}, "between 0 and 1"),
        ({"diversity": float("nan")}, "between 0 and 1"),
        ({"max_price": -1}, "not -1"),
        ({"min_price": 3, "max_price": 2}, "no price"),
        ({"exclude": "I00"}, "give a list"),
    ],
)
def test_wishes_that_nobody_can_meet(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Wish(**fields)


@each_recommender
def test_a_category_that_is_none(make: Make) -> None:
    with pytest.raises(ConfigError, match=r"is called 'cofee' \(did you mean 'coffee'"):
        goods.fitted(make).recommend(goods.some(), AS_OF, 5, Wish(categories=("cofee",)))


@each_recommender
@pytest.mark.parametrize("kind", KINDS)
def test_names_that_nobody_knows_are_no_error(make: Make, kind: str) -> None:
    fitted, odd = goods.fitted(make), ("never", "heard", "of")
    wish = wish_of(kind, exclude=odd, **{"basket": odd} if kind == "cross_sell" else {})
    rows = fitted.recommend(goods.some(2), AS_OF, 5, wish)
    is_list(rows, 5)
    assert fitted.recommend(goods.some(2), AS_OF, 5, wish_of(kind, in_stock=odd)).is_empty()
    nobody = fitted.anonymous(5, wish)
    assert nobody.columns == SCHEMA.names()[1:]
    assert nobody.is_empty() == (kind == "buy_again")


@pytest.mark.parametrize("kind", KINDS)
def test_a_shop_of_one_line(kind: str) -> None:
    log = shop.lines([("A", "1", "x", dt.datetime(2024, 5, 1))])
    fitted = OwnTop().fit(log, schema.ITEMS.empty(), AS_OF)
    needs = {"cross_sell": {"basket": ("y",)}, "similar": {"item": "y"}}.get(kind, {})
    listed = fitted.recommend(log, AS_OF, 5, Wish(kind, **needs, diversity=0.5))
    assert listed["item_id"].to_list() == ([] if kind in ("new_only",) else ["x"]) or kind == "buy_again"


def test_a_varied_list_by_hand() -> None:
    """Relevance 1, .8, .5; the second is the first again, the third is something else."""
    import scipy.sparse as sp

    from regulars.estimators.recommend.diversity import varied
    from regulars.estimators.recommend.lists import Scored

    ranked = Scored.of(np.zeros(3, np.int64), np.array([7, 8, 9]), np.array([3.0, 2.6, 1.0]), 0)
    vectors = sp.csr_array(np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]], np.float32))
    found = varied(ranked, 3, 0.5, vectors)
    assert found.item.tolist() == [7, 9, 8]
    assert found.score.tolist() == pytest.approx([0.5, 0.0, 0.5 * 0.8 - 0.5])


def test_a_ranker_takes_a_whole_wish() -> None:
    found = goods.fitted(goods.ranker)
    assert isinstance(found, LightGBMRanker)
    assert found.recommend(goods.some(1), AS_OF, 3, "new_only").height == 3
