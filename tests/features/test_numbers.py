"""Numbers, ids and logs that break engines."""

import datetime as dt
import statistics

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from polars.testing import assert_frame_equal

from regulars import features, scale, schema
from regulars.errors import DataError
from regulars.features import Side, variety
from regulars.ledger import Ledger
from regulars.windows import Snapshot
from tests.features.log import ANNA, AS_OF, SIDE, STORES, ago, days, log, logs, row, sides, table

FULL_CIRCLE = 400 * 365 + 97
"""Days after which the calendar repeats, weekdays and leap years alike."""
TRILLION = 10**12


def one(n: int, **columns: pl.Expr | pl.Series) -> pl.DataFrame:
    """Return ``n`` lines of one customer, over 100 each, in one order on the tenth day before AS_OF."""
    lines = pl.concat([ago(10)] * n) if n < 100 else pl.DataFrame({"n": range(n)}).join(ago(10), how="cross").drop("n")
    return lines.with_columns(**columns)


def over(amount: int, lines: pl.DataFrame) -> pl.DataFrame:
    """Return the lines over another amount each."""
    return lines.with_columns(amount=pl.lit(amount, pl.Int64))


def test_trillions() -> None:
    amounts = [TRILLION - 1, 1, -TRILLION, 3 * TRILLION + 7]
    lines = pl.concat([over(amount, ago(9 - n)) for n, amount in enumerate(amounts)])
    found = row(lines)
    assert found["spend"] == sum(amounts) / 4
    assert found["spend_last"] == 3 * TRILLION + 7
    assert found["spend_std"] == pytest.approx(statistics.stdev(amounts), rel=1e-14)
    assert found["line_value"] == found["basket_value"] == found["spend"]
    assert (found["spend_30"], found["spend_365"]) == (sum(amounts), sum(amounts))


def test_a_cent_beside_a_trillion() -> None:
    """Sums are of integers: what comes and goes again leaves no trace."""
    cents = [100, 101, 99]
    lines = pl.concat([over(cent, ago(9 - n)) for n, cent in enumerate(cents)])
    rich = log(*(("abe", f"r{n}", "tea", "2024-02-01T09:00", 1.0, 1234 * TRILLION + n, 0, "s1") for n in range(99)))
    assert_frame_equal(table(pl.concat([rich, lines]), AS_OF).filter(customer_id="anna"), table(lines, AS_OF))
    both = table(pl.concat([lines, over(TRILLION, ago(300))]), AS_OF)
    assert both["spend_30"].item() == 300


def test_sums_over_all_customers_may_overflow() -> None:
    """Running sums go round; what lies between two of them is right all the same."""
    amount = 2**62 - 1
    lines = pl.concat(
        [ago(5).with_columns(customer_id=pl.lit(f"c{number}"), amount=pl.lit(amount)) for number in range(9)]
    )
    assert table(lines, AS_OF)["spend"].to_list() == [float(amount)] * 9


def test_refunds_outweigh_what_was_paid() -> None:
    found = row(pl.concat([one(1, amount=pl.lit(-500, pl.Int64), discount=pl.lit(20, pl.Int64)), over(1, ago(9))]))
    assert (found["spend"], found["spend_last"]) == (-499 / 2, 1)
    assert found["discount_share"] is None
    assert found["refund_share"] is None
    assert row(one(1, amount=pl.lit(-5, pl.Int64), discount=pl.lit(20, pl.Int64)))["discount_share"] == 1
    assert row(over(0, ago(1)))["discount_share"] is None


def test_a_gram_is_a_purchase() -> None:
    assert row(ago(1, quantity=0.001)) == row(ago(1))
    back = row(pl.concat([ago(2), ago(1, quantity=-0.001)]))
    assert (back["n_orders"], back["return_share"], back["return_recency"]) == (1, 1, 1)


