"""More than can be answered is refused at once, and what is slow does not hold up the rest."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from serving import app as app_module
from serving import batches, metrics
from serving.app import create_app
from serving.edge import Edge
from serving.live import Live
from serving.overload import InFlight, Pool
from serving.problems import Problem
from serving.scorer import Scorer
from tests.serving.test_app import refused

OTHER_DAY = {"customer_id": "C003", "as_of": "2024-05-15"}
"""A question whose answer was not made beforehand."""


class Gate:
    """A task that waits until it is let go."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.begun = 0

    def __call__(self) -> str:
        self.begun += 1
        assert self.open.wait(5)
        return "done"


@pytest.fixture
def gate() -> Iterator[Gate]:
    held = Gate()
    yield held
    held.open.set()


def gauge(name: str) -> float:
    """What a gauge says."""
    line = next(line for line in metrics.exposition().decode().splitlines() if line.startswith(f"{name} "))
    return float(line.split()[1])


async def settled(pool: Pool, gate: Gate, begun: int) -> None:
    """Return when so many tasks have begun."""
    while gate.begun < begun:
        await asyncio.sleep(0.001)


def test_beyond_a_short_queue_nobody_waits(gate: Gate) -> None:
    async def story() -> None:
        pool, before = Pool(1, waiting=2), gauge("regulars_answers_computing")
        accepted = [asyncio.create_task(pool.run(gate)) for _ in range(3)]
        await settled(pool, gate, 1)
        with pytest.raises(Problem, match="too many answers"):
            await pool.run(gate)
        assert (gate.begun, gauge("regulars_answers_computing") - before) == (1, 3)
        gate.open.set()
        assert await asyncio.gather(*accepted) == ["done"] * 3
        assert await pool.run(gate) == "done"
        assert gauge("regulars_answers_computing") == before

    asyncio.run(story())


def test_nobody_works_on_what_nobody_waits_for(gate: Gate) -> None:
    async def story() -> None:
        pool = Pool(1, waiting=1)
        first, second = (asyncio.create_task(pool.run(gate)) for _ in range(2))
        await settled(pool, gate, 1)
        for task in (first, second):
            task.cancel()
        await asyncio.gather(first, second, return_exceptions=True)
        third = asyncio.create_task(pool.run(gate))  # takes the place of the second; the first keeps its thread
        await asyncio.sleep(0)
        with pytest.raises(Problem):
            await pool.run(gate)
        gate.open.set()
        assert await third == "done"
        assert gate.begun == 2

    asyncio.run(story())


def test_what_fails_makes_room(gate: Gate) -> None:
    async def story() -> None:
        pool = Pool(1, waiting=0)
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                await pool.run(lambda: 1 / 0)

    asyncio.run(story())


def client(scorer: Scorer) -> httpx.AsyncClient:
    """The service, asked several things at once."""
    app = create_app(Live(scorer), lambda _: scorer.release.as_of)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


def test_prepared_answers_come_while_others_are_refused(
    scorer: Scorer, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = Pool(1, waiting=0)
    monkeypatch.setattr(app_module, "_POOL", pool)

    async def story() -> None:
        busy = asyncio.create_task(pool.run(gate))
        await settled(pool, gate, 1)
        async with client(scorer) as asking:
            response = await asking.post("/v1/score", json=OTHER_DAY)
            refused(response, "OVERLOADED")
            assert response.headers["retry-after"] == "1"
            assert (await asking.post("/v1/score", json={"customer_id": "C003"})).status_code == 200
            gate.open.set()
            await busy
            assert (await asking.post("/v1/score", json=OTHER_DAY)).status_code == 200

    asyncio.run(story())


def test_after_midnight_answers_are_computed_beside_the_event_loop(
    scorer: Scorer, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the release is of yesterday, nothing that was prepared fits."""
    monkeypatch.setattr(app_module, "_POOL", Pool(1, waiting=-1))
    late = create_app(Live(scorer), lambda header: header.as_of.replace(year=header.as_of.year + 1))

    async def story() -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(late), base_url="http://test") as asking:
            refused(await asking.post("/v1/score", json={"customer_id": "C003"}), "OVERLOADED")

    asyncio.run(story())


def test_slow_bodies(scorer: Scorer) -> None:
    hasty = create_app(Live(scorer), lambda _: scorer.release.as_of)
    hasty.deadline_seconds = 0.01

    async def drip() -> AsyncIterator[bytes]:
        yield b'{"customer_id"'
        await asyncio.sleep(60)

    async def story() -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(hasty), base_url="http://test") as asking:
            response = await asking.post("/v1/score", content=drip(), headers={"Content-Type": "application/json"})
            refused(response, "BODY_TOO_SLOW")
            assert response.headers["connection"] == "close"

    asyncio.run(story())


def test_who_watches_is_answered_whatever_there_is_to_do(scorer: Scorer) -> None:
    busy = create_app(Live(scorer), lambda _: scorer.release.as_of)
    busy.in_flight = InFlight(0)

    async def story() -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(busy), base_url="http://test") as asking:
            refused(await asking.get("/v1/models"), "OVERLOADED")
            for path in ("/livez", "/readyz", "/metrics"):
                assert (await asking.get(path)).status_code == 200

    asyncio.run(story())


def test_a_large_batch_that_is_computed_waits_for_another_and_for_nothing_else(
    scorer: Scorer, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    heavy = Pool(1, waiting=0)
    monkeypatch.setattr(app_module, "_HEAVY", heavy)
    monkeypatch.setattr(batches, "CHUNK", 2)
    many = ["C003", "C005", "C007"]

    async def story() -> None:
        busy = asyncio.create_task(heavy.run(gate))
        await settled(heavy, gate, 1)
        async with client(scorer) as asking:
            later = {"customer_ids": many, "as_of": OTHER_DAY["as_of"]}
            refused(await asking.post("/v1/score/batch", json=later), "OVERLOADED")
            assert (await asking.post("/v1/score/batch", json={"customer_ids": many})).status_code == 200
            few = {**later, "customer_ids": many[:2]}
            assert (await asking.post("/v1/score/batch", json=few)).status_code == 200
            gate.open.set()
            await busy
            told = (await asking.post("/v1/score/batch", json=later)).json()
            assert [row["customer_id"] for row in told["results"]] == many
            ones = [await asking.post("/v1/score", json={**OTHER_DAY, "customer_id": who}) for who in many]
            assert [row["churn"] for row in told["results"]] == [one.json()["churn"] for one in ones]

    asyncio.run(story())


def test_requests_at_once() -> None:
    begun = asyncio.Event()

    async def waits(scope: Scope, receive: Receive, send: Send) -> None:
        await begun.wait()
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    edge = Edge(waits, {})
    edge.in_flight = InFlight(2)

    async def story() -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(edge), base_url="http://test") as asking:
            first = [asyncio.create_task(asking.get("/")) for _ in range(2)]
            await asyncio.sleep(0.01)
            assert gauge("regulars_requests_in_flight") == 2
            response = await asking.get("/")
            refused(response, "OVERLOADED")
            assert response.headers["retry-after"] == "1"
            begun.set()
            assert [answer.status_code for answer in await asyncio.gather(*first)] == [204, 204]
            assert (await asking.get("/")).status_code == 204
        assert gauge("regulars_requests_in_flight") == 0

    asyncio.run(story())
