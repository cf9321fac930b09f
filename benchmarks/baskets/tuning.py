"""TIFUKNN's parameters, chosen on the validate customers: the shop is fitted on the train customers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import optuna

from benchmarks.baskets.file import AS_OF, EVER, Part
from regulars import schema
from regulars.estimators.recommend import TIFUKNN
from regulars.evaluation.ranking import ranking_metrics

TRIALS = 40
METRICS = ("recall_at_10", "ndcg_at_10")
"""What is as high as can be: their mean."""
_TENTHS = [tenth / 10 for tenth in range(11)]
SPACE: Mapping[str, list[Any]] = {
    "n_neighbours": [50, 100, 200, 300, 500, 900, 1300],
    "group_size": [1, 2, 3, 5, 7, 10, 20],
    "within_decay": _TENTHS[1:],
    "group_decay": _TENTHS[1:],
    "alpha": _TENTHS,
}
"""Values that are tried; those of the paper are among them."""


@dataclass(frozen=True)
class Tuned:
    """The best of the trials."""

    parameters: Mapping[str, Any]
    """Of TIFUKNN."""
    value: float
    """Mean of METRICS on the validate customers."""
    default: float
    """The same of TIFUKNN's defaults, the first trial."""

    @property
    def told(self) -> dict[str, Any]:
        """What a reader should know."""
        return {**self.parameters, "trials": TRIALS, "on_validate": self.value, "default_on_validate": self.default}


def tuned(train: Part, validate: Part, seed: int) -> Tuned:
    """Return the best parameters of TRIALS, which Optuna proposes after the defaults."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
    study.enqueue_trial({name: getattr(TIFUKNN(), name) for name in SPACE})

    def objective(trial: optuna.Trial) -> float:
        return value({name: trial.suggest_categorical(name, values) for name, values in SPACE.items()}, train, validate)

    study.optimize(objective, n_trials=TRIALS)
    return Tuned(dict(study.best_params), study.best_value, study.trials[0].values[0])


def value(parameters: Mapping[str, Any], train: Part, validate: Part) -> float:
    """Return the mean of METRICS of TIFUKNN with ``parameters`` on the validate customers."""
    model = TIFUKNN(popular_days=EVER, **parameters).fit(train.whole, schema.ITEMS.empty(), AS_OF)
    found = ranking_metrics(model.recommend(validate.known, AS_OF, 10), validate.truth, k=10)
    return sum(found[name] for name in METRICS) / len(METRICS)
