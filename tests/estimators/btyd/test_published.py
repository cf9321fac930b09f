"""The CDNOW sample gives the parameters, likelihoods and expectations that were published for it.

``golden/cdnow_sample.csv`` holds the 2,357 customers of the 1/10 sample that Fader & Hardie publish beside their
master file of 23,570 (brucehardie.com/datasets), as of 1997-09-30: purchase days after the first, days from the first
to the last and from the first to that day, and the mean amount of a repeat purchase day. The papers count in weeks.
"""

import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from regulars.estimators.btyd import BGNBD, MBGNBD, Customers, GammaGamma, ParetoNBD

GOLDEN = Path(__file__).parents[2] / "golden" / "cdnow_sample.csv"
PUBLISHED = [
    (BGNBD, [0.243, 4.414, 0.793, 2.426], -9582.4),  # Fader, Hardie & Lee (2005), table 2
    (MBGNBD, [0.525, 6.183, 0.891, 1.614], -9582.1),  # BTYDplus, of the model of Batislam et al. (2007)
    (ParetoNBD, [0.553, 10.578, 0.606, 11.669], -9595.0),  # Fader, Hardie & Lee (2005), table 2
]


def sample() -> pl.DataFrame:
    return pl.read_csv(GOLDEN, schema_overrides={"customer_id": pl.String})


def weeks() -> Customers:
    known = sample()
    span, tenure = known["span"].to_numpy(), known["tenure"].to_numpy()
    return Customers(known["frequency"].to_numpy(), (tenure - span) / 7, tenure / 7)


def customer(frequency: float, span: float, tenure: float) -> Customers:
    return Customers(np.array([frequency]), np.array([tenure - span]), np.array([tenure]))


@pytest.mark.parametrize(("model", "parameters", "likelihood"), PUBLISHED)
def test_parameters_and_likelihood(
    model: type[BGNBD | MBGNBD | ParetoNBD], parameters: list[float], likelihood: float
) -> None:
    fitted = model.fit(weeks())
    np.testing.assert_allclose(list(vars(fitted).values()), parameters, atol=5.1e-4)
    assert fitted.log_likelihood(weeks()) == pytest.approx(likelihood, abs=0.051)


def test_the_unit_of_time_does_not_matter() -> None:
    in_weeks, known = ParetoNBD.fit(weeks()), weeks()
    in_days = ParetoNBD.fit(Customers(known.frequency, known.recency * 7, known.tenure * 7))
    scaled = [in_weeks.r, in_weeks.alpha * 7, in_weeks.s, in_weeks.beta * 7]
    np.testing.assert_allclose(list(vars(in_days).values()), scaled, rtol=1e-3)


def test_gamma_gamma() -> None:
    repeat = sample().filter(pl.col("frequency") > 0)
    assert repeat.height == 946  # Fader & Hardie (2013), section 5
    fitted = GammaGamma.fit(repeat["frequency"].to_numpy(), repeat["mean_spend"].to_numpy())
    np.testing.assert_allclose([fitted.p, fitted.q, fitted.v], [6.25, 3.74, 15.44], atol=5.1e-3)


def test_expected_purchases_of_a_customer_and_of_a_new_one() -> None:
    """Values of the spreadsheet that the authors of BG/NBD publish, bgnbd.xls."""
    model = BGNBD.fit(weeks())
    assert model.expected_purchases(customer(2, 30.43, 38.86), 39) == pytest.approx(1.226, abs=1e-3)
    times = [1 / 7, 1.0, 3.0, 223 / 7, 32.0, 78.0]
    found = [float(model.expected_purchases(customer(0, 0, 1e-9), each)[0]) for each in times]
    np.testing.assert_allclose(found, [0.0078, 0.0532, 0.1506, 1.0405, 1.0437, 1.8576], atol=4e-4)


def test_p_alive_of_one_who_never_came_back() -> None:
    """The value in the manual of the R package BTYD, at its parameters."""
    model = ParetoNBD(0.5533970, 10.5801985, 0.6060625, 11.6562237)
    assert model.p_alive(customer(0, 0, 39)) == pytest.approx(0.2941633, abs=1e-6)


def test_the_sample_is_what_the_master_file_holds() -> None:
    folder = os.environ.get("REGULARS_DATA")
    if folder is None or not (Path(folder) / "cdnow.parquet").exists():
        pytest.skip("REGULARS_DATA names no folder with cdnow.parquet")
    day, end = pl.col("date").cast(pl.Date), pl.date(1997, 9, 30)
    days = (
        pl.read_parquet(Path(folder) / "cdnow.parquet")
        .filter(day <= end, pl.col("customer_id").is_in(sample()["customer_id"].implode()))
        .group_by("customer_id", day.alias("day"))
        .agg(pl.col("amount").sum())
        .sort("customer_id", "day")
    )
    first, last = pl.col("day").first(), pl.col("day").last()
    found = days.group_by("customer_id", maintain_order=True).agg(
        (pl.len().cast(pl.Int64) - 1).alias("frequency"),
        (last - first).dt.total_days().alias("span"),
        (end - first).dt.total_days().alias("tenure"),
        pl.col("amount").slice(1).mean().fill_null(0).alias("mean_spend"),
    )
    assert_frame_equal(found, sample(), abs_tol=1e-4)
