"""Lines keep their numbers and their values, whatever stands between them."""

import bz2
import csv
import gzip
import io
import zipfile
from pathlib import Path

import hypothesis.strategies as st
import pyarrow as pa
import pytest
from hypothesis import given, settings

from regulars.errors import DataError
from regulars.ingest import csv_file, records, stream, text
from regulars.ingest.csv_file import CsvFile
from regulars.ingest.stream import Limits


def write(folder: Path, content: str | bytes) -> Path:
    path = folder / "a.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def lines(path: Path) -> dict[int, tuple[str, ...] | str]:
    """Return what each line became: its values, or the reason why it was set aside."""
    found: dict[int, tuple[str, ...] | str] = {}
    for batch in CsvFile.open(path).batches():
        found |= dict(zip(batch.lines, batch.rows.rows(), strict=True))
        found |= {line: reason for line, reason, _ in batch.ragged.rows()}
    return found


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "BLOCK", 64)


@pytest.mark.usefixtures("small_blocks")
def test_lines_are_numbered_around_ragged_ones_over_many_blocks(tmp_path: Path) -> None:
    ragged = {3, 4, 17, 40, 41, 42, 60}
    path = write(
        tmp_path,
        "id,text\n" + "".join(f"{n},x,y\n" if n in ragged else f'{n},"a\nb"\n' for n in range(1, 61)),
    )
    batches = list(CsvFile.open(path).batches())
    assert len(batches) > 5
    assert sum(batch.height for batch in batches) == 60
    assert all(batch.rows["id"].to_list() == [str(n) for n in batch.lines] for batch in batches)
    aside = {line: content for batch in batches for line, _, content in batch.ragged.rows()}
    assert aside == {n: f'{{"line": "{n},x,y"}}' for n in ragged}


def test_column_names_are_trimmed_and_nameless_ones_numbered(tmp_path: Path) -> None:
    file = CsvFile.open(write(tmp_path, '"a" , b,,\n1,2,3,4\n'))
    assert file.names == ["a", "b", "column 3", "column 4"]
    assert next(file.batches()).rows.rows() == [("1", "2", "3", "4")]


@pytest.mark.parametrize(
    ("head", "delimiter"),
    [
        ("a,b\n", ","),
        ("a;b,c;d\n", ";"),
        ("a\tb\n", "\t"),
        ("a|b\n", "|"),
        ("a\n", ","),
        ('"a;b","c"\n', ","),
        ("sep=;\na,b,c;d\n", ";"),
    ],
)
def test_the_delimiter_is_the_one_that_splits_the_header_most(tmp_path: Path, head: str, delimiter: str) -> None:
    file = CsvFile.open(write(tmp_path, head))
    assert file.delimiter == delimiter
    assert "sep=" not in file.names[0]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("1,\n2\n,\n3,4,\n", {1: ("1", ""), 2: "ragged", 3: ("", ""), 4: "ragged"}),
        ("\n1,2\n\n  \n3,4\n\n", {1: ("1", "2"), 2: ("3", "4")}),
        ('1,"a\n\nb"\n2,c\n', {1: ("1", "a\n\nb"), 2: ("2", "c")}),
        ('1,"lost\n2,b\n3,"c, d"\n', {1: "quotes", 2: ("2", "b"), 3: ("3", "c, d")}),
        ('1,"lost\n2,b\n', {1: "quotes", 2: ("2", "b")}),
        ('1,5" pipe\n2,b\n', {1: ("1", '5" pipe'), 2: ("2", "b")}),
        ('1,"a"b\n2,b\n', {1: "quotes", 2: ("2", "b")}),
        ('1,"say ""hi"", now"\n"2" ,b\n', {1: ("1", 'say "hi", now'), 2: ("2 ", "b")}),
        ("1,a\0b\n2,b\n" + "3,c\n" * 20, {1: "NUL", 2: ("2", "b")} | dict.fromkeys(range(3, 23), ("3", "c"))),
        ("1," + "x" * 200_000 + "\n2,b\n", {1: "longer", 2: ("2", "b")}),
        ('1,"' + "x\n" * 100_000 + '"\n', None),
        ('1,"a,b"\n2,c,"d"\n', {1: ("1", "a,b"), 2: "ragged"}),
        ("1,a\r\n2,b\r\n", {1: ("1", "a"), 2: ("2", "b")}),
        ("1,a\r2,b\r", {1: ("1", "a"), 2: ("2", "b")}),
        ("1,a\n2,b", {1: ("1", "a"), 2: ("2", "b")}),
        ('1,"Frame 5" x 7" oak"\n2,b\n', {1: "quotes", 2: ("2", "b")}),
        ('1,"Frame 5" x 7" oak"\n2\n', {1: "quotes", 2: "ragged"}),
        ("1," + "x" * 131_070 + "\n2,b\n", {1: ("1", "x" * 131_070), 2: ("2", "b")}),
        ("1," + "x" * 131_071 + "\n2,b\n", {1: "longer", 2: ("2", "b")}),
        ('1,"' + "x" * 131_069 + '"\n2,b\n', {1: "longer", 2: ("2", "b")}),
        ("\ufeff1,a\n2,b\n", {1: ("\ufeff1", "a"), 2: ("2", "b")}),
    ],
)
@pytest.mark.parametrize("size", [64, 1 << 24])
def test_what_becomes_of_a_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    body: str,
    found: dict[int, tuple[str, ...] | str] | None,
    size: int,
) -> None:
    monkeypatch.setattr(text, "BLOCK", size)
    words = {
        "ragged": "number of columns differs from the header",
        "quotes": "its quotes do not pair up",
        "NUL": "holds NUL bytes",
        "longer": "longer than 131,072 characters",
    }
    got = lines(write(tmp_path, "id,text\n" + body))
    if found is None:  # an endless value: each of its lines is a line
        assert len(got) == 100_002 - 1
        assert got[1] == words["quotes"]
        return
    assert got == {line: words[what] if isinstance(what, str) else what for line, what in found.items()}


