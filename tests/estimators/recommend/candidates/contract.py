"""What holds for every source of candidates."""

import mmap
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest
import scipy.sparse as sp

from regulars import schema
from tests.estimators.recommend import shop
from tests.estimators.recommend.candidates.tiny import AS_OF, Row, Tiny, baskets, transactions

RARE: list[Row] = [("A", "1", "x", 9)]
SMALL = [
    pytest.param(RARE, id="one line"),
    pytest.param(baskets("A", "x", "x", "x"), id="one item"),
    pytest.param(baskets("A", "xy", "z"), id="one customer"),
    pytest.param([row for n in range(5) for row in baskets(f"C{n}", "xyz"[n % 3])], id="one order each"),
    pytest.param(baskets("A", "xy", "z", last=900) + baskets("B", "xy", last=900), id="long ago"),
]


def items() -> pl.DataFrame:
    """Items with a few words on them; one of them never sold."""
    words = ("red apple", "green apple", "brown bread", "white bread", "red wine")
    ids = [*(f"I{number:02}" for number in range(40)), "never-sold"]
    table = shop.items().join(pl.DataFrame({"item_id": ids}), on="item_id", how="right")
    named = pl.Series("name", [f"{words[n % 5]} {n % 7}" for n in range(len(ids))])
    return schema.ITEMS.conform(table.with_columns(named))


