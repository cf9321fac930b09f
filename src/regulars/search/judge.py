"""What parameters are worth: models trained with them, judged on the validation snapshots."""

import dataclasses
import math
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from regulars import judging, leakage, training
from regulars.config import ModelSpec, Training
from regulars.errors import DataError
from regulars.judging import Exam, Verdict
from regulars.ledger import Ledger
from regulars.training import TrainSet
from regulars.windows import Snapshot


@dataclass
class Judge:
    """Trains and judges a model's parameters; exams and train sets are made once a snapshot and kept."""

    spec: ModelSpec
    ledger: Ledger
    settings: Training
    metric: str
    exams_: dict[Snapshot, Exam] = field(default_factory=dict, init=False, repr=False)
    train_sets_: dict[Snapshot, TrainSet] = field(default_factory=dict, init=False, repr=False)

    def verdicts(self, parameters: Mapping[str, Any], snapshot: Snapshot, seeds: Sequence[int]) -> list[Verdict]:
        """Return a verdict a seed on the model with ``parameters``, trained as of ``snapshot`` and judged after it.

        Raises:
            DataError: there is too little to learn from, or the metric has no value there.
        """
        exam, learn_from = self.exam(snapshot), self._train_set(snapshot)
        spec = self.spec.model_copy(update={"parameters": {**self.spec.parameters, **parameters}})

        def work(seed: int) -> Verdict:
            fitted = training.fit(spec, self.ledger, snapshot.as_of, self.settings, seed, learn_from)
            return dataclasses.replace(judging.judge(fitted, exam), answer=None)  # curves are large, and done with

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            found = list(pool.map(work, self.seeds(seeds)))
        if not all(math.isfinite(verdict.metrics[self.metric]) for verdict in found):
            raise DataError(
                f"{self.metric} has no value as of {snapshot.as_of}: the {len(exam.customers)} customers there all did "
                "the same; use another --horizon or --before"
            )
        return found

    def value(self, verdicts: Sequence[Verdict]) -> float:
        """Return the mean of the metric over ``verdicts``."""
        return float(np.mean([verdict.metrics[self.metric] for verdict in verdicts]))

    def seeds(self, seeds: Sequence[int]) -> Sequence[int]:
        """Return the seeds that make a difference: one for a model without a seed."""
        return seeds if self.spec.seeded else seeds[:1]

    def exam(self, snapshot: Snapshot) -> Exam:
        """Return the questions at ``snapshot``."""
        if snapshot not in self.exams_:
            self.exams_[snapshot] = judging.exam(self.ledger, self.spec.task, snapshot)
        return self.exams_[snapshot]

    def _train_set(self, snapshot: Snapshot) -> TrainSet | None:
        if self.spec.task in training.OF_PRODUCTS:
            return None
        if snapshot not in self.train_sets_:
            found = training.train_set(self.ledger, snapshot.as_of, self.settings)
            leakage.recheck(self.ledger, found.features).refuse()
            self.train_sets_[snapshot] = found
        return self.train_sets_[snapshot]
