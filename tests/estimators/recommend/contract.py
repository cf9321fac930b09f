"""What holds for every recommender."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from regulars import schema
from regulars.errors import ConfigError, DataError, LeakageError, NotFittedError
from regulars.estimators.recommend import SCHEMA, Recommender
from tests.estimators.recommend import shop

SOURCES = {"history", "similar_customers", "co_purchase", "content", "popular"}


@pytest.fixture(scope="module")
def lines() -> pl.DataFrame:
    return shop.transactions()


class RecommendContract:
    """Give ``make``; the class is inherited by a test class a recommender."""

    make: Callable[[], Recommender]
    follows: bool = True
    """Whether a new habit with an item that nobody knew shows at once."""
    needs_baskets: bool = False
    """Whether it refuses a shop that has too few baskets to learn from."""

    @pytest.fixture(scope="class")
    @classmethod
    def fitted(cls, lines: pl.DataFrame) -> Recommender:
        return cls.make().fit(lines, shop.items(), shop.AS_OF)

    @pytest.fixture(scope="class")
    @classmethod
    def answer(cls, fitted: Recommender, lines: pl.DataFrame) -> pl.DataFrame:
        return fitted.recommend(lines, shop.AS_OF, 10)

    def test_answer(self, answer: pl.DataFrame) -> None:
        assert answer.schema == SCHEMA
        assert answer["customer_id"].n_unique() == 60
        assert answer.null_count().sum_horizontal().item() == 0
        assert set(answer["source"]) <= SOURCES
        assert_frame_equal(answer, answer.sort("customer_id", "rank"))
        for _, mine in answer.group_by("customer_id"):
            assert mine["rank"].to_list() == list(range(1, 11))
            assert mine["item_id"].n_unique() == 10
            assert mine["score"].is_sorted(descending=True)

    def test_one_customer_gets_what_the_batch_says(
        self, fitted: Recommender, answer: pl.DataFrame, lines: pl.DataFrame
    ) -> None:
        for customer_id in ("C000", "C031", "C059"):
            mine = pl.col("customer_id") == customer_id
            alone = fitted.recommend(lines.filter(mine), shop.AS_OF, 10)
            assert_frame_equal(alone, answer.filter(mine), check_exact=True)

    def test_the_order_of_rows_is_irrelevant(self, answer: pl.DataFrame, lines: pl.DataFrame) -> None:
        mixed = lines.sample(fraction=1.0, shuffle=True, seed=1)
        again = self.make().fit(mixed, shop.items().reverse(), shop.AS_OF)
        assert_frame_equal(again.recommend(mixed, shop.AS_OF, 10), answer, check_exact=True)

    def test_names_of_customers_are_irrelevant(
        self, fitted: Recommender, answer: pl.DataFrame, lines: pl.DataFrame
    ) -> None:
        renamed = lines.with_columns(customer_id=_mirrored())
        got = fitted.recommend(renamed, shop.AS_OF, 10)
        expected = answer.with_columns(customer_id=_mirrored()).sort("customer_id", "rank")
        assert_frame_equal(got, expected, check_exact=True)

    def test_the_future_changes_nothing(self, answer: pl.DataFrame, lines: pl.DataFrame) -> None:
        past = lines.filter(pl.col("purchased_at") < shop.AS_OF)
        again = self.make().fit(past, shop.items(), shop.AS_OF)
        assert_frame_equal(again.recommend(past, shop.AS_OF, 10), answer, check_exact=True)

    def test_saved_and_loaded(
        self, fitted: Recommender, answer: pl.DataFrame, lines: pl.DataFrame, tmp_path: Path
    ) -> None:
        fitted.save(tmp_path)
        assert {path.suffix for path in tmp_path.iterdir()} <= {".json", ".parquet", ".npz", ".npy", ".txt"}
        loaded = type(fitted).load(tmp_path)
        assert loaded == fitted  # the parameters; what was learned shows in the answers
        assert_frame_equal(loaded.recommend(lines, shop.AS_OF, 10), answer, check_exact=True)
        assert_frame_equal(loaded.popular(3), fitted.popular(3))

    def test_inputs_are_unchanged(self, lines: pl.DataFrame) -> None:
        given, catalogue = lines.clone(), shop.items()
        self.make().fit(given, catalogue, shop.AS_OF).recommend(given, shop.AS_OF, 3)
        assert_frame_equal(given, lines)
        assert_frame_equal(catalogue, shop.items())

    def test_popular_items_for_strangers(self, fitted: Recommender) -> None:
        best = fitted.popular(3)
        assert best.columns == ["rank", "item_id", "score", "source", "reason"]
        assert best["rank"].to_list() == [1, 2, 3]
        assert best["score"].is_sorted(descending=True)
        assert set(best["source"]) == {"popular"}
        assert fitted.recommend(schema.TRANSACTIONS.empty(), shop.AS_OF, 3).is_empty()

    def test_buy_again_offers_nothing_new(self, fitted: Recommender, lines: pl.DataFrame) -> None:
        again = fitted.recommend(lines, shop.AS_OF, 10, wish="buy_again")
        past = lines.filter(pl.col("purchased_at") < shop.AS_OF)
        assert again.join(past, on=["customer_id", "item_id"], how="anti").is_empty()
        assert again.height > 0

    def test_later_days_know_later_purchases(self, fitted: Recommender, lines: pl.DataFrame) -> None:
        later = shop.AS_OF + dt.timedelta(days=20)
        stranger = shop.lines([("C000", f"N{n}", "unheard-of", dt.datetime(2024, 6, 2 + n)) for n in range(12)])
        offered = fitted.recommend(pl.concat([lines, stranger]), later, 10)
        mine = offered.filter(pl.col("customer_id") == "C000")
        assert mine.height == 10
        assert ("unheard-of" in mine["item_id"]) == self.follows

    def test_refusals(self, fitted: Recommender, lines: pl.DataFrame) -> None:
        with pytest.raises(NotFittedError, match="fit first"):
            self.make().recommend(lines, shop.AS_OF, 3)
        with pytest.raises(LeakageError, match="2024-06-01"):
            fitted.recommend(lines, shop.AS_OF - dt.timedelta(days=1), 3)
        with pytest.raises(ConfigError, match="at least one"):
            fitted.recommend(lines, shop.AS_OF, 0)
        with pytest.raises(ConfigError, match="did you mean 'buy_again'"):
            fitted.recommend(lines, shop.AS_OF, 3, wish="buyagain")
        with pytest.raises(DataError, match="nothing was bought before 2020-01-01"):
            self.make().fit(lines, shop.items(), dt.date(2020, 1, 1))

    @pytest.mark.parametrize(
        "rows",
        [
            pytest.param([("A", "1", "x", dt.datetime(2024, 5, 1))], id="one line"),
            pytest.param([("A", str(d), "x", dt.datetime(2024, 5, d)) for d in range(1, 20)], id="one item"),
            pytest.param(
                [(f"C{n}", f"O{n}", f"I{n % 3}", dt.datetime(2024, 5, 1 + n % 28)) for n in range(40)],
                id="one order each",
            ),
            pytest.param(
                [("A", "1", "x", dt.datetime(2020, 5, 1)), ("B", "2", "y", dt.datetime(2020, 5, 1))], id="long ago"
            ),
        ],
    )
    def test_small_shops(self, rows: list[tuple[str, str, str, dt.datetime]], tmp_path: Path) -> None:
        few = shop.lines(rows)
        if self.needs_baskets:
            with pytest.raises(DataError, match=r"next baskets .* too few .* use recommend_own_top"):
                self.make().fit(few, schema.ITEMS.empty(), shop.AS_OF)
            return
        fitted = self.make().fit(few, schema.ITEMS.empty(), shop.AS_OF)
        answer = fitted.recommend(few, shop.AS_OF, 5)
        n_items = few["item_id"].n_unique()
        assert answer.height == few["customer_id"].n_unique() * n_items
        assert set(answer["source"]) <= SOURCES
        fitted.save(tmp_path)
        assert_frame_equal(type(fitted).load(tmp_path).recommend(few, shop.AS_OF, 5), answer)


def _mirrored() -> pl.Expr:
    """C000 becomes C059 and so on: other names, and the opposite order."""
    number = pl.col("customer_id").str.slice(1).cast(pl.Int64)
    return pl.format("C{}", (59 - number).cast(pl.String).str.zfill(3))
