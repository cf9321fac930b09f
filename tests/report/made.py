"""Hand-made outcomes of an experiment: what a candidate answered is given, nothing is trained."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from regulars.artefact import Task
from regulars.config import Experiment, Protocol
from regulars.experiment import Outcome
from regulars.judging import Exam, Verdict
from regulars.windows import Snapshot

DAYS = (dt.date(2024, 1, 1), dt.date(2024, 2, 1), dt.date(2024, 3, 1))
Answers = Mapping[str, Sequence[Mapping[str, Any]]]
"""Candidate -> at each snapshot, what its verdict keeps a row."""


def outcome(task: Task, metric: str, answers: Answers, **exam: Any) -> Outcome:
    """Return an outcome of one seed; the first candidate is the baseline.

    Args:
        task: churn, timing, spend or replenish.
        metric: the one that decides.
        answers: a mapping a snapshot; ``answer`` (curves) and ``metrics`` are kept apart from the rows' values.
        exam: fields of every exam; ``features`` are ids C0, C1, ... where they are not given, all in one slice.
    """
    names = tuple(answers)
    asked = Experiment(
        name="made-up", task=task, question="Is it better?", metric=metric, baseline=names[0], models=names,
        protocol=Protocol(n_tests=len(answers[names[0]]), seeds=(0,), n_resamples=40),
    )  # fmt: skip
    made = Outcome(asked)
    for place, day in enumerate(DAYS[: len(answers[names[0]])]):
        verdicts = [_verdict(name, day, answers[name][place]) for name in names]
        n = len(next(iter(verdicts[0].values.values())))
        features = pl.DataFrame({"customer_id": [f"C{number}" for number in range(n)]})
        told = {"features": features, "slice_of": np.full(n, 2), **exam}
        made.exams.append(Exam(snapshot=Snapshot(day, 30), **told))
        made.verdicts += verdicts
    return made


def churn(churned: Any, *probabilities: Any) -> list[dict[str, Any]]:
    """Return a churn candidate's answers from its probabilities, an array a snapshot."""
    truth = np.array(churned, dtype=np.bool_)
    return [
        {"churned": truth.copy(), "probability": np.asarray(p), "brier": (np.asarray(p) - truth) ** 2}
        for p in probabilities
    ]


def _verdict(model: str, as_of: dt.date, told: Mapping[str, Any]) -> Verdict:
    values = {name: np.asarray(each) for name, each in told.items() if name not in ("answer", "metrics")}
    return Verdict(model, as_of, 0, told.get("metrics", {}), values, told.get("answer"))
