"""A release is written whole, found made already, and taken up by services that run."""

import dataclasses
import json
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from regulars import features, fingerprint
from regulars.errors import DataError
from regulars.ledger import Ledger
from serving import live, release, release_build
from serving.live import Live
from serving.release import CHAMPIONS, DRIFT, DUE, PREPARED, STORE, Release
from serving.scorer import Scorer


@pytest.fixture
def others(champions: Path, tmp_path: Path) -> Path:
    """Champions of the next version."""
    folder = Path(shutil.copytree(champions, tmp_path / "champions"))
    text = (folder / "lineage.json").read_text(encoding="utf-8").replace('"version": 1', '"version": 2')
    (folder / "lineage.json").write_text(text, encoding="utf-8")
    return folder


def test_what_has_not_changed_is_found_made(ledger: Ledger, champions: Path, release_path: Path) -> None:
    before = fingerprint.of_tree(release_path, "*")
    assert release_build.build(ledger, champions, release_path.parent) == release_path
    assert fingerprint.of_tree(release_path, "*") == before


def test_new_champions_share_the_store(ledger: Ledger, champions: Path, others: Path, tmp_path: Path) -> None:
    first = release_build.build(ledger, champions, tmp_path / "releases")
    release_build.point(first)
    second = release_build.build(ledger, others, tmp_path / "releases")
    assert second != first
    assert (second / STORE).samefile(first / STORE)
    assert release.current(tmp_path / "releases") == first
    release_build.point(second)
    assert release.current(tmp_path / "releases") == second


