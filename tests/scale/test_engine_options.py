"""The command line's engines: one sentence for what does not go together, the same rows otherwise."""

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from typer.testing import CliRunner

from regulars import batch, scale
from regulars.cli import app, models
from regulars.errors import ConfigError, DataError, RegularsError
from regulars.estimators.recommend import OwnTop
from regulars.ledger import Ledger
from regulars.scoring import Champions
from regulars.windows import Snapshot
from tests.test_scoring import CUT, PAIRS, champions, fitted

VERBS = ("features", "score", "recommend")


def say(*words: object) -> str:
    """Run a command line in this process and return what it printed; raise what it raised."""
    done = CliRunner().invoke(app, [str(word) for word in words])
    if done.exception is not None:
        raise done.exception
    return done.output


@pytest.fixture(autouse=True)
def crowned(small_ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Champions:
    """Champions of all tasks, in the place of those of a home."""
    lines = small_ledger.transactions(before=CUT).collect()
    offers = fitted("recommend", OwnTop().fit(lines, small_ledger.items(), CUT))
    found = Champions({**champions(*PAIRS["rules"]).by_task, "recommend": offers})
    monkeypatch.setattr(models, "champions", lambda: found)
    return found


def test_features_of_several_days(small_ledger: Ledger, tmp_path: Path) -> None:
    out = tmp_path / "features"
    days = ("--as-of", "2023-07-30", "--as-of", CUT)
    told = json.loads(say("features", "--ledger", small_ledger.path, *days, "--out", out, "--json"))
    expected = scale.feature_table(small_ledger, [Snapshot(CUT.replace(month=7)), Snapshot(CUT)])
    empty = [name for name in expected.columns if expected[name].is_null().all()]
    told_of = {"rows": expected.height, "parts": 4, "out": str(out), "as_of": ["2023-07-30", str(CUT)]}
    assert told == told_of | {"empty": empty}
    assert_frame_equal(pl.read_parquet(out).sort("as_of", "customer_id"), expected, check_exact=True)
    shown = " ".join(say("features", "--ledger", small_ledger.path, *days, "--out", out).split())
    assert f"rows {expected.height:,} " in shown
    assert f"empty throughout {', '.join(empty)} (no table of stores / events)" in shown


def test_a_ledger_at_a_url(small_ledger: Ledger, tmp_path: Path) -> None:
    words = ("--as-of", CUT, "--json", "--out")
    here = json.loads(say("features", "--ledger", small_ledger.path, *words, tmp_path / "here"))
    there = json.loads(
        say("features", "--ledger", f"file://{small_ledger.path.absolute()}", *words, tmp_path / "there")
    )
    assert here["rows"] == there["rows"] > 0
    names = sorted(file.name for file in (tmp_path / "here").iterdir())
    assert [(tmp_path / "here" / name).read_bytes() for name in names] == [
        (tmp_path / "there" / name).read_bytes() for name in names
    ]


@pytest.mark.parametrize("verb", ["score", "recommend"])
def test_a_file_or_a_file_a_bucket(verb: str, small_ledger: Ledger, tmp_path: Path) -> None:
    words = (verb, "--ledger", small_ledger.path, "--as-of", CUT, "--json", "--out")
    one = json.loads(say(*words, tmp_path / "rows.parquet"))
    many = json.loads(say(*words, tmp_path / "rows"))
    assert many["parts"] == 4
    assert one["rows"] == many["rows"] > 100
    found = pl.read_parquet(tmp_path / "rows.parquet")
    keys = [name for name in ("customer_id", "rank") if name in found.columns]
    assert_frame_equal(pl.read_parquet(tmp_path / "rows").sort(keys), found, check_exact=True)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--master", "local[2]"), "--master local[2] is for Spark; add --engine spark"),
        (("--engine", "spark", "--workers", "2"), "--workers is for --engine local"),
    ],
)
def test_options_of_the_other_engine(
    verb: str, options: tuple[str, ...], sentence: str, small_ledger: Ledger, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError) as error:
        say(verb, "--ledger", small_ledger.path, "--as-of", CUT, "--out", tmp_path / "out", *options)
    assert str(error.value).startswith(sentence)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("verb", VERBS)