class SourceContract:
    """Give ``make`` and ``how``; the class is inherited by a test class a source."""

    make: Any
    how: Any
    per_customer: bool = True
    """Whether it says something about each customer; otherwise all get the same."""

    def fitted(self, tiny: Tiny) -> Any:
        return self.make.fit(tiny.past, self.how)

    @classmethod
    def answers(cls, source: Any, tiny: Tiny, rows: pl.DataFrame | None = None) -> list[npt.NDArray[Any]]:
        """What it says, densely, a matrix an answer."""
        if not cls.per_customer:
            return [source.items]
        found = source.generate(tiny.asked(rows), tiny.shelf)
        return [np.asarray(each.toarray()) for each in (found if isinstance(found, tuple) else (found,))]

    @pytest.fixture(scope="class")
    @classmethod
    def lines(cls) -> pl.DataFrame:
        return shop.transactions()

    @pytest.fixture(scope="class")
    @classmethod
    def tiny(cls, lines: pl.DataFrame) -> Tiny:
        return Tiny.of(lines, items())

    @pytest.fixture(scope="class")
    @classmethod
    def expected(cls, tiny: Tiny) -> list[npt.NDArray[Any]]:
        return cls.answers(cls.make.fit(tiny.past, cls.how), tiny)

    def test_shape(self, tiny: Tiny, expected: list[npt.NDArray[Any]]) -> None:
        for each in expected:
            assert each.any()
            if self.per_customer:
                assert each.dtype == np.float32
                assert each.shape == (60, tiny.shelf.n)
                assert np.isfinite(each).all()

    def test_order_of_rows_is_irrelevant(
        self, lines: pl.DataFrame, tiny: Tiny, expected: list[npt.NDArray[Any]]
    ) -> None:
        mixed = Tiny.of(lines.sample(fraction=1.0, shuffle=True, seed=3), items().reverse())
        assert mixed.on_shelf() == tiny.on_shelf()
        alike(self.answers(self.fitted(mixed), mixed), expected)

    def test_names_of_customers_are_irrelevant(self, lines: pl.DataFrame, expected: list[npt.NDArray[Any]]) -> None:
        number = 59 - pl.col("customer_id").str.slice(1).cast(pl.Int64)
        renamed = Tiny.of(
            lines.with_columns(customer_id=pl.format("D{}", number.cast(pl.String).str.zfill(3))), items()
        )
        found = self.answers(self.fitted(renamed), renamed)
        alike([each[::-1] for each in found] if self.per_customer else found, expected)

    def test_one_customer_gets_what_the_batch_says(
        self, lines: pl.DataFrame, tiny: Tiny, expected: list[npt.NDArray[Any]]
    ) -> None:
        source = self.fitted(tiny)
        for place in (0, 17, 59):
            alone = self.answers(source, tiny, lines.filter(customer_id=f"C{place:03}"))
            alike(alone, [each[[place]] for each in expected] if self.per_customer else expected)

    def test_later_rows_change_nothing(self, lines: pl.DataFrame, expected: list[npt.NDArray[Any]]) -> None:
        before = lines.filter(pl.col("purchased_at") < AS_OF)
        strangers = transactions(
            [(f"Z{n}", f"Z{n}", f"{item}", -n) for n in range(9) for item in ("new", "I01", "never-sold")]
        )
        for rows in (before, pl.concat([lines, lines.head(500), strangers])):
            tiny = Tiny.of(rows, items())
            alike(self.answers(self.fitted(tiny), tiny, before), expected)

    def test_saved_and_mapped(self, tiny: Tiny, expected: list[npt.NDArray[Any]], tmp_path: Path) -> None:
        source = self.fitted(tiny)
        source.save(tmp_path)
        assert {path.suffix for path in tmp_path.iterdir()} <= {".npy", ".json"}
        loaded = self.loaded(tmp_path)
        alike(self.answers(loaded, tiny), expected)
        for name, value in vars(source).items():
            if isinstance(value, sp.csr_array):
                same_matrix(getattr(loaded, name), value)

    def test_pickles_are_refused(self, tiny: Tiny, tmp_path: Path) -> None:
        self.fitted(tiny).save(tmp_path)
        kept = sorted(tmp_path.glob("*.npy"))
        assert kept
        for file in kept:
            content = file.read_bytes()
            np.save(file, np.array([{"a": 1}], dtype=object), allow_pickle=True)
            with pytest.raises(ValueError, match=r"allow_pickle|Python objects"):
                self.loaded(tmp_path)
            file.write_bytes(content)
        self.loaded(tmp_path)

    @pytest.mark.parametrize("rows", SMALL)
    def test_small_shops(self, rows: list[Row], tmp_path: Path) -> None:
        tiny = Tiny.of(rows)
        source = self.fitted(tiny)
        found = self.answers(source, tiny)
        assert all(np.isfinite(each).all() for each in found)
        source.save(tmp_path)
        alike(self.answers(self.loaded(tmp_path), tiny), found)

    def test_an_empty_shelf_and_no_customers(self) -> None:
        tiny = Tiny.of(baskets("A", "xy", "xz", last=100), fewest=2)
        assert tiny.shelf.n == 0
        found = self.answers(self.fitted(tiny), tiny)
        if self.per_customer:
            assert [each.shape for each in found] == [(1, 0)] * len(found)
        full = Tiny.of(baskets("A", "xy", "xz"))
        nobody = self.answers(self.fitted(full), full, transactions([]))
        if self.per_customer:
            assert [each.shape for each in nobody] == [(0, 3)] * len(nobody)

    def test_unheard_of_items_are_passed_over(
        self, lines: pl.DataFrame, tiny: Tiny, expected: list[npt.NDArray[Any]]
    ) -> None:
        """In the customer's own orders, items without a number add nothing; alone, they say nothing."""
        source = self.fitted(tiny)
        one = lines.filter(customer_id="C031")
        latest = one.filter(pl.col("purchased_at") < AS_OF)["order_id"].max()
        strange = one.filter(order_id=latest).head(2).with_columns(item_id=pl.Series(["unheard-of", "unseen"]))
        alike(
            self.answers(source, tiny, pl.concat([one, strange])),
            [each[[31]] for each in expected] if self.per_customer else expected,
        )
        if self.per_customer:
            assert not any(each.any() for each in self.answers(source, tiny, strange))

    def loaded(self, folder: Path) -> Any:
        return self.make.load(folder, self.how)


def alike(one: list[npt.NDArray[Any]], other: list[npt.NDArray[Any]]) -> None:
    """Equal bit by bit."""
    assert len(one) == len(other)
    for mine, theirs in zip(one, other, strict=True):
        assert (mine.dtype, mine.shape) == (theirs.dtype, theirs.shape)
        assert mine.tobytes() == theirs.tobytes()


def same_matrix(loaded: sp.csr_array, saved: sp.csr_array) -> None:
    """Equal bit by bit, and read from the file only where asked for."""
    assert loaded.shape == saved.shape
    for part in ("data", "indices", "indptr"):
        assert np.array_equal(getattr(loaded, part), getattr(saved, part))
        assert mapped(getattr(loaded, part))
    assert loaded.data.dtype == saved.data.dtype == np.float32


def mapped(values: Any) -> bool:
    """Whether an array's memory is a file's (or it has none)."""
    if not values.nbytes:
        return True
    while values is not None and not isinstance(values, mmap.mmap):
        values = getattr(values, "base", None)
    return values is not None