def test_ten_thousand_lines_in_one_order() -> None:
    items = pl.Series([f"i{number % 2500}" for number in range(10_000)])
    found = row(one(10_000, item_id=items))
    assert (found["n_orders"], found["frequency"], found["basket_items"]) == (1, 0, 2500)
    assert (found["line_value"], found["basket_value"]) == (100, 1_000_000)
    assert found["top_item_share"] == 4 / 10_000
    assert found["category_focus"] == 1
    assert row(one(10_000))["top_item_share"] == 1


def test_three_thousand_purchase_days() -> None:
    gaps = [1 + number % 5 for number in range(2999)]
    at = np.cumsum([0, *gaps])
    last = int(at[-1]) + 3
    amounts = [100 + number % 7 for number in range(3000)]
    when = pl.lit(dt.datetime(2024, 2, 10, 9)) - pl.duration(days=pl.Series(last - at))
    lines = one(3000, amount=pl.Series(amounts), purchased_at=when)
    found = row(lines)
    assert (found["frequency"], found["recency"], found["tenure"]) == (2999, 3, last)
    assert (found["gap_median"], found["gap_max"]) == (statistics.median(gaps), 5)
    assert found["gap_std"] == pytest.approx(statistics.stdev(gaps), rel=1e-14)
    assert found["spend_std"] == pytest.approx(statistics.stdev(amounts), rel=1e-14)
    assert found["days_365"] == sum(last - day <= 365 for day in at)


def shifted(frame: pl.DataFrame, when: str, by: int) -> pl.DataFrame:
    return frame.with_columns(pl.col(when) + pl.duration(days=by))


@given(logs, days, sides)
@settings(max_examples=30)
def test_before_1970_is_a_time_like_any_other(lines: pl.DataFrame, as_of: dt.date, side: Side) -> None:
    """Around 1970 but for the season, and four hundred years earlier to the last bit."""
    now = table(lines, as_of, side=side)
    for by in (-FULL_CIRCLE, -7 * 2842):  # the latter puts the first day of any log on 13 July 1969
        events = None if side.events is None else shifted(side.events, "at", by)
        items = None if side.items is None else shifted(side.items, "known_since", by)
        then = table(
            shifted(lines, "purchased_at", by), as_of + dt.timedelta(days=by), side=Side(items, side.stores, events)
        )
        apart = () if by == -FULL_CIRCLE else features.YEAR
        assert_frame_equal(then.drop("as_of", *apart), now.drop("as_of", *apart), check_exact=True)


ODD = [
    "",
    " ",
    "0",
    "00",
    "10",
    "9",
    "Z",
    "a",
    "ä",
    "a\u0308",
    "\U0001f9fa",
    "\u200b",
    "\x00",
    "ﬀ",
    "x" * 5000,
    "NaN",
    "null",
]


def test_ids_that_sort_oddly() -> None:
    lines = pl.concat(
        [ANNA.with_columns(customer_id=pl.lit(name), order_id=pl.col("order_id") + name) for name in ODD[::-1]]
    )
    told = table(lines, AS_OF, side=Side(SIDE.items, STORES))
    assert told["customer_id"].to_list() == sorted(ODD)
    alone = table(ANNA, AS_OF, side=Side(SIDE.items, STORES)).drop("customer_id")
    assert_frame_equal(told.drop("customer_id"), pl.concat([alone] * len(ODD)), check_exact=True)
    events = (
        pl.concat([SIDE.events.with_columns(customer_id=pl.lit(name)) for name in ODD])
        if SIDE.events is not None
        else None
    )
    looks = table(lines, AS_OF, side=Side(SIDE.items, STORES, events))
    assert looks["look_recency"].to_list() == [2] * len(ODD)


def test_odd_names_of_items_and_stores() -> None:
    stores = pl.Series([*ODD, None])
    lines = one(len(ODD) + 1, item_id=pl.Series([*ODD, "é"]), store_id=stores, order_id=pl.Series([*ODD, "é"]))
    found = row(
        lines, side=Side(None, schema.STORES.conform(pl.DataFrame({"store_id": ODD, "kind": ["web"] * len(ODD)})))
    )
    assert (found["n_items"], found["n_orders"], found["n_stores"]) == (18, 18, 18)
    assert found["web_share"] == 17 / 18


