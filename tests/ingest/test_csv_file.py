"""Lines keep their numbers, whatever stands between them."""

from pathlib import Path

import pytest

from regulars.errors import DataError
from regulars.ingest import csv_file
from regulars.ingest.csv_file import CsvFile


def test_lines_are_numbered_around_ragged_ones_over_many_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_file, "_BLOCK", 64)
    ragged = {3, 4, 17, 40, 41, 42, 60}
    text = "".join(f"{n},x,y\n" if n in ragged else f'{n},"a\nb"\n' for n in range(1, 61))
    path = tmp_path / "a.csv"
    path.write_text("id,text\n" + text)
    batches = list(CsvFile.open(path).batches())
    assert len(batches) > 5
    assert sum(batch.height for batch in batches) == 60
    assert all(batch.rows["id"].to_list() == [str(n) for n in batch.lines] for batch in batches)
    aside = {line: content for batch in batches for line, content in batch.ragged.rows()}
    assert aside == {n: f'{{"line": "{n},x,y"}}' for n in ragged}


def test_column_names_are_trimmed_and_nameless_ones_numbered(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('"a" , b,,\n1,2,3,4\n')
    file = CsvFile.open(path)
    assert file.names == ["a", "b", "column 3", "column 4"]
    assert next(file.batches()).rows.rows() == [("1", "2", "3", "4")]


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [("a,b\n", ","), ("a;b,c;d\n", ";"), ("a\tb\n", "\t"), ("a|b\n", "|"), ("a\n", ",")],
)
def test_the_delimiter_is_the_one_that_splits_the_header_most(tmp_path: Path, text: str, delimiter: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text)
    assert CsvFile.open(path).delimiter == delimiter


def test_a_line_longer_than_memory_allows_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "_BLOCK", 16)
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n" + "9" * 99 + ",3\n")
    with pytest.raises(DataError, match=r"a.csv cannot be read as CSV after line \d"):
        list(CsvFile.open(path).batches())
