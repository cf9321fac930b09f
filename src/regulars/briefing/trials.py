"""Trying out one's own: a feature beside all others, an estimator among the models of a session."""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from regulars import config, features, judging, scale, splits, training
from regulars.artefact import Task
from regulars.briefing.shop import Shop
from regulars.errors import ConfigError
from regulars.estimators import boosting
from regulars.estimators.base import Bools, Floats
from regulars.estimators.churn import LightGBMChurn
from regulars.evaluation import classification, intervals
from regulars.evaluation.intervals import Interval
from regulars.features import Family
from regulars.splits import Split
from regulars.windows import Snapshot

WITH, WITHOUT, PLACEBO = "with the feature", "without it", "with a shuffled copy"
"""The three models of a trial: a shuffled copy holds the same numbers, dealt to other customers."""

_RESAMPLES = 200


@dataclass(frozen=True)
class FeatureTrial:
    """The same boosted churn model with a feature, without it, and with the feature's numbers shuffled."""

    rows: pl.DataFrame
    """One row a customer and test snapshot: ``customer_id``, ``as_of``, ``churned`` and the churn probability by each
    of the three, under its name."""

    @classmethod
    def of(
        cls,
        shop: Shop,
        family: Family,
        learn: config.Training | None = None,
        protocol: config.Protocol | None = None,
    ) -> "FeatureTrial":
        """Train and ask all three as of each test snapshot, on what was known then.

        Args:
            shop: the shop.
            family: the feature function; whether it leaks is for ``leakage.cut_check`` to say first.
            learn: what they learn from.
            protocol: the test snapshots, and the seeds: a probability is the mean over them.

        Raises:
            DataError: the data are too short for the protocol.
            ConfigError: a feature of that name is there already.
        """
        if again := set(features.names([family])) & set(features.NAMES):
            raise ConfigError(f"there is a feature {min(again)!r} already; give yours another name")
        settings, judged = learn or config.Training(), protocol or config.Protocol()
        tests = splits.Tests(judged.n_tests, judged.test_step_days)
        rolling = splits.rolling_splits(training.span(shop.ledger), tests, settings.plan)
        return cls(pl.concat(_asked(shop, family, settings, split, judged.seeds) for split in rolling))

    def table(self) -> pl.DataFrame:
        """Return the AUC of the three at each snapshot: ``as_of``, ``customers``, then a column each."""
        rows = []
        for (as_of,), part in self.rows.group_by("as_of", maintain_order=True):
            churned = part["churned"].to_numpy()
            aucs = {name: classification.auc(churned, part[name].to_numpy()) for name in (WITH, WITHOUT, PLACEBO)}
            rows.append({"as_of": as_of, "customers": part.height, **aucs})
        return pl.DataFrame(rows)

    def leads(self, seed: int = 0) -> dict[str, Interval]:
        """Return how far AUC is ahead of the model without the feature, with 95% intervals over customers.

        The lead of the shuffled copy is what chance makes of a further column.
        """
        return {name: self._lead(name, WITHOUT, seed) for name in (WITH, PLACEBO)}

    def headline(self) -> str:
        """Return what the trial supports, in sentences: a feature must be ahead of its shuffled copy as well."""
        lead, chance = (self.leads()[name] for name in (WITH, PLACEBO))
        beyond = self._lead(WITH, PLACEBO, 0)
        as_good = lead.low > 0 and not beyond.low > 0
        verdict = "But a shuffled copy does as well, or nearly: it may be chance." if as_good else _verdict(lead)
        said = f"With the feature, AUC is {_signed(lead)} than without it; with a shuffled copy, {_signed(chance)}."
        return f"{said} {verdict}"

    def _lead(self, name: str, over: str, seed: int) -> Interval:
        customers, rng = self.rows["customer_id"].to_numpy(), np.random.default_rng(seed)
        return intervals.paired_difference(self._auc(name), self._auc(over), customers, rng, n_resamples=_RESAMPLES)

    def _auc(self, name: str) -> intervals.Metric:
        churned, said = self.rows["churned"].to_numpy(), self.rows[name].to_numpy()
        return intervals.mean_over(
            self.rows["as_of"].to_numpy(), lambda at, weights: classification.auc(churned[at], said[at], weights)
        )


