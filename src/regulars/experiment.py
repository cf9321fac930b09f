"""The story of an experiment: rolling snapshots, candidates, seeds, verdicts, report."""

import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from functools import cached_property

from regulars import artefact, judging, leakage, scale, splits, training
from regulars.config import Experiment, ModelSpec, Training, specs, training_of
from regulars.errors import ConfigError
from regulars.judging import Cost, Exam, Verdict
from regulars.kept_fits import KeptFits, fit_key
from regulars.ledger import Ledger
from regulars.splits import Split


@dataclass
class Outcome:
    """Everything an experiment found, for the report, for tracking and for plots."""

    experiment: Experiment
    exams: list[Exam] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    n_kept: int = 0
    """How many of the verdicts were kept from an earlier run."""

    def of(self, model: str) -> list[Verdict]:
        """Return the verdicts on one model."""
        return [verdict for verdict in self.verdicts if verdict.model == model]


def run(
    experiment: Experiment,
    ledger: Ledger,
    track: scale.Track[Future[Verdict]] = scale.silently,
    kept: KeptFits | None = None,
) -> Outcome:
    """Run ``experiment`` on ``ledger``.

    Every candidate is trained as of each test snapshot, on what was known then, and judged on the same
    customers in the window after it. A fit that is among ``kept`` is not done again; every other one is kept there.

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
        jobs = [Job(ledger, exam, *each) for each in _candidates(experiment)]
        found = {job: kept.find(job.key, job.spec.name, exam, job.seed) for job in jobs} if kept else {}
        asked = [job for job in jobs if found.get(job) is None]
        outcome.n_kept += len(jobs) - len(asked)
        found |= _verdicts(experiment, asked, kept, track)
        outcome.verdicts += [verdict for job in jobs if (verdict := found[job]) is not None]
    return outcome


@dataclass(frozen=True, eq=False)
class Job:
    """One candidate to be fitted with one seed as of one snapshot, and judged."""

    ledger: Ledger
    exam: Exam
    spec: ModelSpec
    settings: Training
    seed: int

    @cached_property
    def key(self) -> str:
        """The fingerprint of everything that its verdict depends on."""
        return fit_key(self.ledger, self.spec, self.settings, self.exam, self.seed)

    def work(self, learn_from: training.TrainSet | None) -> Verdict:
        """Fit and judge, and measure what that takes."""
        began = time.perf_counter()
        fitted = training.fit(self.spec, self.ledger, self.exam.snapshot.as_of, self.settings, self.seed, learn_from)
        learned = time.perf_counter()
        verdict = judging.judge(fitted, self.exam)
        answered = time.perf_counter()
        cost = Cost(learned - began, answered - learned, artefact.megabytes(fitted))
        return replace(verdict, importance=getattr(fitted.estimator, "importance", dict)(), cost=cost)


def _verdicts(
    experiment: Experiment, jobs: Sequence[Job], kept: KeptFits | None, track: scale.Track[Future[Verdict]]
) -> dict[Job, Verdict | None]:
    """Train and judge every candidate and seed at one snapshot, side by side."""
    if not jobs:
        return {}
    sets = {settings: _learn_from(job) for settings, job in {job.settings: job for job in jobs}.items()}

    def work(job: Job) -> Verdict:
        verdict = job.work(sets[job.settings])
        if kept:
            kept.keep(job.key, verdict)
        return verdict

    pool = ThreadPoolExecutor(os.cpu_count())
    try:
        futures = {job: pool.submit(work, job) for job in jobs}
        what = f"{experiment.task} as of {jobs[0].exam.snapshot.as_of}"
        for done in track(as_completed(futures.values()), what, len(futures)):
            done.result()  # the first failure ends the experiment
        return {job: future.result() for job, future in futures.items()}
    finally:
        pool.shutdown(cancel_futures=True)


def _learn_from(job: Job) -> training.TrainSet | None:
    """Return what candidates with the job's settings learn from, where that is not the purchases themselves."""
    if job.spec.task in training.OF_PRODUCTS:
        return None
    found = training.train_set(job.ledger, job.exam.snapshot.as_of, job.settings)
    leakage.recheck(job.ledger, found.features).refuse()
    return found


def _check_reach(experiment: Experiment) -> None:
    """Refuse a model whose own settings keep it from the questions of the experiment."""
    asked = experiment.training.horizon_days
    for name, spec in specs(experiment).items():
        estimator = spec.build(asked, 0)
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


def _candidates(experiment: Experiment) -> Iterator[tuple[ModelSpec, Training, int]]:
    for name, spec in specs(experiment).items():
        for seed in experiment.protocol.seeds if spec.seeded else experiment.protocol.seeds[:1]:
            yield spec, training_of(experiment, name), seed
