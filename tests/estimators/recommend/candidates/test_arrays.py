from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from regulars.errors import DataError
from regulars.estimators.recommend.candidates import arrays
from tests.estimators.recommend.candidates.contract import mapped, same_matrix

DENSE = hnp.arrays(np.float32, st.tuples(st.integers(0, 6), st.integers(0, 6)), elements=st.floats(-9, 9, width=32))


@settings(max_examples=40, deadline=None)
@given(DENSE)
def test_a_matrix_comes_back(tmp_path_factory: pytest.TempPathFactory, dense: np.ndarray) -> None:
    folder = tmp_path_factory.mktemp("matrix")
    saved = sp.csr_array(dense)
    arrays.save_matrix(saved, folder, "one")
    loaded = arrays.load_matrix(folder, "one")
    same_matrix(loaded, saved)
    np.testing.assert_array_equal(loaded.toarray(), dense)


def test_it_stays_in_its_files(tmp_path: Path) -> None:
    """Nothing is copied on loading, and nobody writes into the files."""
    arrays.save_matrix(sp.csr_array(np.eye(3, dtype=np.float32)), tmp_path, "eye")
    assert {path.name for path in tmp_path.iterdir()} == {
        f"eye.{part}.npy" for part in ("data", "indices", "indptr", "shape")
    }
    loaded = arrays.load_matrix(tmp_path, "eye")
    assert not mapped(np.ones(3))
    with pytest.raises(ValueError, match="read-only"):
        loaded.data[0] = 2.0


def test_wide_numbers_of_columns_are_kept_small(tmp_path: Path) -> None:
    wide = sp.csr_array((np.ones(2, np.float32), np.array([0, 69_999]), np.array([0, 1, 2])), shape=(2, 70_000))
    arrays.save_matrix(wide, tmp_path, "wide")
    loaded = arrays.load_matrix(tmp_path, "wide")
    assert {loaded.indices.dtype, loaded.indptr.dtype} == {np.dtype(np.int32)}
    same_matrix(loaded, wide)


def test_an_array_comes_back_and_a_pickle_does_not(tmp_path: Path) -> None:
    arrays.save_array(np.arange(5), tmp_path, "five")
    loaded = arrays.load_array(tmp_path, "five")
    assert mapped(loaded)
    assert loaded.tolist() == [0, 1, 2, 3, 4]
    np.save(tmp_path / "five.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="Python objects"):
        arrays.load_array(tmp_path, "five")


def test_more_entries_than_can_be_counted_are_refused(tmp_path: Path) -> None:
    huge = cast("sp.csr_array", SimpleNamespace(nnz=2**31))
    with pytest.raises(DataError, match="huge has 2,147,483,648 entries"):
        arrays.save_matrix(huge, tmp_path, "huge")
    assert not list(tmp_path.iterdir())
