"""How sure a number is: bootstrap over customers, and the spread over snapshots.

A *metric* is here a function of weights: ``metric(weights)`` is the metric's value when row i counts
``weights[i]`` times. A resample of customers is then nothing but a vector of weights, all rows of a
customer (several snapshots, several seeds) get the same one, and two candidates are compared on the
same resamples.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from regulars.errors import ConfigError, DataError

FloatArray = npt.NDArray[np.float64]
RowArray = npt.NDArray[np.intp]
Metric = Callable[[FloatArray], float]

FEWEST_SNAPSHOTS = 3
"""With fewer, their spread says nothing of how sure their mean is."""


@dataclass(frozen=True)
class Interval:
    """A value and the bounds of its percentile interval."""

    value: float
    """The metric on the customers as they are."""
    low: float
    """Lower bound."""
    high: float
    """Upper bound."""

    @property
    def excludes_zero(self) -> bool:
        """Whether both bounds lie on one side of zero: a difference that is no accident."""
        return self.low > 0.0 or self.high < 0.0


@dataclass(frozen=True)
class Spread:
    """How far a metric moves from snapshot to snapshot."""

    mean: float
    """Mean over snapshots."""
    sd: float
    """Sample standard deviation (divisor n - 1); NaN with one snapshot."""
    min: float
    """Smallest value."""
    max: float
    """Largest value."""


def spread(values: Sequence[float]) -> Spread:
    """Return mean, standard deviation, minimum and maximum of a metric's values, one a snapshot.

    Snapshots where the metric is NaN are left out; all are NaN where none is left.

    >>> spread([1.0, 2.0, 3.0])
    Spread(mean=2.0, sd=1.0, min=1.0, max=3.0)
    """
    known = np.array([value for value in values if not math.isnan(value)], dtype=np.float64)
    if len(known) == 0:
        return Spread(math.nan, math.nan, math.nan, math.nan)
    sd = float(known.std(ddof=1)) if len(known) > 1 else math.nan
    return Spread(float(known.mean()), sd, float(known.min()), float(known.max()))


def over_snapshots(values: Sequence[float], level: float = 0.95) -> Interval:
    """Return the mean over snapshots with the interval that their spread gives: Student's t, n - 1 degrees of freedom.

    It holds snapshots for independent. Where their windows overlap they are not, and it is too narrow. NaN values are
    left out; the bounds are NaN where fewer than three are left.

    >>> found = over_snapshots([1.0, 2.0, 3.0])
    >>> round(found.low, 3), found.value, round(found.high, 3)
    (-0.484, 2.0, 4.484)

    Raises:
        ConfigError: ``level`` is out of range.
    """
    _check(level)
    found, n = spread(values), sum(not math.isnan(value) for value in values)
    if n < FEWEST_SNAPSHOTS:
        return Interval(found.mean, math.nan, math.nan)
    reach = float(stats.t.ppf((1.0 + level) / 2.0, n - 1)) * found.sd / math.sqrt(n)
    return Interval(found.mean, found.mean - reach, found.mean + reach)


def mean_of(values: npt.ArrayLike) -> Metric:
    """Return the metric "mean of ``values``", one a row; NaN rows (undefined) do not count.

    >>> mean_of([1.0, 3.0])(np.array([3.0, 1.0]))
    1.5
    """
    array = np.asarray(values, dtype=np.float64)
    defined = ~np.isnan(array)
    filled, counts = np.where(defined, array, 0.0), defined.astype(np.float64)

    def metric(weights: FloatArray) -> float:
        total = float(weights @ counts)
        return float(weights @ filled) / total if total > 0.0 else math.nan

    return metric


def mean_over(groups: npt.ArrayLike, metric: Callable[[RowArray, FloatArray], float]) -> Metric:
    """Return the plain mean over groups of a metric that each group has by itself.

    The AUC of four snapshots is the mean of four AUCs, not the AUC of all rows thrown together::

        mean_over(as_of, lambda rows, weights: auc(churned[rows], probability[rows], weights))

    Args:
        groups: the group of each row, e.g. its as_of.
        metric: called with the rows of one group and their weights. Groups without weight or with a
            NaN do not count; the mean is NaN where no group does.
    """
    codes = np.unique(np.asarray(groups), return_inverse=True)[1]
    members = [np.flatnonzero(codes == code) for code in range(codes.max(initial=-1) + 1)]

    def mean(weights: FloatArray) -> float:
        parts = [metric(rows, weights[rows]) for rows in members if weights[rows].any()]
        known = [part for part in parts if not math.isnan(part)]
        return sum(known) / len(known) if known else math.nan

    return mean


def resamples(customers: npt.ArrayLike, n_resamples: int, rng: np.random.Generator) -> Iterator[FloatArray]:
    """Yield ``n_resamples`` weight vectors, one entry a row: how often its customer was drawn.

    As many customers are drawn with replacement as there are; all rows of one share their weight.

    Raises:
        ConfigError: ``n_resamples`` is below 1.
        DataError: there is no row.
    """
    if n_resamples < 1:
        raise ConfigError(f"a bootstrap needs at least one resample, not {n_resamples}")
    names, codes = np.unique(np.asarray(customers), return_inverse=True)
    if len(names) == 0:
        raise DataError("there is no customer to resample; look at the snapshot and its filters")
    for _ in range(n_resamples):
        drawn = np.bincount(rng.integers(0, len(names), len(names)), minlength=len(names))
        yield drawn.astype(np.float64)[codes]


def bootstrap(
    metric: Metric,
    customers: npt.ArrayLike,
    rng: np.random.Generator,
    *,
    n_resamples: int = 1000,
    level: float = 0.95,
) -> Interval:
    """Return the metric with its percentile interval over resampled customers.

    Resamples where the metric is NaN (one class only, say) do not count; the bounds are NaN where
    none is left.

    Args:
        metric: of the rows' weights.
        customers: (n_rows,), whose row it is; a customer's rows are resampled together.
        rng: the source of randomness, moved on by the call.
        n_resamples: 1000 for means; 200 will do for metrics that sort.
        level: probability content, in (0, 1).

    Raises:
        ConfigError: ``n_resamples`` or ``level`` is out of range.
        DataError: there is no row.
    """
    _check(level)
    draws = np.array([metric(weights) for weights in resamples(customers, n_resamples, rng)])
    return of_draws(metric(np.ones(len(np.asarray(customers)))), draws, level=level)


def of_draws(value: float, draws: FloatArray, *, level: float = 0.95) -> Interval:
    """Return ``value`` with the percentile interval of what it was on each resample.

    NaN draws do not count; the bounds are NaN where none is left.

    >>> of_draws(2.0, np.array([1.0, 2.0, 3.0, np.nan]), level=0.5)
    Interval(value=2.0, low=1.5, high=2.5)

    Raises:
        ConfigError: ``level`` is out of range.
    """
    _check(level)
    known = draws[~np.isnan(draws)]
    if len(known) == 0:
        return Interval(value, math.nan, math.nan)
    low, high = np.quantile(known, [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    return Interval(value, float(low), float(high))


def _check(level: float) -> None:
    if not 0.0 < level < 1.0:
        raise ConfigError(f"the level of an interval lies inside (0, 1), not at {level}")


def paired_difference(
    challenger: Metric,
    champion: Metric,
    customers: npt.ArrayLike,
    rng: np.random.Generator,
    *,
    n_resamples: int = 1000,
    level: float = 0.95,
) -> Interval:
    """Return challenger minus champion with its percentile interval, both on the same resamples.

    Which sign is good is the metric's affair: an AUC should rise, a Brier score should fall.

    >>> better = paired_difference(
    ...     mean_of([3.0, 5.0]), mean_of([1.0, 3.0]), ["C1", "C2"], np.random.default_rng(7), n_resamples=50
    ... )
    >>> better, better.excludes_zero
    (Interval(value=2.0, low=2.0, high=2.0), True)

    Args and errors as :func:`bootstrap`.
    """

    def difference(weights: FloatArray) -> float:
        return challenger(weights) - champion(weights)

    return bootstrap(difference, customers, rng, n_resamples=n_resamples, level=level)