def test_hundreds_of_thousands_of_items() -> None:
    n = 300_000
    found = row(one(n, item_id=pl.Series(range(n), dtype=pl.Int64).cast(pl.String)))
    assert (found["n_items"], found["basket_items"]) == (n, n)
    assert found["top_item_share"] == 1 / n
    assert found["category_focus"] == 1


def test_more_than_fits_into_an_integer_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = pl.concat([ago(days, item) for days in range(1, 5) for item in ("tea", "bread", "rope")])
    monkeypatch.setattr(variety, "_BITS", 5)  # of the customer none, of the items two, of the days three
    assert row(lines)["n_items"] == 3
    monkeypatch.setattr(variety, "_BITS", 4)
    with pytest.raises(DataError, match=r"go bucket by bucket, with regulars\.scale\.feature_table"):
        row(lines)


@pytest.mark.parametrize("n_days", [1, 2, 3, 4, 7, 8, 9, 16])
def test_integers_are_packed_without_touching(n_days: int) -> None:
    """Every day another item, then all of them again: at powers of two the highest numbers fill their bits."""
    lines = pl.concat([ago(2 * n_days - day, f"i{day % n_days}") for day in range(2 * n_days)])
    found = row(lines)
    assert (found["n_items"], found["new_item_share"], found["top_item_share"]) == (n_days, 1 / 2, 1 / n_days)


@pytest.mark.parametrize("quantity", [-1.0, 0.0])
def test_a_log_without_purchases(quantity: float) -> None:
    nobody = table(ANNA.with_columns(quantity=pl.lit(quantity)), AS_OF, AS_OF + dt.timedelta(days=1))
    assert_frame_equal(nobody, table(ANNA, AS_OF).clear())


def test_an_empty_log() -> None:
    assert_frame_equal(table(ANNA.clear(), AS_OF), table(ANNA, AS_OF).clear())
    empty = Side(schema.ITEMS.empty(), schema.STORES.empty(), schema.EVENTS.empty())
    assert_frame_equal(table(ANNA.clear().lazy(), AS_OF, side=empty), table(ANNA, AS_OF).clear())
    assert_frame_equal(features.table(ANNA, SIDE, []), table(ANNA, AS_OF).clear())


def test_snapshots_beyond_the_log() -> None:
    before, after = dt.date(1, 1, 1), dt.date(9999, 12, 31)
    found = table(ANNA, before, dt.date(2024, 1, 1), after)
    assert found["as_of"].to_list() == [after]
    late = found.row(0, named=True)
    assert late["recency"] == (after - dt.date(2024, 1, 31)).days
    assert (late["frequency"], late["days_365"], late["spend_365"], late["looks_90"]) == (2, 0, 0, 0)


def test_a_year_after_the_last_purchase(small_ledger: Ledger) -> None:
    found = scale.feature_table(small_ledger, [Snapshot(small_ledger.data_through + dt.timedelta(days=366))])
    assert found["days_365"].max() == 0
    assert found["n_orders"].min() == 1


def test_equal_lines_are_two_lines() -> None:
    found = row(pl.concat([ago(1), ago(1), ago(2)]))
    assert (found["n_orders"], found["basket_items"], found["line_value"], found["spend_last"]) == (2, 1, 100, 200)


def test_an_order_over_two_days_counts_on_both() -> None:
    lines = pl.concat([ago(2), ago(1)]).with_columns(order_id=pl.lit("long"))
    assert row(lines)["n_orders"] == 2


def test_customers_may_share_the_number_of_an_order() -> None:
    lines = pl.concat([ago(1), ago(1).with_columns(customer_id=pl.lit("bert"))]).with_columns(order_id=pl.lit("1"))
    assert table(lines, AS_OF)["n_orders"].to_list() == [1, 1]
