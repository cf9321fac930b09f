"""One's own feature and estimator, tried out as notebook 9 does."""

from dataclasses import dataclass

import numpy as np
import polars as pl
import pytest

from regulars import config, experiment, features, report
from regulars.briefing import Shop, trials
from regulars.briefing.trials import PLACEBO, WITH, WITHOUT, FeatureTrial
from regulars.errors import ConfigError
from regulars.estimators import registry
from regulars.estimators.churn import RecencyRate

LEARN = config.Training(horizon_days=30, n_snapshots=1, n_seasonal=0)
PROTOCOL = config.Protocol(n_tests=1, test_step_days=20, seeds=(0,), n_resamples=20)


def freshness(past: features.Past) -> features.Columns:
    """How much of a customer's spend is of late."""
    return {"fresh_share": features.ratio(past.days.total("amount", 30), past.days.total("amount"))}


def recency(past: features.Past) -> features.Columns:
    """What is there already."""
    return {"recency": np.zeros(len(past))}


@dataclass
class NotebookRule(RecencyRate):
    """A rule of a session."""


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give back the folder of the models and the names of the estimators."""
    monkeypatch.setenv("REGULARS_MODELS", str(config.models_folder()))
    monkeypatch.setattr(registry, "KINDS", dict(registry.KINDS))


def test_a_feature_is_judged_on_the_same_customers_with_and_without(shop: Shop) -> None:
    trial = FeatureTrial.of(shop, freshness, LEARN, PROTOCOL)
    table = trial.table()
    assert table.height == 1
    assert table["customers"].sum() == trial.rows.height
    assert trial.rows.select(WITH, WITHOUT, PLACEBO).to_numpy().min() >= 0
    assert not trial.rows[WITH].equals(trial.rows[WITHOUT], check_names=False)
    assert not trial.rows[WITH].equals(trial.rows[PLACEBO], check_names=False)
    assert set(trial.leads()) == {WITH, PLACEBO}
    assert "shuffled copy" in trial.headline()


def test_a_feature_that_is_there_is_refused(shop: Shop) -> None:
    with pytest.raises(ConfigError, match="recency"):
        FeatureTrial.of(shop, recency, LEARN, PROTOCOL)


@pytest.mark.parametrize(
    ("own", "said"),
    [([0.1, 0.2, 0.8, 0.9], "ahead"), ([0.9, 0.8, 0.2, 0.1], "behind"), ([0.5, 0.5, 0.5, 0.5], "do not tell")],
)
def test_the_verdict_follows_the_interval(own: list[float], said: str) -> None:
    n = 10
    base = [0.5, 0.2, 0.5, 0.8] if said != "do not tell" else own
    rows = pl.DataFrame(
        {
            "customer_id": [f"c{each}" for each in range(4 * n)],
            "as_of": ["2024-01-01"] * 4 * n,
            "churned": [False, False, True, True] * n,
            WITH: own * n,
            WITHOUT: base * n,
            PLACEBO: base * n,
        }
    ).with_columns(pl.col("as_of").str.to_date())
    assert said in FeatureTrial(rows).headline()


def test_a_lead_that_a_shuffled_copy_has_too_is_chance() -> None:
    own, base = [0.1, 0.2, 0.8, 0.9] * 10, [0.5, 0.2, 0.5, 0.8] * 10
    rows = pl.DataFrame(
        {
            "customer_id": [f"c{each}" for each in range(40)],
            "as_of": ["2024-01-01"] * 40,
            "churned": [False, False, True, True] * 10,
            WITH: own,
            WITHOUT: base,
            PLACEBO: own,
        }
    )
    assert "may be chance" in FeatureTrial(rows).headline()


@pytest.mark.usefixtures("session")
def test_an_estimator_of_the_session_can_be_asked(shop: Shop) -> None:
    ours = config.models_folder()
    registry.register(NotebookRule)
    name = trials.enter(shop, "churn_notebook", NotebookRule, "churn", 'A "rule".', {"n_bins": 5})
    assert config.read_model(name).parameters == {"n_bins": 5}
    assert not (ours / name).exists()
    again = trials.enter(shop, "churn_notebook", NotebookRule, "churn", "Changed.")
    assert config.read_model(again).summary == "Changed."
    with pytest.raises(ConfigError, match="already"):
        trials.enter(shop, "churn_recency", NotebookRule, "churn", "?")
    asked = config.Experiment(
        name="notebook", task="churn", question="Does it?", metric="auc", baseline="churn_recency",
        models=("churn_recency", name), training=LEARN, protocol=PROTOCOL,
    )  # fmt: skip
    found = report.build(experiment.run(asked, shop.ledger), shop.ledger)
    assert trials.reading(found, name).startswith("churn_notebook is ")
    assert "do not tell which is better" in trials.reading(found, name), "the same rule twice"
    with pytest.raises(ConfigError, match="held against churn_recency"):
        trials.reading(found, "churn_recency")
