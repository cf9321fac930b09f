"""The story of an experiment: rolling snapshots, candidates, seeds, verdicts, report."""

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field

from regulars import judging, leakage, scale, splits, training
from regulars.config import Experiment, ModelSpec, read_model
from regulars.errors import ConfigError
from regulars.judging import Exam, Verdict
from regulars.ledger import Ledger
from regulars.splits import Split


@dataclass
class Outcome:
    """Everything an experiment found, for the report, for tracking and for plots."""

    experiment: Experiment
    exams: list[Exam] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)

    def of(self, model: str) -> list[Verdict]:
        """Return the verdicts on one model."""
        return [verdict for verdict in self.verdicts if verdict.model == model]


def run(experiment: Experiment, ledger: Ledger, track: scale.Track[Future[Verdict]] = scale.silently) -> Outcome:
    """Run ``experiment`` on ``ledger``.

    Every candidate is trained as of each test snapshot, on what was known then, and judged on the same
    customers in the window after it.

    Raises:
        DataError: the data is too short for the protocol.
        ConfigError: the metric does not fit the task, or a model looks ahead differently than it is asked to.
        LeakageError: a train snapshot's features know later rows; see :func:`regulars.leakage.recheck`.
    """
    judging.check_metric(experiment.metric, experiment.task, experiment.training.horizon_days)
    _check_reach(experiment)
    outcome = Outcome(experiment)
    for split in rolling(experiment, ledger):
        exam = judging.exam(ledger, experiment.task, split.test)
        outcome.exams.append(exam)
        outcome.verdicts += _verdicts(experiment, ledger, exam, track)
    return outcome


def _verdicts(experiment: Experiment, ledger: Ledger, exam: Exam, track: scale.Track[Future[Verdict]]) -> list[Verdict]:
    """Train and judge every candidate and seed at one snapshot, side by side; in their order."""
    as_of, settings = exam.snapshot.as_of, experiment.training
    learn_from = None if experiment.task in training.OF_PRODUCTS else training.train_set(ledger, as_of, settings)
    if learn_from is not None:
        leakage.recheck(ledger, learn_from.features).refuse()

    def work(spec: ModelSpec, seed: int) -> Verdict:
        fitted = training.fit(spec, ledger, as_of, settings, seed, learn_from)
        return judging.judge(fitted, exam)

    pool = ThreadPoolExecutor(os.cpu_count())
    try:
        futures = [pool.submit(work, spec, seed) for spec, seed in _jobs(experiment)]
        for done in track(as_completed(futures), f"{experiment.task} as of {as_of}", len(futures)):
            done.result()  # the first failure ends the experiment
        return [future.result() for future in futures]
    finally:
        pool.shutdown(cancel_futures=True)


def _check_reach(experiment: Experiment) -> None:
    """Refuse a model whose own settings keep it from the questions of the experiment."""
    asked = experiment.training.horizon_days
    for name in experiment.models:
        estimator = read_model(name).build(asked, 0)
        if (ahead := getattr(estimator, "horizon_days", asked)) != asked:
            raise ConfigError(
                f"{name} looks {ahead} days ahead (horizon_days in models/{name}/model.toml) and the experiment "
                f"{asked}; set horizon_days under [training] to {ahead}"
            )
        if (fewest := getattr(estimator, "min_purchases", 0)) > judging.PAIR_PURCHASES:
            raise ConfigError(
                f"{name} forecasts pairs of {fewest} purchases (min_purchases in models/{name}/model.toml), but those "
                f"of {judging.PAIR_PURCHASES} are asked about; lower it"
            )


def rolling(experiment: Experiment, ledger: Ledger) -> list[Split]:
    """Return the experiment's splits on ``ledger``; the last test window ends with the data."""
    protocol, config = experiment.protocol, experiment.training
    tests = splits.Tests(protocol.n_tests, protocol.test_step_days)
    return splits.rolling_splits(training.span(ledger), tests, config.plan)


def _jobs(experiment: Experiment) -> Iterator[tuple[ModelSpec, int]]:
    for name in experiment.models:
        spec = read_model(name)
        for seed in experiment.protocol.seeds if spec.seeded else experiment.protocol.seeds[:1]:
            yield spec, seed