def test_tabs_alone_are_a_record_and_one_column_has_blank_lines(tmp_path: Path) -> None:
    assert lines(write(tmp_path, "a\tb\tc\n\t\t\n1\t2\t3\n")) == {1: ("", "", ""), 2: ("1", "2", "3")}
    assert lines(write(tmp_path, 'a\tb\tc\n\t\t\n1\t5"x"\t3\n')) == {1: ("", "", ""), 2: ("1", '5"x"', "3")}
    assert lines(write(tmp_path, 'a\n1\n \n\n""\n2\n')) == {1: ("1",), 2: ("",), 3: ("2",)}


def test_a_record_that_goes_on_where_the_search_ends_loses_nothing(tmp_path: Path) -> None:
    lost = '1,"' + "x\n" * 65_530 + '",'
    got = lines(write(tmp_path, "id,text,more\n" + lost + "yyyyyyyyyyyy\n2,b,c\n"))
    assert got[1] == "its quotes do not pair up"
    assert got[max(got)] == ("2", "b", "c")
    assert len(got) == 65_532


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_what_is_quoted_properly_needs_no_second_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mark: str
) -> None:
    monkeypatch.setattr(records, "cut", lambda *_: pytest.fail("a block of sound records was cut one by one"))
    rows = ["id,text", '1,"a ""b"" é"', '"2",plain', '3,"two', 'lines"', "4,", '5,""', '"6","c']
    path = write(tmp_path, "\n".join(rows).replace(",", mark) + f'{mark}d"')
    assert [*lines(path).values()][2:] == [("3", "two\nlines"), ("4", ""), ("5", ""), ("6", f"c{mark}d")]


@pytest.mark.parametrize("mark", ["é", "x", '"', "1"])
def test_no_letter_is_believed_to_be_the_delimiter(tmp_path: Path, mark: str) -> None:
    assert CsvFile.open(write(tmp_path, f"sep={mark}\na,b\n1,2\n")).delimiter == ","


def test_a_line_that_never_ends_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "_ENDLESS", 1 << 20)
    monkeypatch.setattr(text, "BLOCK", 1 << 18)
    with pytest.raises(DataError, match="has a line that never ends"):
        list(CsvFile.open(write(tmp_path, "a,b\n1,2\n" + "9" * (1 << 21))).batches())


GERMAN = "id,text\n" + "".join(f"{n},Grüße {n}\n" for n in range(50))


