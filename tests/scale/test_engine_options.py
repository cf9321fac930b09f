"""The command line's engines: one sentence for what does not go together, the same rows otherwise."""

import json
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from typer.testing import CliRunner

from regulars import scale
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
    assert told == {"rows": expected.height, "parts": 4, "out": str(out), "as_of": ["2023-07-30", str(CUT)]}
    assert_frame_equal(pl.read_parquet(out).sort("as_of", "customer_id"), expected, check_exact=True)
    assert f"{expected.height}" in say("features", "--ledger", small_ledger.path, *days, "--out", out).replace(",", "")


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


@pytest.mark.parametrize("verb", VERBS)
def test_help_names_the_engines(verb: str) -> None:
    told = say(verb, "--help")
    for word in ("--engine", "--workers", "--master", "spark://host:7077", "Example:"):
        assert word in told
