"""Churn and timing by a buy-till-you-die model: the contracts, and that it learns from the latest rows."""

from functools import partial
from pathlib import Path
from typing import get_args

import numpy as np
import polars as pl
import pytest

from regulars.errors import ConfigError, DataError
from regulars.estimators.btyd import Customers, ParetoNBD
from regulars.estimators.buy_till_you_die import BTYDChurn, BTYDCurve, Name
from tests import contracts


class TestParetoCurve(contracts.TimingContract):
    make = partial(BTYDCurve, horizon_days=contracts.HORIZON)


class TestMBGCurve(contracts.TimingContract):
    make = partial(BTYDCurve, horizon_days=contracts.HORIZON, model="mbg_nbd")


class TestBGChurn(contracts.ChurnContract):
    make = partial(BTYDChurn, horizon_days=contracts.HORIZON, model="bg_nbd")


class TestParetoChurn(contracts.ChurnContract):
    make = partial(BTYDChurn, horizon_days=contracts.HORIZON)


def test_only_the_latest_customers_count() -> None:
    known = contracts.rows()
    latest = known.features.filter(pl.col("as_of") == pl.col("as_of").max())
    assert 0 < latest.height < known.features.height
    curve = BTYDCurve(horizon_days=10).fit(known.features, known.duration, known.observed)
    assert curve.model_ == ParetoNBD.fit(Customers.of(latest))
    np.testing.assert_array_equal(curve.survival(latest), curve.model_.survival(Customers.of(latest), 10))


def test_the_churn_probability_is_the_end_of_the_curve() -> None:
    known = contracts.rows()
    churn = BTYDChurn(horizon_days=10).fit(known.features, known.duration, known.observed)
    np.testing.assert_array_equal(churn.predict(known.asked), churn.survival(known.asked)[:, -1])


@pytest.mark.parametrize("name", get_args(Name))
def test_each_model_is_stored_under_its_name(name: Name, tmp_path: Path) -> None:
    known = contracts.rows()
    curve = BTYDCurve(10, name).fit(known.features, known.duration, known.observed)
    curve.save(tmp_path)
    loaded = BTYDCurve.load(tmp_path)
    assert loaded.model == name
    assert loaded.model_ == curve.model_
    assert type(loaded.model_).__name__.lower() == name.replace("_", "")


def test_nobody_came_back() -> None:
    table = contracts.rows().features.head(50).with_columns(frequency=0, recency=pl.col("tenure"))
    with pytest.raises(DataError, match="no customer bought on a second day"):
        BTYDCurve().fit(table, np.full(50, 90), np.zeros(50, dtype=bool))


def test_a_misspelt_model_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"did you mean 'bg_nbd'"):
        BTYDCurve(model="bgnbd")  # type: ignore[arg-type]
