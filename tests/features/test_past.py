"""The verbs of a cut, where the built-in features do not reach: what is not kept, and numbers of any size."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from regulars import features
from regulars.errors import ConfigError, DataError
from regulars.features import Columns, Past, Side
from regulars.features.past import Cut
from regulars.windows import Snapshot
from tests.features.log import ANNA, AS_OF, EVENTS, SIDE, STORES, log

VERBS = {
    "count": (),
    "total": ("n",),
    "mean": ("n",),
    "mean_of": ("n", "n"),
    "first": ("n",),
    "last": ("n",),
    "highest": ("n",),
    "median": ("n",),
    "std": ("n",),
    "age": (),
    "age_first": (),
}


def asked(column: str, verb: str, what: tuple[str, ...], lines: pl.DataFrame = ANNA, side: Side = SIDE) -> list[float]:
    """Return what a verb answers, a value a customer."""

    def family(past: Past) -> Columns:
        cut: Cut = getattr(past, column)
        return {"found": getattr(cut, verb)(*what)}

    return features.table(lines, side, [Snapshot(AS_OF)], [family])["found"].to_list()


@pytest.mark.parametrize("cut", ["web", "looks", "mails"])
@pytest.mark.parametrize("verb", VERBS)
def test_what_a_shop_does_not_keep_is_not_known(cut: str, verb: str) -> None:
    assert asked(cut, verb, VERBS[verb], side=Side(SIDE.items)) == [None]


def test_all_verbs_are_tried() -> None:
    public = {name for name in vars(Cut) if not name.startswith("_")}
    assert public == {*VERBS, "latest"}


def test_the_latest_of_what_is_not_kept() -> None:
    def family(past: Past) -> Columns:
        newest, older = past.looks.latest("n", 2)
        return {"newest": newest, "older": older}

    assert features.table(ANNA, Side(), [Snapshot(AS_OF)], [family]).row(0)[2:] == (None, None)


@pytest.mark.parametrize("size", [1, 2**31, 2**40])
def test_no_amount_reaches_another_customer(size: int) -> None:
    days = ("2024-01-01", "2024-01-05", "2024-01-09")
    lines = log(
        *(("ann", f"a{n}", "tea", day, 1.0, n * size, 0, None) for n, day in zip((5, 1, 7), days, strict=True)),
        *(("ben", f"b{n}", "tea", day, 1.0, n, 0, None) for n, day in zip((-100, -300, -200), days, strict=True)),
    )
    assert asked("days", "median", ("amount",), lines) == [5 * size, -200]
    assert asked("days", "highest", ("amount",), lines) == [7 * size, -100]


def test_tables_of_other_types_mean_the_same_or_are_refused() -> None:
    coarse = Side(SIDE.items, STORES, EVENTS.with_columns(pl.col("at").cast(pl.Datetime("ms"))), SIDE.events_since)
    bare = features.table(ANNA, SIDE, [Snapshot(AS_OF)])
    assert features.table(ANNA, coarse, [Snapshot(AS_OF)]).equals(bare)
    with pytest.raises(DataError, match="events: no column 'kind'"):
        Side(events=EVENTS.drop("kind"))
    with pytest.raises(DataError, match="stores: no column 'store_id'"):
        Side(stores=STORES.drop("store_id"))
    nameless = Side(items=pl.DataFrame({"item_id": ["bread", "tea"]}))
    assert features.table(ANNA, nameless, [Snapshot(AS_OF)])["n_categories"].to_list() == [1]


@pytest.mark.parametrize("lazy", [False, True])
def test_transactions_that_are_none_are_refused(*, lazy: bool) -> None:
    broken = {
        "no column 'purchased_at'": ANNA.drop("purchased_at"),
        "amount": ANNA.with_columns(amount=pl.lit(None, pl.Int64)),
        "customer_id": ANNA.with_columns(customer_id=pl.lit(None, pl.String)),
        "quantity": ANNA.with_columns(quantity=pl.lit(float("nan"))),
        "purchased_at": ANNA.with_columns(purchased_at=pl.lit("soon")),
    }
    for what, lines in broken.items():
        with pytest.raises(DataError, match=what):
            features.table(lines.lazy() if lazy else lines, SIDE, [Snapshot(AS_OF)])


@pytest.mark.parametrize("column", [np.zeros(3), np.array(1.0), np.array(["a"])])
def test_a_feature_is_a_number_a_row(column: np.ndarray) -> None:
    def family(past: Past) -> Columns:
        return {"odd": column}

    with pytest.raises(ConfigError, match="'odd' of family must be 1 numbers"):
        features.table(ANNA, SIDE, [Snapshot(AS_OF)], [family])


def test_whole_numbers_become_floats() -> None:
    def family(past: Past) -> Columns:
        return {"weekday": past.as_of % 7}  # type: ignore[dict-item]

    assert features.table(ANNA, SIDE, [Snapshot(AS_OF)], [family]).schema["weekday"] == pl.Float64


def test_an_order_with_a_line_of_an_unknown_store_keeps_its_store() -> None:
    lines = log(
        ("ann", "a", "tea", "2024-01-01T09:00", 1.0, 100, 0, None),
        ("ann", "a", "bread", "2024-01-01T09:00", 1.0, 100, 0, "s2"),
    )
    row = features.table(lines, SIDE, [Snapshot(dt.date(2024, 1, 2))]).row(0, named=True)
    assert (row["web_share"], row["n_stores"]) == (1, 1)
