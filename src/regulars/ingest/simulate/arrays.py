"""Short names for the arrays of a simulation, and the few verbs that numpy lacks."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def places(counts: Ints) -> Ints:
    """Return 0, 1, ... within each group of ``counts``.

    >>> places(np.array([2, 0, 3])).tolist()
    [0, 1, 0, 1, 2]
    """
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.asarray(within, dtype=np.int64)


def pick(weights: Floats, size: int, rng: np.random.Generator) -> Ints:
    """Draw ``size`` places of ``weights``, each as often as its weight says."""
    edges = np.cumsum(weights)
    found = np.searchsorted(edges, rng.random(size) * edges[-1], side="right")
    return np.asarray(np.minimum(found, len(weights) - 1), dtype=np.int64)


def scramble(number: Ints, digits: int) -> Ints:
    """Return a permutation of the numbers below ``10 ** digits``, so that neighbours do not look alike.

    >>> scramble(np.array([0, 1, 2]), 4).tolist()
    [2345, 5744, 9143]
    """
    size = 10**digits
    return np.asarray((number % size * (61803399 % size) + 12345 % size) % size)


def half_up(numerator: Ints, denominator: int) -> Ints:
    """Return the rounded quotients of numbers >= 0; halves go up.

    >>> half_up(np.array([149, 150]), 100).tolist()
    [1, 2]
    """
    return (2 * numerator + denominator) // (2 * denominator)
