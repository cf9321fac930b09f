"""A folder of parts takes its place as a whole, and what is somebody else's stays."""

from pathlib import Path

import polars as pl
import pytest

from regulars import batch
from regulars.errors import DataError
from regulars.scale import parts

ROWS = pl.DataFrame({"customer_id": ["ann"]})


def filled(folder: Path, kind: str = "features") -> Path:
    with parts.whole(folder, kind) as draft:
        parts.write(ROWS, draft, 0, "print", kind)
    return folder


def test_a_folder_of_an_earlier_run_is_replaced(tmp_path: Path) -> None:
    folder = filled(filled(tmp_path / "out"))
    assert [file.name for file in folder.iterdir()] == ["part-00000.parquet"]
    assert list(tmp_path.iterdir()) == [folder]


def test_what_gets_in_meanwhile_stays(tmp_path: Path) -> None:
    folder = tmp_path / "out"

    def run() -> None:
        with parts.whole(folder, "features") as draft:
            parts.write(ROWS, draft, 0, "print", "features")
            folder.mkdir()
            (folder / "thesis.txt").write_text("years of work")

    with pytest.raises(DataError, match="filled by somebody else meanwhile"):
        run()
    assert (folder / "thesis.txt").read_text() == "years of work"
    assert list(tmp_path.iterdir()) == [folder]


def test_where_the_swap_fails_the_old_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = filled(tmp_path / "out")
    replace = Path.replace

    def fails(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise OSError(28, "No space left on device")
        return replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", fails)
        with pytest.raises(DataError, match=r"cannot write to .* \(No space left on device\)"):
            filled(folder)
    assert (folder / "part-00000.parquet").is_file()
    assert list(tmp_path.iterdir()) == [folder]


def test_a_link_keeps_leading_there(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "disk")
    filled(tmp_path / "out")
    assert (tmp_path / "out").is_symlink()
    assert (tmp_path / "disk" / "part-00000.parquet").is_file()


def test_a_full_disk_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise pl.exceptions.ComputeError("parquet: File error: No space left on device (os error 28)")

    monkeypatch.setattr(pl.DataFrame, "write_parquet", full)
    with pytest.raises(DataError, match=r"\(No space left on device\); name a folder"):
        filled(tmp_path / "out")
    with pytest.raises(DataError, match=r"\(No space left on device\); name a file"):
        batch.write(ROWS, tmp_path / "scores.parquet")
    assert list(tmp_path.iterdir()) == []
