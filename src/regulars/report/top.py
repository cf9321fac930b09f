"""What the top of a list holds: of the customers that churned, and of money."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from regulars.artefact import Task
from regulars.evaluation.intervals import FloatArray, Metric
from regulars.judging import Exam, Verdict

SHARES = (0.05, 0.1, 0.2, 0.5)
"""How far a list is read, from its top."""
SURE = 0.1
"""The one of them that has an interval."""

Held = tuple[npt.ArrayLike, npt.ArrayLike]
"""What there was to be caught at each row, and the score that sorts the list, higher first."""


def share_held(amounts: npt.ArrayLike, scores: npt.ArrayLike, share: float) -> Metric:
    """Return the share of ``amounts`` in the top ``share`` of a list as a metric of the rows' weights.

    Rows that tie, and the row at the edge, count in proportion. NaN where the amounts add up to nothing.

    >>> share_held([1, 0, 1, 0], [0.9, 0.8, 0.2, 0.1], 0.5)(np.ones(4))
    0.5
    """
    amount, score = np.asarray(amounts, dtype=np.float64), np.asarray(scores, dtype=np.float64)
    order = np.argsort(-score, kind="stable")
    starts = np.flatnonzero(np.diff(score[order], prepend=np.inf))

    def metric(weights: FloatArray) -> float:
        rows = np.add.reduceat(weights[order], starts)
        held = np.add.reduceat((weights * amount)[order], starts)
        if held.sum() <= 0.0:
            return float("nan")
        read, caught = np.append(0.0, np.cumsum(rows)), np.append(0.0, np.cumsum(held))
        return float(np.interp(share * read[-1], read, caught) / caught[-1])

    return metric


def _leavers(exam: Exam, verdict: Verdict) -> dict[str, Held]:
    """Return the customers that churned, and what they had spent in the year before, where that is known."""
    away, risk = verdict.values["churned"], verdict.values["probability"]
    found: dict[str, Held] = {"churners": (away, risk)}
    if "spend_365" in exam.features.columns:
        spent = exam.features["spend_365"].fill_null(0).to_numpy()
        found["money"] = (away * np.maximum(spent, 0), risk)
    return found


def _spenders(_: Exam, verdict: Verdict) -> dict[str, Held]:
    return {"money": (verdict.values["spent"], verdict.values["expected"])}


_LISTS: Mapping[Task, Callable[[Exam, Verdict], dict[str, Held]]] = {
    "churn": _leavers, "timing": _leavers, "spend": _spenders,
}  # fmt: skip


def lists(task: Task, exam: Exam, verdict: Verdict) -> dict[str, Held]:
    """Return what a candidate's list is there to catch: ``churners`` and ``money`` (churn, timing), ``money`` (spend).

    Nothing for tasks whose answers are no list of customers.
    """
    return _LISTS[task](exam, verdict) if task in _LISTS else {}


def held(task: Task, exams: Sequence[Exam], verdicts: Sequence[Verdict], share: float) -> dict[str, float]:
    """Return the share of each amount in the top ``share``, the mean over snapshots (one verdict each)."""
    found: dict[str, list[float]] = {}
    for exam, verdict in zip(exams, verdicts, strict=True):
        for name, (amounts, scores) in lists(task, exam, verdict).items():
            found.setdefault(name, []).append(share_held(amounts, scores, share)(np.ones(len(exam.customers))))
    known = {name: [value for value in values if not np.isnan(value)] for name, values in found.items()}
    return {name: float(np.mean(values)) if values else float("nan") for name, values in known.items()}