def test_a_folder_of_somebody_else(verb: str, small_ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").touch()
    with pytest.raises(DataError, match="holds something else than the parts of an earlier run"):
        say(verb, "--ledger", small_ledger.path, "--as-of", CUT, "--out", tmp_path / "mine")
    with pytest.raises(RegularsError, match="no date"):
        say(verb, "--ledger", small_ledger.path, "--as-of", "soon", "--out", tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize("verb", ["score", "recommend"])
@pytest.mark.parametrize("name", ["README.md", "rows.csv", "rows.2023"])
def test_a_name_that_is_no_parquet_file(verb: str, name: str, small_ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"name a file that ends in \.parquet, or a folder"):
        say(verb, "--ledger", small_ledger.path, "--as-of", CUT, "--out", tmp_path / name)
    assert [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize("verb", ["score", "recommend"])
def test_a_file_that_is_only_called_parquet(verb: str, small_ledger: Ledger, tmp_path: Path) -> None:
    file = tmp_path / "rows.parquet"
    file.write_text("mine", encoding="utf-8")
    with pytest.raises(DataError, match=r"rows\.parquet is there and is no Parquet file; name another$"):
        say(verb, "--ledger", small_ledger.path, "--as-of", CUT, "--out", file)
    with pytest.raises(DataError, match="is no Parquet file"):
        batch.write(pl.DataFrame({"a": [1]}), file)
    assert file.read_text(encoding="utf-8") == "mine"


def test_a_folder_called_like_a_file(small_ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"features go to a folder; name one without a dot, as in --out x$"):
        say("features", "--ledger", small_ledger.path, "--as-of", CUT, "--out", tmp_path / "x.parquet")
    assert list(tmp_path.iterdir()) == []


def test_parts_of_another_kind(small_ledger: Ledger, tmp_path: Path) -> None:
    out = tmp_path / "f2"
    words = ("--ledger", small_ledger.path, "--as-of", CUT, "--out", out)
    say("features", *words)
    before = pl.read_parquet(out)
    for verb, kind in (("score", "scores"), ("recommend", "recommendations")):
        with pytest.raises(DataError, match=rf"f2 holds features, not {kind}; name a new folder$"):
            say(verb, *words)
    assert_frame_equal(pl.read_parquet(out), before)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("name", ["rows", "rows.parquet"])
def test_an_address_is_told_as_it_was_given(verb: str, name: str, small_ledger: Ledger) -> None:
    with pytest.raises(RegularsError, match=rf"(cannot write to|--out) s3://bucket/{name}\b"):
        say(verb, "--ledger", small_ledger.path, "--as-of", CUT, "--out", f"s3://bucket/{name}")


@pytest.mark.parametrize("verb", VERBS)
def test_a_day_that_the_data_does_not_reach(
    verb: str, small_ledger: Ledger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    end = small_ledger.data_through
    words = (verb, "--ledger", str(small_ledger.path), "--json", "--out")
    warned = []
    for days in (1, 2):
        day = end + dt.timedelta(days=days)
        app([*words, str(tmp_path / f"rows{days}"), "--as-of", str(day)], standalone_mode=False)
        told = capsys.readouterr()
        assert json.loads(told.out)["rows"] > 100
        warned.append(told.err)
    late = f"the data ends on {end}, 2 days before {end + dt.timedelta(days=2)}"
    assert warned == ["", f"warning: {late}; what came after it is not known\n"]


def test_days_before_all_data(small_ledger: Ledger, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = small_ledger.manifest.first_day
    words = ["features", "--ledger", str(small_ledger.path), "--out", str(tmp_path / "rows"), "--as-of", str(first)]
    told = f"nobody was known before {first}; the data starts on {first}"
    with pytest.raises(DataError, match=f"^{told}$"):
        app(words, standalone_mode=False)
    assert list(tmp_path.iterdir()) == []
    app([*words, "--as-of", str(CUT)], standalone_mode=False)
    assert capsys.readouterr().err == f"warning: {told}\n"


@pytest.mark.parametrize("verb", VERBS)
def test_ctrl_c(
    verb: str,
    small_ledger: Ledger,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(*_: object) -> scale.Written:
        raise KeyboardInterrupt

    monkeypatch.setattr(scale, "files", interrupted)
    words = [verb, "--ledger", str(small_ledger.path), "--as-of", str(CUT), "--out", str(tmp_path / "rows")]
    assert app(words, standalone_mode=False) == 130
    assert capsys.readouterr() == ("", "stopped; nothing was written\n")


@pytest.mark.parametrize("verb", VERBS)
def test_help_names_the_engines(verb: str) -> None:
    told = say(verb, "--help")
    for word in ("--engine", "--workers", "--master", "spark://host:7077", "Example:"):
        assert word in told
