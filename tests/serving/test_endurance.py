"""The witnesses of the endurance run notice what they are there for."""

import shutil
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from benchmarks.serving import endurance, witness
from benchmarks.serving.endurance import Part
from benchmarks.serving.witness import Buyer, Reader, Seen, Truth, Witness
from regulars.errors import MissingError
from serving import release, release_build
from serving.app import create_app
from serving.fresh import Fresh
from serving.live import Live
from serving.loadtest.load import BROKEN, Measured, Times
from serving.sales import Sale, opened
from serving.scorer import Scorer
from tests.serving.served import Served

WHO = ("C003", "C005")
NOTHING = Times(answered=0, p50=None, p90=None, p99=None, longest=None)


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(witness, "PAUSE_SECONDS", 0.01)


@pytest.fixture
def selling(scorer: Scorer, tmp_path: Path) -> Scorer:
    return Scorer(scorer.release, opened(tmp_path / "purchases.sqlite"))


def asked(kind: type[Witness], answering: Scorer, truth: Scorer, n: int = 3) -> Seen:
    """Let a witness ask a service that answers with ``answering`` what ``truth`` knows."""
    stop, day = threading.Event(), truth.release.as_of
    with Served(create_app(Live(answering), lambda _: day)) as url:
        asking = kind(url, Truth([truth]), WHO, stop, 1)
        asking.start()
        while asking.seen().checked < n and asking.is_alive():
            stop.wait(0.01)
        stop.set()
        asking.join()
    assert asking.failure is None
    return asking.seen()


@pytest.mark.parametrize("kind", [Reader, Buyer])
def test_right_answers_pass(selling: Scorer, kind: type[Witness]) -> None:
    seen = asked(kind, selling, Scorer(selling.release))
    assert (seen.wrong, seen.statuses, seen.broken) == ([], [], 0)
    assert seen.checked >= 3
    held = [sale.order_id for sales in selling.sales.among(WHO).values() for sale in sales]  # type: ignore[union-attr]
    assert sorted(seen.acknowledged) == sorted(held)


class Liar(Scorer):
    """Counts an order too many."""

    def score(self, *given: Any, **named: Any) -> Any:
        answer = super().score(*given, **named)
        return {**answer, "evidence": {**answer["evidence"], "n_orders": answer["evidence"]["n_orders"] + 1}}


class Deaf(Scorer):
    """Knows of no purchase that came in."""

    def few_fresh(self, _: str | None) -> Fresh[list[Sale]]:
        return Fresh([])


@pytest.mark.parametrize(("kind", "service"), [(Reader, Liar), (Buyer, Deaf)])
def test_wrong_answers_are_noticed(selling: Scorer, kind: type[Witness], service: type[Scorer]) -> None:
    seen = asked(kind, service(selling.release, selling.sales), Scorer(selling.release))
    assert "/v1/score" in seen.wrong[0]


def part(statuses: Mapping[int, int], happened: str = "", burst: Mapping[int, int] | None = None) -> Part:
    def measured(found: Mapping[int, int]) -> Measured:
        return Measured(
            seconds=1, per_second=1, all=NOTHING, by_name={}, statuses=dict(found), asked=1, client_cpu_us=1
        )

    return Part([happened], measured(statuses), None if burst is None else measured(burst))


def test_what_is_told() -> None:
    seen = [Seen(5, ["/v1/score: no"], ["1", "2"], [503], 1), Seen(3, [], ["3"], [], 0)]
    parts = [part({200: 9, BROKEN: 2}, "kill"), part({503: 7, 200: 1}, "burst", {503: 100})]
    told = endurance._told(parts, seen, {"1", "3", "4"})
    assert (told["checked"], told["wrong"], told["acknowledged"], told["lost"]) == (8, 1, 3, 1)
    assert (told["errors"], told["cut_off_by_kills"]) == ({}, 2)
    assert told["bursts_statuses"] == [{503: 100}]


@pytest.mark.parametrize(
    "what", [part({BROKEN: 1}), part({503: 1}), part({500: 1}, "kill"), part({500: 1, BROKEN: 1}, "burst", {})]
)
def test_errors_that_nothing_excuses(what: Part) -> None:
    told = endurance._told([what], [Seen(1, [], [], [], 0)], set())
    assert told["errors"] == what.load.statuses
    assert endurance.failed({**told, "memory": []})


def test_what_fails() -> None:
    fine = {"wrong": 0, "lost": 0, "errors": {}, "memory": [{"growth": 0.05}]}
    assert not endurance.failed(fine)
    for bad in ({"wrong": 1}, {"lost": 1}, {"memory": [{"growth": 0.0}, {"growth": 0.06}]}):
        assert endurance.failed({**fine, **bad})


def test_memory_of_workers_that_lived_long_enough() -> None:
    noted = {1: [(float(at), 100.0 + at) for at in range(11)], 2: [(9.0, 50.0), (10.0, 60.0)]}
    assert endurance._grown(noted, 5.0) == [{"from": 5, "to": 10, "mb": 105.0, "mb_end": 110.0, "growth": 0.0476}]


def test_swapping_needs_two_releases_of_one_day(release_path: Path, tmp_path: Path) -> None:
    releases = tmp_path / "releases"
    first = shutil.copytree(release_path, releases / "2024-07-01-a")
    release_build.point(first)
    shutil.copytree(release_path, releases / "2024-07-01-b")  # of the same champions
    with pytest.raises(MissingError, match="two releases of one day"):
        endurance._copied(releases, tmp_path / "some")
    lineage = shutil.copytree(release_path, releases / "2024-07-01-c") / release.CHAMPIONS / release.LINEAGE
    lineage.write_text(lineage.read_text() + " ")
    assert [path.name for path in endurance._copied(releases, tmp_path / "more")] == ["2024-07-01-a", "2024-07-01-c"]
    assert release.current(tmp_path / "more") == tmp_path / "more" / "2024-07-01-a"
