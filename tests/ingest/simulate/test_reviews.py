import polars as pl

from regulars.ingest.simulate.phrases import ASPECTS, OPENERS
from tests.ingest.simulate.conftest import Shop


def _said(text: str, sign: int) -> int:
    return sum(phrase in text for kinds in ASPECTS.values() for phrase in kinds[sign])


def test_texts_fit_their_stars(shop: Shop) -> None:
    frame = shop.csv("reviews.csv")
    assert frame["rating"].n_unique() == 5
    for stars, text in frame.select("rating", "text").iter_rows():
        praise, blame = _said(text, 0), _said(text, 1)
        starts = [opener.split("{")[0] for opener in OPENERS[int(stars)]]
        assert any(text.startswith(start) for start in starts)
        assert praise + blame > 0
        assert "{" not in text
        if stars == "5":
            assert blame == 0
        if stars == "1":
            assert praise == 0


def test_truth_tells_the_aspects_of_each_text(shop: Shop) -> None:
    both = shop.csv("reviews.csv").join(shop.truth("reviews"), on="review_id", validate="1:1")
    assert both.height == shop.csv("reviews.csv").height > 300
    names = ("goods", "delivery", "price")
    for row in both.iter_rows(named=True):
        assert _said(row["text"], 0) == sum(row[name] == 1 for name in names)
        assert _said(row["text"], 1) == sum(row[name] == -1 for name in names)


def test_stars_follow_liking_and_the_goods_follow_the_stars(shop: Shop) -> None:
    both = (
        shop.csv("reviews.csv")
        .join(shop.truth("reviews"), on="review_id")
        .with_columns(pl.col("rating").cast(pl.Int64))
    )
    liking = both.group_by("rating").agg(pl.col("liking").mean()).sort("rating")["liking"]
    assert liking.is_sorted()
    goods = both.drop_nulls("goods")
    assert (goods.filter(pl.col("rating") > 3)["goods"] == 1).all()
    assert (goods.filter(pl.col("rating") < 3)["goods"] == -1).all()
    assert 3.2 < sum(both["rating"]) / both.height < 4.6


def test_reviewers_bought_what_they_review_before(shop: Shop) -> None:
    reviews = shop.csv("reviews.csv").with_columns(pl.col("at").str.to_datetime("%Y-%m-%d %H:%M:%S"))
    truth = shop.truth("reviews").select("review_id", "person_id", "order_id")
    lines = (
        shop.truth("lines").filter(pl.col("kind") == "sale").select("person_id", "order_id", "item_id", "purchased_at")
    )
    both = reviews.join(truth, on="review_id").join(lines, on=["person_id", "order_id", "item_id"])
    assert both.height == reviews.height
    waited = (both["at"] - both["purchased_at"]).dt.total_days()
    assert waited.is_between(2, 21).all()
