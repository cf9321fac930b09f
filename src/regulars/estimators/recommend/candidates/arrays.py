"""Sparse matrices as plain files that are mapped into memory: loading reads nothing before it is asked for."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from regulars.errors import DataError

_PARTS = ("data", "indices", "indptr")


def save_matrix(matrix: sp.csr_array, folder: Path, name: str) -> None:
    """Write a matrix as ``<name>.{data,indices,indptr,shape}.npy``.

    Raises:
        DataError: more entries than narrow numbers count.
    """
    if matrix.nnz > np.iinfo(np.int32).max:
        raise DataError(f"{name} has {matrix.nnz:,} entries, too many to keep; keep fewer neighbours or items")
    for part in _PARTS:
        values = getattr(matrix, part)
        np.save(folder / f"{name}.{part}.npy", values if part == "data" else values.astype(np.int32))
    np.save(folder / f"{name}.shape.npy", np.array(matrix.shape))


def load_matrix(folder: Path, name: str) -> sp.csr_array:
    """Map what :func:`save_matrix` wrote."""
    data, indices, indptr = (load_array(folder, f"{name}.{part}") for part in _PARTS)
    rows, columns = load_array(folder, f"{name}.shape")
    return sp.csr_array((data, indices, indptr), shape=(int(rows), int(columns)))


def save_array(values: npt.NDArray[np.generic], folder: Path, name: str) -> None:
    """Write an array as ``<name>.npy``."""
    np.save(folder / f"{name}.npy", values)


def load_array(folder: Path, name: str) -> npt.NDArray[Any]:
    """Map what :func:`save_array` wrote; numpy refuses whatever would run code."""
    mapped = np.load(folder / f"{name}.npy", mmap_mode="r")
    # A plain array over the map: numpy is slow to make new objects of a class of its own for every slice.
    return np.asarray(mapped)
