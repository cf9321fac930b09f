"""Connected components of records, and the same with pairs that must stay apart."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Labels = npt.NDArray[np.int64]


def places(customer_ids: pl.Series, *columns: pl.Series) -> list[Labels]:
    """Return for each column of ids their places in ``customer_ids``; an unknown id is -1."""
    known = pl.DataFrame({"id": customer_ids, "place": np.arange(len(customer_ids), dtype=np.int64)})
    found = (
        column.alias("id").to_frame().join(known, on="id", how="left", maintain_order="left") for column in columns
    )
    return [frame["place"].fill_null(-1).to_numpy().astype(np.int64) for frame in found]


def components(customer_ids: pl.Series, pairs: pl.DataFrame) -> Labels:
    """Return for each record the number of its component; pairs with unknown ids join nothing.

    >>> ids = pl.Series(["a", "b", "c", "d"])
    >>> components(ids, pl.DataFrame({"left_id": ["a", "b"], "right_id": ["b", "d"]})).tolist()
    [0, 0, 1, 0]
    """
    left, right = places(customer_ids, pairs["left_id"], pairs["right_id"])
    known = (left >= 0) & (right >= 0)
    size = (len(customer_ids), len(customer_ids))
    graph = coo_array((np.ones(int(known.sum()), dtype=np.int8), (left[known], right[known])), shape=size)
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


class Groups:
    """Records that join one after the other, unless two of them must stay apart or a group grows too large."""

    def __init__(self, apart: Iterable[tuple[int, int]]) -> None:
        self._parent: dict[int, int] = {}
        self._size: dict[int, int] = {}
        self._foes: dict[int, set[int]] = {}
        for left, right in apart:
            self._foes.setdefault(left, set()).add(right)
            self._foes.setdefault(right, set()).add(left)

    def find(self, record: int) -> int:
        """Return the group's name: one of its records."""
        root = record
        while (parent := self._parent.get(root, root)) != root:
            root = parent
        while (parent := self._parent.get(record, record)) != root:
            self._parent[record], record = root, parent
        return root

    def join(self, left: int, right: int, largest: int | None) -> bool:
        """Join the groups of two records; False where that is not allowed."""
        one, other = sorted((self.find(left), self.find(right)), key=lambda root: self._size.get(root, 1))
        if one == other:
            return True
        size = self._size.get(one, 1) + self._size.get(other, 1)
        if (largest is not None and size > largest) or self._hostile(one, other):
            return False
        self._parent[one] = other
        self._size[other] = size
        foes = self._foes.setdefault(other, set())
        foes |= self._foes.pop(one, set())
        return True

    def _hostile(self, one: int, other: int) -> bool:
        few, root = (one, other)
        if len(self._foes.get(other, ())) < len(self._foes.get(one, ())):
            few, root = (other, one)
        return any(self.find(foe) == root for foe in self._foes.get(few, ()))
