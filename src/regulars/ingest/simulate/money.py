"""Cents as the two systems print them."""

import numpy as np
import polars as pl

from regulars.ingest.simulate.arrays import Ints


def dollars(cents: Ints) -> pl.Series:
    """Print as the till does.

    >>> dollars(np.array([123450, -300, 0])).to_list()
    ['$1,234.50', '-$3.00', '$0.00']
    """
    values, place = np.unique(cents, return_inverse=True)
    texts = [f"{'-' if value < 0 else ''}${abs(value) // 100:,}.{abs(value) % 100:02d}" for value in values.tolist()]
    return pl.Series(texts, dtype=pl.String).gather(place)


def plain(cents: Ints) -> pl.Series:
    """Print as the web shop does.

    >>> plain(np.array([123450, -5])).to_list()
    ['1234.50', '-0.05']
    """
    values, place = np.unique(cents, return_inverse=True)
    texts = [f"{'-' if value < 0 else ''}{abs(value) // 100}.{abs(value) % 100:02d}" for value in values.tolist()]
    return pl.Series(texts, dtype=pl.String).gather(place)
