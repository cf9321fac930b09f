import datetime as dt
import hashlib
import json
import time
from pathlib import Path

import pytest

from regulars.errors import ConfigError
from regulars.ingest.simulate import Plan, write

TINY = Plan(customers=40, years=1, seed=3, n_items=60)


def _digests(path: Path) -> dict[str, str]:
    files = sorted(file for file in path.rglob("*") if file.is_file())
    return {file.relative_to(path).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_the_same_plan_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    plan = Plan(customers=2600, years=1, seed=5, n_items=80)
    first = _digests(write(tmp_path / "a", plan).path)
    assert _digests(write(tmp_path / "b", plan).path) == first
    other = _digests(write(tmp_path / "c", Plan(customers=2600, years=1, seed=6, n_items=80)).path)
    assert other.keys() == first.keys()
    same = [name for name in first if first[name] == other[name]]
    assert same == ["stores.csv"]


def test_a_second_run_replaces_the_first(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "shop"
    first = _digests(write(out, TINY).path)
    assert _digests(write(out, TINY).path) == first
    smaller = write(out, Plan(customers=7, years=1, n_items=60))
    assert smaller.expected == json.loads((out / "truth/expected.json").read_text())
    assert smaller.expected["plan"]["customers"] == 7
    assert sorted(file.name for file in out.parent.iterdir()) == ["shop"]


def test_every_file_is_listed_and_its_lines_are_counted(tmp_path: Path) -> None:
    written = write(tmp_path / "shop", TINY)
    assert sorted(_digests(written.path)) == written.expected["files"]
    for name, lines in written.expected["lines"].items():
        assert (written.path / name).read_text().count("\n") == lines + 1, name


def test_an_empty_folder_is_written_to(tmp_path: Path) -> None:
    assert (write(tmp_path, TINY).path / "till.csv").exists()


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ConfigError, match="something else than a simulated shop"):
        write(tmp_path, TINY)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_a_simulated_shop_with_something_added_is_left_alone(tmp_path: Path) -> None:
    out = write(tmp_path / "shop", TINY).path
    (out / "notes.md").write_text("mine")
    with pytest.raises(ConfigError, match=r"notes\.md, which was not simulated"):
        write(out, TINY)
    assert (out / "notes.md").read_text() == "mine"


@pytest.mark.parametrize("text", ["[]", "{}", '{"files": 3}', "nothing"])
def test_a_folder_that_only_looks_like_one_is_left_alone(tmp_path: Path, text: str) -> None:
    (tmp_path / "truth").mkdir()
    (tmp_path / "truth" / "expected.json").write_text(text)
    with pytest.raises(ConfigError):
        write(tmp_path, TINY)
    assert (tmp_path / "truth" / "expected.json").read_text() == text


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "shop").write_text("a file")
    with pytest.raises(ConfigError, match="is a file"):
        write(tmp_path / "shop", TINY)
    with pytest.raises(ConfigError, match="cannot be written"):
        write(tmp_path / "shop" / "inner", TINY)


def test_interrupted_it_leaves_what_was_there(tmp_path: Path) -> None:
    out = tmp_path / "shop"
    before = _digests(write(out, TINY).path)

    def interrupt(done: int, blocks: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(out, Plan(customers=41, years=1, n_items=60), interrupt)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "new", TINY, interrupt)
    assert _digests(out) == before
    assert [file.name for file in tmp_path.iterdir()] == ["shop"]


def test_progress_counts_the_blocks(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    write(
        tmp_path / "shop", Plan(customers=2501, years=1, n_items=60), lambda done, blocks: seen.append((done, blocks))
    )
    assert seen == [(1, 2), (2, 2)]


@pytest.mark.parametrize("seed", range(8))
def test_the_smallest_shops_can_be_written(tmp_path: Path, seed: int) -> None:
    plan = Plan(customers=1, years=1, seed=seed, n_items=50, start=dt.date(2024, 2, 29))
    lines = write(tmp_path / "shop", plan).expected["lines"]
    assert lines["till.csv"] + lines["web.csv"] > 0


@pytest.mark.slow
def test_a_large_shop_takes_less_than_two_minutes(tmp_path: Path) -> None:
    begun = time.perf_counter()
    written = write(tmp_path / "shop", Plan(customers=100_000))
    assert time.perf_counter() - begun < 120
    assert written.expected["lines"]["till.csv"] + written.expected["lines"]["web.csv"] > 3_000_000
