"""Fingerprints tell contents apart, and only contents."""

from pathlib import Path

import polars as pl
import pytest

from regulars import fingerprint

FRAME = pl.DataFrame({"id": ["a", None, ""], "n": [1, None, 0], "on": [True, False, None]})


@pytest.mark.parametrize(
    "other",
    [
        FRAME.reverse(),
        FRAME.select("n", "id", "on"),
        FRAME.rename({"n": "m"}),
        FRAME.cast({"n": pl.Int32}),
        FRAME.fill_null(0),
        FRAME.with_columns(pl.col("id").fill_null("")),
        FRAME.with_columns(on=pl.lit(value=False)),
        FRAME.head(2),
        FRAME.clear(),
    ],
)
def test_another_content_has_another_fingerprint(other: pl.DataFrame) -> None:
    assert fingerprint.of_frame(other) != fingerprint.of_frame(FRAME)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["ab", "c"], ["a", "bc"]),
        (["a\x1f", "b"], ["a", "\x1fb"]),
        ([[1], [2, 3]], [[1, 2], [3]]),
        ([1.0, -1.0], [-1.0, 1.0]),
    ],
)
def test_values_do_not_run_into_each_other(one: list[object], other: list[object]) -> None:
    digests = {fingerprint.of_frame(pl.DataFrame({"x": values})) for values in (one, other)}
    assert len(digests) == 2


def test_the_layout_in_memory_does_not_count(tmp_path: Path) -> None:
    nested = FRAME.with_columns(tags=pl.Series([["x"], [], None]), kind=pl.col("id").cast(pl.Categorical))
    nested.write_parquet(tmp_path / "f.parquet")
    pieces = pl.concat([nested[:1], nested[1:]], rechunk=False)
    for same in (nested.clone(), pieces, pl.read_parquet(tmp_path / "f.parquet"), nested[:]):
        assert fingerprint.of_frame(same) == fingerprint.of_frame(nested)


def test_it_is_the_same_in_every_version() -> None:
    frame = pl.DataFrame({"id": ["a", "b"], "n": [1, 2]})
    assert fingerprint.of_frame(frame) == "c5c4b680e8d7b50dc30262529c7ca743"  # computed here, when it was written


def test_files_and_trees(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("one")
    tree = fingerprint.of_tree(tmp_path)
    (tmp_path / "notes.txt").write_text("not code")
    assert fingerprint.of_tree(tmp_path) == tree
    digest = fingerprint.of_file(tmp_path / "a.py")
    (tmp_path / "a.py").write_text("two")
    assert fingerprint.of_file(tmp_path / "a.py") != digest
    assert fingerprint.of_tree(tmp_path) != tree
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    assert fingerprint.of_tree(tmp_path) != tree