def test_a_failed_build_leaves_nothing(
    ledger: Ledger, champions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(features, "table", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        release_build.build(ledger, champions, tmp_path / "releases")
    assert list((tmp_path / "releases").iterdir()) == [tmp_path / "releases" / release_build.LOCK]


def test_old_releases_are_cleared_away(ledger: Ledger, champions: Path, tmp_path: Path) -> None:
    first = release_build.build(ledger, champions, tmp_path / "releases")
    names = [first.name]
    for number in range(4):
        copied = shutil.copytree(first.with_name(names[-1]), first.with_name(f"other-{number}"))
        names.append(Path(copied).name)
        release_build.point(Path(copied))
    kept = {path.name for path in (tmp_path / "releases").iterdir()}
    assert kept == {"current", release_build.LOCK, *names[-3:]}


def looks(n: int) -> Callable[[float], bool]:
    """Let :func:`serving.live.follow` look ``n`` times."""
    left = iter([False] * n)
    return lambda _: next(left, True)


def test_a_running_service_takes_up_another(ledger: Ledger, champions: Path, others: Path, tmp_path: Path) -> None:
    releases = tmp_path / "releases"
    answering = Live()
    release_build.point(release_build.build(ledger, champions, releases))
    live.follow(answering, releases, None, looks(1))
    first = answering.scorer
    assert first is not None
    live.follow(answering, releases, None, looks(2))
    assert answering.scorer is first
    release_build.point(release_build.build(ledger, others, releases))
    live.follow(answering, releases, None, looks(1))
    assert answering.scorer is not None
    assert answering.scorer.release.models["churn"]["version"] == "2"
    # The former one still answers whoever asked it before.
    assert first.release.prepared.standing("C003") is not None


def test_a_damaged_release_is_not_taken_up(
    ledger: Ledger, champions: Path, others: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    releases, answering = tmp_path / "releases", Live()
    release_build.point(release_build.build(ledger, champions, releases))
    live.follow(answering, releases, None, looks(1))
    first = answering.scorer
    damaged = release_build.build(ledger, others, releases)
    (damaged / PREPARED).write_bytes(b"no database at all" * 100)
    release_build.point(damaged)
    live.follow(answering, releases, None, looks(3))
    assert answering.scorer is first
    assert answering.failed == damaged.name
    assert len([record for record in caplog.records if damaged.name in record.message]) == 1


def test_the_release_of_nobody(ledger: Ledger, champions: Path, tmp_path: Path) -> None:
    release_build.build_bare(ledger, champions, tmp_path / "release")
    bare = Release.read(tmp_path / "release")
    assert (bare.store.header.n_customers, bare.prepared.standing("C003")) == (0, None)
    assert Scorer(bare).state(bare.as_of, "r")["store"]["n_customers"] == 0


def test_answers_name_the_champions(release_path: Path) -> None:
    read = Release.read(release_path)
    lineage = json.loads((release_path / "champions" / "lineage.json").read_text(encoding="utf-8"))
    assert {task: model["training_cut"].isoformat() for task, model in read.models.items()} == {
        task: entry["as_of"] for task, entry in lineage.items()
    }
    assert dataclasses.is_dataclass(read)


def test_a_store_of_an_older_version_is_no_hindrance(
    ledger: Ledger, champions: Path, others: Path, tmp_path: Path
) -> None:
    releases = tmp_path / "releases"
    first = release_build.build(ledger, champions, releases)
    release_build.point(first)
    (first / STORE).write_bytes(b"of an older version")
    second = release_build.build(ledger, others, releases)
    assert Release.read(second).store.header.n_customers > 0


def middle(path: Path) -> None:
    """Overwrite what lies in the middle of a file, whose beginning and end stay good."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 4)
        file.write(b"\xff" * (size // 2))


DAMAGED: dict[str, Callable[[Path], object]] = {
    "store": lambda folder: middle(folder / STORE),
    "answers": lambda folder: middle(folder / PREPARED),
    "no answers": lambda folder: (folder / PREPARED).unlink(),
    "drift": lambda folder: middle(folder / DRIFT),
    "no due list": lambda folder: (folder / DUE).unlink(),
    "due list": lambda folder: (folder / DUE).write_bytes((folder / DUE).read_bytes()[:-9]),
    "champion": lambda folder: middle(folder / CHAMPIONS / "churn" / "booster.txt"),
    "no champion": lambda folder: shutil.rmtree(folder / CHAMPIONS / "timing"),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_release_is_made_again(
    ledger: Ledger, champions: Path, release_path: Path, tmp_path: Path, damage: str
) -> None:
    folder = Path(shutil.copytree(release_path, tmp_path / "releases" / release_path.name))
    release_build.point(folder)
    DAMAGED[damage](folder)
    made = release_build.build(ledger, champions, folder.parent)
    assert made.name == f"{folder.name}-2"
    Release.read(made).check()
    assert release_build.build(ledger, champions, folder.parent) == made
    answering = Live()
    release_build.point(made)
    live.follow(answering, folder.parent, None, looks(1))
    assert answering.scorer is not None
    assert answering.scorer.release.name == made.name


def test_what_a_killed_build_left_is_removed(
    ledger: Ledger, champions: Path, release_path: Path, tmp_path: Path
) -> None:
    releases = tmp_path / "releases"
    folder = Path(shutil.copytree(release_path, releases / release_path.name))
    left = releases / f"{release_build.DRAFT}left" / "2024-06-25-0"
    left.mkdir(parents=True)
    (left / STORE).write_bytes(b"histories")
    with FileLock(releases / release_build.LOCK), pytest.raises(DataError, match="another process makes a release"):
        release_build.build(ledger, champions, releases)
    assert (left / STORE).exists()  # somebody may be working on it
    assert release_build.build(ledger, champions, releases) == folder
    assert not left.parent.exists()


def test_only_the_owner_may_read_releases(ledger: Ledger, champions: Path, tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        (tmp_path / "releases").mkdir()
        folder = release_build.build(ledger, champions, tmp_path / "releases")
    finally:
        os.umask(before)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (folder.parent, folder)] == [0o700, 0o700]


def test_a_release_is_on_the_disk_before_it_has_its_name(
    ledger: Ledger, champions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[tuple[int, bool]] = []
    releases, sync = tmp_path / "releases", os.fsync

    def noted(descriptor: int) -> None:
        named = [path for path in releases.iterdir() if path.is_dir() and not path.name.startswith(".")]
        flushed.append((os.fstat(descriptor).st_ino, bool(named)))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    folder = release_build.build(ledger, champions, releases)
    release_build.point(folder)
    before = {inode for inode, is_named in flushed if not is_named}
    assert {path.stat().st_ino for path in (folder, *folder.rglob("*"))} <= before
    behind = [inode for inode, is_named in flushed if is_named]
    assert behind == [releases.stat().st_ino, (releases / "current").stat().st_ino, releases.stat().st_ino]