@pytest.mark.parametrize("size", [16, 33, 1 << 24])
@pytest.mark.parametrize(
    "kind",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1", "gzip", "zstd", "bz2", "zip"],
)
def test_every_usual_encoding_and_packing_reads_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, size: int
) -> None:
    monkeypatch.setattr(text, "BLOCK", size)
    raw = GERMAN.replace("\n", "\r\n").encode()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("__MACOSX/._a.csv", b"x")
        file.writestr("a.csv", raw)
    packed = {
        "gzip": gzip.compress(raw),
        "zstd": pa.compress(raw, codec="zstd", asbytes=True),
        "bz2": bz2.compress(raw),
        "zip": archive.getvalue(),
    }
    path = write(tmp_path, packed[kind] if kind in packed else GERMAN.encode(kind))
    assert lines(path) == {n + 1: (str(n), f"Grüße {n}") for n in range(50)}


@pytest.mark.usefixtures("small_blocks")
def test_a_late_letter_settles_the_encoding(tmp_path: Path) -> None:
    body = "id,text\n" + "1,plain ascii\n" * 20
    assert lines(write(tmp_path, (body + "2,grün\n").encode("cp1252")))[21] == ("2", "grün")
    assert lines(write(tmp_path, body + "2,grün\n"))[21] == ("2", "grün")


def test_a_line_in_another_encoding_is_set_aside(tmp_path: Path) -> None:
    mixed = "id,text\n1,grün\n2,süß\n".encode() + "3,blöd\n".encode("cp1252")
    assert lines(write(tmp_path, mixed)) == {1: ("1", "grün"), 2: ("2", "süß"), 3: "no text in UTF-8"}
    undefined = "id,text\n1,grün\n2,süß\n".encode("cp1252") + b"3,\x81\n"
    assert lines(write(tmp_path, undefined))[3] == "no text in Windows-1252"


def test_lines_are_counted_or_estimated(tmp_path: Path) -> None:
    assert CsvFile.open(write(tmp_path, "a,b\n1,2\n3,4")).lines_total == 2
    assert CsvFile.open(write(tmp_path, "a,b\n")).lines_total == 0
    many = CsvFile.open(write(tmp_path, "a,b\n" + "1,2\n" * 500_000)).lines_total
    assert many is not None
    assert abs(many - 500_000) < 5
    packed = write(tmp_path, gzip.compress(b"a,b\n1,2\n"))
    assert CsvFile.open(packed).lines_total == 1
    assert CsvFile.open(write(tmp_path, gzip.compress(b"a,b\n" + b"1,2\n" * 500_000))).lines_total is None


@pytest.mark.parametrize("kind", ["gzip", "zstd", "zip"])
def test_what_grows_beyond_belief_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr(stream, "_INNOCENT", 1 << 20)
    bomb = b"a,b\n" + b"1,2\n" * (1 << 20)
    if kind == "zip":
        with zipfile.ZipFile(tmp_path / "a.csv", "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("a.csv", bomb)
        path = tmp_path / "a.csv"
    else:
        path = write(tmp_path, pa.compress(bomb, codec=kind, asbytes=True))
    with pytest.raises(DataError, match="grows more than 250-fold when it is unpacked"):
        list(CsvFile.open(path).batches())
    allowed = CsvFile.open(path, Limits(ratio=100_000))
    assert sum(batch.height for batch in allowed.batches()) == 1 << 20


values = st.text(alphabet='ab"\n, é5', max_size=6)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(values, values, values), min_size=1, max_size=30),
    st.sampled_from([7, 20, 1 << 24]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_what_was_written_properly_is_read_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]], size: int, quoting: int
) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, quoting=quoting, lineterminator="\n").writerows([("x", "y", "z"), *rows])  # type: ignore[call-overload]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text, "BLOCK", size)
        assert list(lines(path).values()) == rows


PIECES = ["a", "b", ",", ",", "\n", "\n", '"', '""', '"a"', '"a,b"', '"x\ny"', '5"', " ", "\t", "é", "\ufeff"]


@settings(max_examples=60)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join), st.sampled_from(["x,y\n", "x,y,z\n", "x\n"]))
def test_what_becomes_of_a_line_depends_neither_on_its_neighbours_nor_on_blocks(
    tmp_path_factory: pytest.TempPathFactory, body: str, head: str
) -> None:
    folder = tmp_path_factory.mktemp("csv")
    with pytest.MonkeyPatch.context() as patch:
        whole = lines(write(folder, head + body))
        for size in (1, 3, 7, 20):
            patch.setattr(text, "BLOCK", size)
            assert lines(write(folder, head + body)) == whole
        patch.undo()
        ragged = lines(write(folder, head + body + "\n,,,,,\n"))
        assert ragged.pop(len(whole) + 1) == "number of columns differs from the header"
        assert ragged == whole
