"""Whether found parameters are better than the present ones, or only luckier."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from regulars import judging
from regulars.evaluation import intervals
from regulars.judging import Verdict
from regulars.search.judge import Judge
from regulars.search.study import Parameters
from regulars.windows import Snapshot

N_SEEDS = 3
"""Seeds that the search did not use, on which found and present parameters meet again."""
N_RESAMPLES = 500
"""Bootstrap resamples of the customers."""


@dataclass(frozen=True)
class Lead:
    """How far the found parameters are ahead of the present ones; positive is better for any metric."""

    better_by: float
    """Mean difference of the metric over the validation snapshots and the new seeds."""
    low: float
    """Lower end of its 95% interval over customers."""
    high: float
    """Upper end."""
    snapshots_won: int
    """Validation snapshots where the found parameters are ahead."""
    snapshots: int
    """Validation snapshots."""

    @property
    def beyond_noise(self) -> bool:
        """Whether the whole interval lies above zero, and more than half of the snapshots are won."""
        return self.low > 0.0 and 2 * self.snapshots_won > self.snapshots

    @property
    def sentence(self) -> str:
        """What was found, in words."""
        said = "better" if self.beyond_noise else "not better beyond noise"
        return (
            f"{said}: {self.better_by:+.4g} [{self.low:+.4g}, {self.high:+.4g}] with new seeds, "
            f"{self.snapshots_won} of {self.snapshots} snapshots won"
        )


def lead(
    judge: Judge, snapshots: Sequence[Snapshot], found: Parameters, present: Parameters, seeds: Sequence[int]
) -> Lead:
    """Train both again with seeds after ``seeds`` and compare them on the same customers of each snapshot.

    New seeds, since the best of many trials owes part of its lead to the luck of its own.
    """
    fresh = range(max(seeds) + 1, max(seeds) + 1 + N_SEEDS)
    mine, theirs = (
        [judge.verdicts(parameters, snapshot, fresh) for snapshot in snapshots] for parameters in (found, present)
    )
    sign = 1.0 if judging.HIGHER_IS_BETTER[judge.metric] else -1.0
    interval = _interval(judge, snapshots, mine, theirs)
    won = [sign * judge.value(a) > sign * judge.value(b) for a, b in zip(mine, theirs, strict=True)]
    return Lead(interval.value, interval.low, interval.high, sum(won), len(won))


def _interval(judge: Judge, snapshots: Sequence[Snapshot], mine: Any, theirs: Any) -> intervals.Interval:
    exams = [judge.exam(snapshot) for snapshot in snapshots]
    sign = 1.0 if judging.HIGHER_IS_BETTER[judge.metric] else -1.0

    def statistic(verdicts: Sequence[Sequence[Verdict]]) -> intervals.Metric:
        value = judging.statistic(judge.metric, exams, [each for found in verdicts for each in found])
        return lambda weights: sign * value(weights)

    return intervals.paired_difference(
        statistic(mine),
        statistic(theirs),
        np.concatenate([exam.customers for exam in exams]),
        np.random.default_rng(0),
        n_resamples=N_RESAMPLES,
    )