def enter(
    shop: Shop, name: str, estimator: type[Any], task: Task, summary: str, parameters: Mapping[str, Any] | None = None
) -> str:
    """Configure a registered estimator as a model that experiments of this process can name; return the name.

    It is written as ``<home>/notebook-models/<name>/model.toml`` beside copies of the models of the project, whose
    place that folder takes (``REGULARS_MODELS``) until the process ends. The project's ``models/`` stays as it is.

    Raises:
        ConfigError: the project has a model of that name.
    """
    place = shop.home.root / "notebook-models"
    if config.models_folder() != place:
        shutil.rmtree(place, ignore_errors=True)
        ours = shutil.ignore_patterns("champion.json*")
        shutil.copytree(config.models_folder(), place, ignore=ours)
        os.environ["REGULARS_MODELS"] = str(place)
    file = place / name / "model.toml"
    if file.is_file() and f"kind = {_text(estimator.__name__)}" not in file.read_text(encoding="utf-8"):
        raise ConfigError(f"there is a model {name!r} already; give yours another name")
    file.parent.mkdir(exist_ok=True)
    told = {"task": task, "kind": estimator.__name__, "summary": summary}
    lines = [f"{key} = {_text(value)}" for key, value in told.items()]
    lines += ["", "[parameters]", *(f"{key} = {_text(value)}" for key, value in (parameters or {}).items())]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return config.read_model(name).name


def reading(report: Mapping[str, Any], model: str) -> str:
    """Return what a report supports of one candidate against the baseline, in sentences.

    Raises:
        ConfigError: it is no candidate beside the baseline.
    """
    if model not in report["against_baseline"]:
        raise ConfigError(
            f"{model!r} was not held against {report['baseline']}; there are {', '.join(report['against_baseline'])}"
        )
    found = report["against_baseline"][model]
    lead = Interval(*(float("nan") if found[end] is None else found[end] for end in ("better_by", "low", "high")))
    return (
        f"{model} is {_signed(lead)} than {report['baseline']} by {report['metric']}, ahead at "
        f"{found['snapshots_won']} of {found['snapshots']} snapshots. {_verdict(lead)}"
    )


def _asked(shop: Shop, family: Family, learn: config.Training, split: Split, seeds: Sequence[int]) -> pl.DataFrame:
    """Return the rows of one test snapshot."""
    table, _, observed = training.train_set(shop.ledger, split.test.as_of, learn).waits("complete")
    exam = judging.exam(shop.ledger, "churn", split.test)
    base, asked = features.matrix(table), features.matrix(exam.features)
    mine, theirs = _columns(shop, family, table), _columns(shop, family, exam.features)
    rng = np.random.default_rng(0)
    inputs = {
        WITHOUT: (base, asked),
        WITH: (np.hstack([base, mine]), np.hstack([asked, theirs])),
        PLACEBO: (np.hstack([base, rng.permutation(mine)]), np.hstack([asked, rng.permutation(theirs)])),
    }
    said = {name: pl.Series(name, _said(*rows, ~observed, seeds)) for name, rows in inputs.items()}
    return exam.features.select(features.KEYS).with_columns(churned=pl.Series(~exam.observed), **said)


def _columns(shop: Shop, family: Family, rows: pl.DataFrame) -> Floats:
    """Return the family's columns for the rows of a feature table, (rows, columns)."""
    snapshots = [Snapshot(day) for day in rows["as_of"].unique().sort()]
    own = scale.feature_table(shop.ledger, snapshots, families=[family])
    found = rows.select(features.KEYS).join(own, on=features.KEYS, how="left", maintain_order="left")
    return features.matrix(found, features.names([family]))


def _said(rows: Floats, asked: Floats, churned: Bools, seeds: Sequence[int]) -> Floats:
    """Return the mean over seeds of what a model of churn_lightgbm's settings says, (len(asked),)."""
    like = LightGBMChurn()
    same = ("learning_rate", "num_leaves", "feature_fraction", "bagging_fraction", "lambda_l2")
    parameters = {
        "objective": "binary", "bagging_freq": 1, "num_threads": 1,
        "min_data_in_leaf": min(like.min_data_in_leaf, max(1, len(rows) // 20)),
        **{name: getattr(like, name) for name in same},
    }  # fmt: skip
    names = [f"f{column}" for column in range(rows.shape[1])]
    target = churned.astype(np.float64)
    fitted = (boosting.train(rows, target, names, parameters, like.rounds, seed) for seed in seeds)
    said = np.stack([boosting.predict(booster, asked) for booster in fitted])
    return np.asarray(said.mean(axis=0), dtype=np.float64)


def _signed(lead: Interval) -> str:
    better = "better" if lead.value >= 0 else "worse"
    return f"{abs(lead.value):.4f} {better} (95% interval of the lead {lead.low:+.4f} to {lead.high:+.4f})"


def _verdict(lead: Interval) -> str:
    if not lead.excludes_zero:
        return "The interval holds 0, or could not be drawn: these windows do not tell which is better."
    return f"It is {'ahead' if lead.value > 0 else 'behind'}, as far as these windows tell."


def _text(value: object) -> str:
    """Return a value as TOML writes it: of texts, numbers and lists of them, JSON's form."""
    return json.dumps(value, ensure_ascii=False)
