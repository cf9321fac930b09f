"""One answer a customer that does not contradict itself."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from regulars import artefact, batch, features, scale, scoring
from regulars.artefact import Fitted, Meta, Task
from regulars.errors import ConfigError, DataError, LeakageError, MissingError
from regulars.estimators.churn import HazardChurn, LightGBMChurn, RecencyRate
from regulars.estimators.recommend import OwnTop, Wish
from regulars.estimators.timing import LightGBMHazard, MedianGap
from regulars.ledger import Ledger
from regulars.scoring import Champions
from regulars.windows import Snapshot
from tests import shops
from tests.contracts import HORIZON, rows

Make = Callable[[], Any]

CUT = dt.date(2023, 9, 30)
"""The snapshot of ``rows().asked``."""


def fitted(task: Task, estimator: Any, horizon: int = HORIZON, as_of: dt.date = CUT) -> Fitted:
    kind = type(estimator)
    meta = Meta(
        task=task, model="test", kind=kind.__name__, source=kind.source, horizon_days=horizon,
        as_of=as_of, fingerprint="0" * 32, seed=0,
    )  # fmt: skip
    return Fitted(meta, estimator)


def champions(churn: Make, timing: Make) -> Champions:
    known = (rows().features, rows().duration, rows().observed)
    return Champions(
        {
            "churn": fitted("churn", churn().fit(*known)),
            "timing": fitted("timing", timing().fit(*known)),
        }
    )


PAIRS: dict[str, tuple[Make, Make]] = {
    "models": (lambda: LightGBMChurn(rounds=20), lambda: LightGBMHazard(horizon_days=HORIZON, rounds=20)),
    "rules": (RecencyRate, lambda: MedianGap(horizon_days=HORIZON)),
    "curve": (lambda: HazardChurn(HORIZON, rounds=20), lambda: MedianGap(horizon_days=HORIZON)),
}


@pytest.fixture(scope="module", params=PAIRS)
def crowned(request: pytest.FixtureRequest) -> Champions:
    """Champions of both tasks: learned, ruled and mixed."""
    return champions(*PAIRS[request.param])


def test_the_answers_agree_with_each_other(crowned: Champions) -> None:
    found = scoring.score(crowned, rows().asked, curve=True)
    curves = np.array(found["survival"].to_list())
    assert curves.shape == (rows().asked.height, HORIZON)
    assert np.all((curves > 0) & (curves <= 1))
    assert np.all(np.diff(curves, axis=1) <= 0)
    np.testing.assert_array_equal(found["churn_probability"], curves[:, -1])
    np.testing.assert_array_equal(found["probability_within_30"], 1 - curves[:, -1])
    np.testing.assert_array_equal(found["probability_within_7"], 1 - curves[:, 6])
    assert found.select("probability_within_60", "probability_within_90").null_count().row(0) == (found.height,) * 2
    assert (found["days_p10"] <= found["days_p50"]).all()
    assert (found["days_p50"] <= found["days_p90"]).all()
    assert found["days_p10"].min() >= 1  # type: ignore[operator]
    assert found["days_p90"].max() <= HORIZON + 1  # type: ignore[operator]


def test_churn_is_what_the_churn_champion_says(crowned: Champions) -> None:
    asked = rows().asked
    said = crowned["churn"].estimator.predict(asked)
    np.testing.assert_allclose(scoring.score(crowned, asked)["churn_probability"], said, atol=1e-9)


def test_the_expected_date_is_the_median_day(crowned: Champions) -> None:
    found = scoring.score(crowned, rows().asked)
    assert found["expected_date"].dtype == pl.Date
    for day, date in found.select("days_p50", "expected_date").iter_rows():
        assert date == (None if day > HORIZON else CUT + dt.timedelta(days=day - 1))


def test_columns_and_source() -> None:
    found = scoring.score(champions(*PAIRS["curve"]), rows().asked)
    assert found.columns == [
        "customer_id", "as_of", "horizon_days", "churn_probability", "expected_date",
        "days_p10", "days_p50", "days_p90",
        *(f"probability_within_{days}" for days in (7, 14, 30, 60, 90)),
        "expected_spend", "spend_p10", "spend_p90", "source",
    ]  # fmt: skip
    assert found["source"].unique().to_list() == ["baseline"]  # one rule is enough
    assert scoring.score(champions(*PAIRS["models"]), rows().asked)["source"].unique().to_list() == ["model"]


def test_nobody_to_score(crowned: Champions) -> None:
    nobody = scoring.score(crowned, rows().asked.clear(), curve=True)
    assert nobody.schema == scoring.score(crowned, rows().asked, curve=True).schema
    assert nobody.is_empty()


def test_a_ledger_with_empty_buckets_is_scored_like_a_full_one(tmp_path: Path) -> None:
    crowned = champions(*PAIRS["models"])
    books = [shops.ledger(shops.simulate(4, 200), tmp_path / str(n), buckets=n) for n in (1, 16)]
    few, many = (batch.score(book, crowned, CUT, curve=True) for book in books)
    assert few.height == 4
    assert_frame_equal(few, many, check_exact=True)


def test_the_past_is_refused(small_ledger: Ledger) -> None:
    crowned = champions(*PAIRS["rules"])
    with pytest.raises(LeakageError, match="cannot answer for 2023-09-29 honestly; use --as-of 2023-09-30 or later"):
        batch.score(small_ledger, crowned, CUT - dt.timedelta(days=1))
    assert batch.score(small_ledger, crowned, CUT).height == rows().asked.height


def test_what_has_no_champion() -> None:
    with pytest.raises(MissingError, match="no champion for timing; train one with: regulars train --task timing"):
        scoring.score(Champions({"churn": champions(*PAIRS["rules"])["churn"]}), rows().asked)
    assert Champions({}).training_cut == dt.date.min


def test_different_horizons_are_refused() -> None:
    crowned = champions(*PAIRS["rules"])
    mixed = Champions({**crowned.by_task, "churn": fitted("churn", crowned["churn"].estimator, horizon=90)})
    with pytest.raises(ConfigError, match="the churn champion looks 90 days ahead, the timing champion 30"):
        scoring.score(mixed, rows().asked)


def test_champions_are_read_from_their_folders(tmp_path: Path) -> None:
    crowned = champions(*PAIRS["models"])
    for task, each in crowned.by_task.items():
        artefact.write(tmp_path / task, each)
    found = Champions.read(tmp_path)
    assert set(found.by_task) == {"churn", "timing"}
    assert_frame_equal(scoring.score(found, rows().asked), scoring.score(crowned, rows().asked), check_exact=True)


def test_recommending_bucket_by_bucket_equals_all_at_once(small_ledger: Ledger) -> None:
    lines = small_ledger.transactions(before=CUT).collect()
    crowned = Champions({"recommend": fitted("recommend", OwnTop().fit(lines, small_ledger.items(), CUT))})
    found = batch.recommend(small_ledger, crowned, CUT, 5, "next_basket")
    assert_frame_equal(found, scoring.recommend(crowned, lines, CUT, 5).sort("customer_id", "rank"))
    with pytest.raises(LeakageError):
        batch.recommend(small_ledger, crowned, CUT - dt.timedelta(days=1), 5, "next_basket")


def test_a_wish_holds_for_the_whole_shop(small_ledger: Ledger) -> None:
    lines = small_ledger.transactions(before=CUT).collect()
    crowned = Champions({"recommend": fitted("recommend", OwnTop().fit(lines, small_ledger.items(), CUT))})
    some = lines["item_id"].unique().sort().to_list()[:4]
    wish = Wish(in_stock=tuple(some), diversity=0.3)
    found = batch.recommend(small_ledger, crowned, CUT, 3, wish)
    assert set(found["item_id"]) <= set(some)
    assert_frame_equal(found, scoring.recommend(crowned, lines, CUT, 3, wish).sort("customer_id", "rank"))
    assert set(scoring.recommend_to_nobody(crowned, 3, wish)["item_id"]) <= set(some)
    with pytest.raises(ConfigError, match="no department, category or product type"):
        batch.recommend_job(crowned, CUT, 3, Wish(categories=("nonsense",)))


def test_an_answer_needs_a_folder(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": [1]})
    batch.write(frame, tmp_path / "a.parquet")
    batch.write(frame.vstack(frame), tmp_path / "a.parquet")
    assert pl.read_parquet(tmp_path / "a.parquet").height == 2
    assert [file.name for file in tmp_path.iterdir()] == ["a.parquet"]
    for wrong in (tmp_path, tmp_path / "nowhere" / "a.parquet"):
        with pytest.raises(DataError, match="name a file in a folder"):
            batch.check_out(wrong)
    with pytest.raises(DataError, match=r"cannot write .*a\.parquet \(No such file or directory\)"):
        batch.write(frame, tmp_path / "nowhere" / "a.parquet")


def test_the_feature_table_is_the_one_of_training(small_ledger: Ledger) -> None:
    table = scale.feature_table(small_ledger, [Snapshot(CUT, HORIZON)])
    assert_frame_equal(table, rows().asked, check_exact=True)
    assert table.columns[2:] == list(features.NAMES)


def test_each_question_has_its_own_cut() -> None:
    crowned = champions(*PAIRS["rules"])
    early = crowned["timing"].meta.model_copy(update={"as_of": dt.date(2023, 1, 1)})
    mixed = Champions({**crowned.by_task, "timing": Fitted(early, crowned["timing"].estimator)})
    mixed.refuse_the_past(dt.date(2023, 2, 1), "timing")
    with pytest.raises(LeakageError, match="use --as-of 2023-09-30 or later"):
        mixed.refuse_the_past(dt.date(2023, 2, 1), "churn", "timing")
