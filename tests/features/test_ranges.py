"""Every value lies in the range that the docstring of its family states."""

import datetime as dt
from collections.abc import Callable, Sequence

import polars as pl
import pytest
from hypothesis import given, settings

from regulars import features, scale, windows
from regulars.features import Columns, Family, Past, Side, contract
from regulars.ledger import Ledger
from regulars.windows import Snapshot
from tests.features.log import AS_OF, SIDE, ago, days, logs, sides, table


def breaches(found: pl.DataFrame, families: Sequence[Family] = features.FAMILIES) -> list[str]:
    """Return which columns leave their range, and with what."""
    promised = [feature for family in families for feature in contract.columns(family)]
    values = {feature: found[feature.name].drop_nulls() for feature in promised}
    return [
        f"{feature.name} = {value}, promised {feature.range.text}"
        for feature, column in values.items()
        for value in {column.min(), column.max(), *column.filter(column.is_nan()).head(1)} - {None}
        if not feature.range.holds(value)
    ]


@given(logs, days, sides)
@settings(max_examples=60)
def test_of_any_log(lines: pl.DataFrame, as_of: dt.date, side: Side) -> None:
    found = table(lines, as_of, side=side)
    assert breaches(found) == []
    assert (found["tenure"] >= found["recency"]).all()
    assert (found["frequency"] <= found["tenure"] - found["recency"]).all()
    weekdays = found.select(pl.sum_horizontal([f"weekday_{day}" for day in range(1, 8)])).to_series()
    assert weekdays.to_list() == pytest.approx([1.0] * len(weekdays))


def test_of_a_real_shop(complete_journey_ledger: Ledger) -> None:
    last = Snapshot(windows.after(complete_journey_ledger.data_through))
    found = scale.feature_table(complete_journey_ledger, windows.rolling(last, 4, 90))
    assert breaches(found) == []
    assert found.height > 9000


def test_of_a_simulated_shop(simulated_ledger: Ledger) -> None:
    last = Snapshot(windows.after(simulated_ledger.data_through))
    found = scale.feature_table(simulated_ledger, windows.rolling(last, 4, 90))
    assert breaches(found) == []
    assert found["look_recency"].null_count() < found.height


def narrow_recency(past: Past) -> Columns:
    """Promises too much.

    Columns:
        recency (days, >= 11): Anna's is 10
    """
    return {"recency": past.days.age()}


def narrow_share(past: Past) -> Columns:
    """Promises too much.

    Columns:
        top_store_share (share, (0, 1)): whoever has one store has it all
    """
    return {"top_store_share": past.days.highest("store_top") / past.days.total("n_orders")}


def not_a_number(past: Past) -> Columns:
    """Divides by nothing.

    Columns:
        endless (ratio, any): infinite
    """
    return {"endless": past.days.age() * float("inf")}


@pytest.mark.parametrize("family", [narrow_recency, narrow_share, not_a_number])
@pytest.mark.parametrize("customers", [1, 3])
def test_a_wrong_range_is_noticed(family: Callable[[Past], Columns], customers: int) -> None:
    lines = pl.concat([ago(10).with_columns(customer_id=pl.lit(f"c{number}")) for number in range(customers)])
    found = features.table(lines, SIDE, [Snapshot(AS_OF)], [family])
    (name,) = features.names([family])
    assert [breach.partition(" = ")[0] for breach in breaches(found, [family])] == [name]
