"""Ids as small integers."""

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from regulars.features.rollup import Ints


def coded(ids: pl.Series) -> tuple[Ints, pl.Series]:
    """Return a code for each id, and the id of each code; null is an id like any other.

    >>> codes, names = coded(pl.Series(["tea", "bread", "tea", None]))
    >>> codes.tolist(), names.to_list()
    ([0, 1, 0, 2], ['tea', 'bread', None])
    """
    codes, names = _encoded(ids)
    return codes, pl.Series(names, dtype=pl.String)


def ordered(ids: pl.Series) -> tuple[Ints, pl.Series]:
    """Return the same with codes in the order of the ids, null last.

    >>> codes, names = ordered(pl.Series(["tea", "bread", "tea", None]))
    >>> codes.tolist(), names.to_list()
    ([1, 0, 1, 2], ['bread', 'tea', None])
    """
    codes, names = _encoded(ids)
    order = pc.array_sort_indices(names, null_placement="at_end")
    rank = np.empty(len(names), np.int64)
    rank[order.to_numpy()] = np.arange(len(names))
    return rank[codes], pl.Series(names.take(order), dtype=pl.String)


def _encoded(ids: pl.Series) -> tuple[Ints, pa.Array]:
    encoded = pc.dictionary_encode(ids.to_arrow(), null_encoding="encode")
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    return encoded.indices.to_numpy().astype(np.int64), encoded.dictionary
