"""No window that parameters are judged on reaches a test window."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars import config, experiment, training
from regulars.config import Training
from regulars.errors import DataError
from regulars.ledger import Ledger
from regulars.search import validation
from regulars.search.plan import Dimension, Search, Validation


def asked(n: int, step: int, horizon: int) -> Search:
    return Search(
        name="made",
        metric="brier",
        space={"rounds": Dimension(low=1, high=500)},
        validation=Validation(n_snapshots=n, step_days=step),
        training=Training(horizon_days=horizon),
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    n=st.integers(1, 5),
    step=st.integers(1, 60),
    horizon=st.integers(1, 120),
    back=st.integers(-30, 320),
)
def test_windows_never_reach_past_before(small_ledger: Ledger, n: int, step: int, horizon: int, back: int) -> None:
    data = training.span(small_ledger)
    before = data.end - dt.timedelta(days=back)
    try:
        found = validation.snapshots(small_ledger, asked(n, step, horizon), before)
    except DataError:
        return
    assert len(found) == n
    assert max(snapshot.future.end for snapshot in found) == min(before, data.end)
    assert all(snapshot.horizon_days == horizon for snapshot in found)


def test_the_sentence_names_the_longest_horizon_that_works(small_ledger: Ledger) -> None:
    before = training.span(small_ledger).start + dt.timedelta(days=140)
    with pytest.raises(DataError, match=r"the 140 days of data before .* use --horizon 43 or less") as raised:
        validation.snapshots(small_ledger, asked(3, 20, 90), before)
    assert "\n" not in str(raised.value)
    assert len(validation.snapshots(small_ledger, asked(3, 20, 43), before)) == 3
    with pytest.raises(DataError, match="use --horizon 43 or less"):
        validation.snapshots(small_ledger, asked(3, 20, 44), before)
    with pytest.raises(DataError, match="use a later --before"):
        validation.snapshots(small_ledger, asked(3, 20, 90), training.span(small_ledger).start)


def test_the_first_test_is_that_of_the_experiments(
    small_ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    default = validation.first_test(small_ledger, "churn")
    folder = Path(__file__).parents[2] / "experiments" / "churn-001-who-is-leaving"
    shop = config.read_experiment(folder).model_copy(update={"training": Training(min_history_days=1, horizon_days=90)})
    assert default <= experiment.rolling(shop, small_ledger)[0].test.as_of
    (tmp_path / "models").symlink_to(folder.parents[1] / "models")
    made = tmp_path / "experiments" / "long"
    made.mkdir(parents=True)
    text = (folder / "experiment.toml").read_text(encoding="utf-8").partition("[protocol]")[0]
    (made / "experiment.toml").write_text(f"{text}[protocol]\nn_tests = 6\n", encoding="utf-8")
    monkeypatch.setenv("REGULARS_MODELS", str(tmp_path / "models"))
    assert validation.first_test(small_ledger, "churn") == training.span(small_ledger).end - dt.timedelta(90 + 5 * 30)
    assert validation.first_test(small_ledger, "timing") == training.span(small_ledger).end - dt.timedelta(90 + 2 * 30)
