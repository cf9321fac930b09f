"""What answers changes while it answers; nothing that is wrong with a release ends that, and nobody notices."""

import datetime as dt
import gc
import json
import shutil
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import psutil
import pytest

from regulars import artefact, features, labels
from regulars.artefact import Fitted
from regulars.estimators.churn import LightGBMChurn
from regulars.ledger import Ledger
from regulars.windows import Snapshot
from serving import live, release_build
from serving.app import create_app
from serving.batch_contract import BatchRequest
from serving.contract import ScoreRequest
from serving.live import Live
from serving.recommend_contract import RecommendRequest
from serving.release import CHAMPIONS, CURRENT, DRIFT, LINEAGE, PREPARED, Release
from serving.scorer import Scorer
from tests.serving.conftest import CUT, HORIZON
from tests.serving.served import Served

WHO = ("C003", "C005", "C009")
SECRET = "secret-ada"  # noqa: S105 - stands for what a damaged file holds


@pytest.fixture(scope="module")
def versions(ledger: Ledger, champions: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two releases of different churn champions (do not write to them)."""
    others = Path(shutil.copytree(champions, tmp_path_factory.mktemp("others") / "champions"))
    lines, items = ledger.transactions(before=CUT).collect(), ledger.items()
    snapshots = [Snapshot(CUT, HORIZON).moved(-HORIZON)]
    truth = labels.next_purchase(lines, snapshots)
    table = features.table(lines, features.Side(items), snapshots)
    churn = LightGBMChurn(rounds=5, threads=1).fit(table, truth["duration"].to_numpy(), truth["observed"].to_numpy())
    meta = artefact.read(others / "churn").meta
    shutil.rmtree(others / "churn")
    artefact.write(others / "churn", Fitted(meta, churn))
    lineage = (others / LINEAGE).read_text(encoding="utf-8").replace('"version": 1', '"version": 2')
    (others / LINEAGE).write_text(lineage, encoding="utf-8")
    folder = tmp_path_factory.mktemp("versions") / "releases"
    first, second = (release_build.build(ledger, each, folder) for each in (champions, others))
    return first, second


@pytest.fixture
def releases(versions: tuple[Path, Path], tmp_path: Path) -> tuple[Path, Path]:
    """The same two in a folder of the test's own; the first answers."""
    first, second = (Path(shutil.copytree(each, tmp_path / "releases" / each.name)) for each in versions)
    release_build.point(first)
    return first, second


def steps(*done: Callable[[], object]) -> Callable[[float], bool]:
    """Do one thing before each look of :func:`serving.live.follow`, and then stop it."""
    left = iter(done)

    def stop(_: float) -> bool:
        step = next(left, None)
        if step is not None:
            step()
        return step is None

    return stop


def nothing() -> None:
    """Let it look."""


def held(folder: Path) -> set[str]:
    """The files of a folder that this process has open or mapped."""
    process = psutil.Process()
    paths = {each.path for each in process.open_files()} | {each.path for each in process.memory_maps()}
    return {path for path in paths if path.startswith(str(folder))}


def booster(folder: Path) -> None:
    (folder / CHAMPIONS / "churn" / "booster.txt").write_text(f"tree\n{SECRET}\n", encoding="utf-8")


def settings(folder: Path) -> None:
    (folder / CHAMPIONS / "timing" / "state.json").write_text("{" + SECRET, encoding="utf-8")


def drifting(folder: Path) -> None:
    (folder / DRIFT).unlink()
    (folder / DRIFT).mkdir()


def answers(folder: Path) -> None:
    (folder / PREPARED).write_bytes(b"no database at all" * 100)


def lineage(folder: Path) -> None:
    (folder / CHAMPIONS / LINEAGE).write_text(json.dumps([1]), encoding="utf-8")


def name(folder: Path) -> None:
    (folder.parent / CURRENT).unlink()
    (folder.parent / CURRENT).mkdir()


@pytest.mark.parametrize("damage", [booster, settings, drifting, answers, lineage, name])
def test_nothing_that_is_damaged_ends_the_following(
    releases: tuple[Path, Path], damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    first, second = releases
    answering, said = Live(), []

    def spoil() -> None:
        release_build.point(second)
        damage(second)

    def repair() -> None:
        assert answering.scorer is not None
        assert answering.scorer.release.name == first.name
        said.append(answering.failed)
        if (first.parent / CURRENT).is_dir():
            (first.parent / CURRENT).rmdir()
        release_build.point(first)

    def notice() -> None:
        said.append(answering.failed)

    live.follow(answering, first.parent, None, steps(nothing, spoil, nothing, repair, notice))
    assert said == [CURRENT if damage is name else second.name, None]
    assert len([record for record in caplog.records if "cannot answer from" in record.message]) == 1
    assert SECRET not in caplog.text


def test_what_failed_is_tried_again_after_a_while(
    releases: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = releases
    answering, tried = Live(), []
    whole = (second / PREPARED).read_bytes()
    read = Release.read

    def noted(folder: Path) -> Release:
        tried.append(folder.name)
        return read(folder)

    monkeypatch.setattr(Release, "read", noted)

    def spoil() -> None:
        answers(second)
        release_build.point(second)

    def repair() -> None:
        (second / PREPARED).write_bytes(whole)

    def wait(n_tried: int) -> Callable[[], None]:
        """Let the time pass for which a release that failed is left alone."""

        def passed() -> None:
            assert len(tried) == n_tried
            assert answering.again > time.monotonic() + 1
            answering.again = 0.0

        return passed

    live.follow(answering, first.parent, None, steps(nothing, spoil, nothing, wait(2), repair, wait(3)))
    assert tried == [first.name, second.name, second.name, second.name]
    assert answering.scorer is not None
    assert (answering.scorer.release.name, answering.failed) == (second.name, None)
    assert len(caplog.records) == 1


@pytest.mark.parametrize("damage", [booster, name])
def test_a_worker_that_finds_a_damaged_release_comes_up(
    releases: tuple[Path, Path], damage: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = releases
    damage(first)
    monkeypatch.setattr(live, "start", nothing_beside)
    answering = Live()
    live.begin(answering, first.parent, second, None)
    assert answering.scorer is None
    assert answering.failed == (CURRENT if damage is name else first.name)
    assert "regulars refresh" in answering.missing
    assert SECRET not in answering.missing


def nothing_beside(*_: object) -> None:
    """Start no thread."""


def test_without_a_name_the_bare_release_answers(
    versions: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "start", nothing_beside)
    for releases in (None, tmp_path):
        answering = Live()
        live.begin(answering, releases, versions[1], None)
        assert answering.scorer is not None
        assert answering.scorer.release.name == versions[1].name


def test_a_former_release_is_let_go_when_nobody_can_be_asking_it(
    releases: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = releases
    answering = Live()
    former: list[Scorer] = []
    left: list[weakref.ref[Any]] = []

    def swap() -> None:
        assert answering.scorer is not None
        former.append(answering.scorer)
        ask(answering.scorer)
        release_build.point(second)

    def late() -> None:
        assert answering.scorer is not former[0]
        ask(former[0])  # who has begun with it ends with it
        found = former.pop().release
        left.extend(map(weakref.ref, (found, found.due, found.store, found.champions["churn"].estimator)))
        assert held(first)
        monkeypatch.setattr(live, "GRACE_SECONDS", -1.0)

    gc.collect()
    gc.disable()  # a worker's collector sees little of what was loaded
    try:
        live.follow(answering, first.parent, None, steps(nothing, swap, nothing, late, nothing))
        assert held(first) == set()
        assert [each() for each in left] == [None] * 4
    finally:
        gc.enable()
    assert answering.scorer is not None
    ask(answering.scorer)


def ask(scorer: Scorer) -> None:
    """Ask what uses each file."""
    release = scorer.release
    scorer.score(ScoreRequest(customer_id=WHO[0], as_of=release.as_of + dt.timedelta(days=3)), release.as_of, "r")
    scorer.profile(WHO[0], None, release.as_of, "r")
    assert release.due is not None
    release.due.listed(7, 2, 0.5)


def test_a_closed_release_is_not_asked(versions: tuple[Path, Path]) -> None:
    release = Release.read(versions[0])
    assert release.due is not None
    due = release.due
    assert due.listed(7, 2, 0.5).width > 0
    release.close()
    with pytest.raises(AttributeError):
        due.listed(7, 2, 0.5)


class Asker(threading.Thread):
    """Asks the same questions again and again, until it is told to stop."""

    def __init__(self, url: str, questions: dict[str, dict[str, Any]], stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self._url, self._questions, self._stopped = url, questions, stop
        self.rounds = 0
        self.told: list[tuple[str, int, Any]] = []

    def run(self) -> None:
        with httpx.Client(base_url=self._url, trust_env=False) as client:
            while not self._stopped.is_set():
                for path, body in self._questions.items():
                    response = client.post(path, json=body)
                    self.told.append((path, response.status_code, response.json()))
                self.rounds += 1


def plain(answer: Any) -> dict[str, Any]:
    """An answer as JSON, without its id."""
    found: dict[str, Any] = orjson.loads(orjson.dumps(answer))
    return {field: value for field, value in found.items() if field != "request_id"}


def truth(folder: Path, other_day: dt.date) -> dict[str, dict[str, Any]]:
    """What a release says, by question."""
    scorer = Scorer(Release.read(folder))
    day = scorer.release.as_of
    one = ScoreRequest(customer_id=WHO[0])
    many = BatchRequest(customer_ids=WHO, as_of=other_day)
    offer = RecommendRequest(customer_id=WHO[1])
    found = {
        "/v1/score": plain(scorer.score(one, day, "r")),
        "/v1/score/batch": plain(scorer.batch(many, day, "r")),
        "/v1/recommend": plain(scorer.recommend(offer, day, "r")),
    }
    scorer.release.close()
    return found


@pytest.fixture
def followed(releases: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    """What follows the releases, in a thread."""
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.005)
    answering, stop = Live(), threading.Event()
    live.load(answering, releases[0], None)
    thread = threading.Thread(target=live.follow, args=(answering, releases[0].parent, None, stop.wait), daemon=True)
    thread.start()
    yield answering
    stop.set()
    thread.join(5)


def until(true: Callable[[], bool]) -> None:
    """Return when something is the case."""
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def test_nobody_who_asks_notices_a_swap(releases: tuple[Path, Path], followed: Live) -> None:
    assert followed.scorer is not None
    other_day = followed.scorer.release.as_of + dt.timedelta(days=3)
    truths = [truth(folder, other_day) for folder in releases]
    assert all(truths[0][path] != truths[1][path] for path in truths[0] if path != "/v1/recommend")
    questions: dict[str, dict[str, Any]] = {
        "/v1/score": {"customer_id": WHO[0]},
        "/v1/score/batch": {"customer_ids": list(WHO), "as_of": str(other_day)},
        "/v1/recommend": {"customer_id": WHO[1]},
    }
    stop = threading.Event()
    with Served(create_app(followed, lambda header: header.as_of)) as url:
        askers = [Asker(url, questions, stop) for _ in range(3)]
        for asker in askers:
            asker.start()
        for number in range(1, 6):
            before = [asker.rounds for asker in askers]
            until(lambda b=before: all(a.rounds > n for a, n in zip(askers, b, strict=True)))  # type: ignore[misc]
            release_build.point(releases[number % 2])
            until(lambda n=number: is_answering(followed, releases[n % 2]))  # type: ignore[misc]
        stop.set()
        for asker in askers:
            asker.join(10)
    told = [each for asker in askers for each in asker.told]
    assert {status for _, status, _ in told} == {200}
    seen = {path: [plain(answer) for where, _, answer in told if where == path] for path in questions}
    assert all(answer in [each[path] for each in truths] for path in questions for answer in seen[path])
    assert all(truth_of[path] in seen[path] for path in questions for truth_of in truths)


def is_answering(followed: Live, folder: Path) -> bool:
    return followed.scorer is not None and followed.scorer.release.name == folder.name
