"""Workers that listen on one socket share its connections."""

import asyncio
import socket
from collections.abc import Iterator

import pytest

from serving import fairness


@pytest.fixture(autouse=True)
def _take_back() -> Iterator[None]:
    loop = fairness._LOOP
    before = loop._accept_connection  # type: ignore[attr-defined]
    yield
    loop._accept_connection = before  # type: ignore[attr-defined]


async def taken() -> int:
    """How many of eight waiting connections a server takes when it wakes up once."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=16)
    waiting = [socket.create_connection(listening.getsockname()) for _ in range(8)]
    listening.setblocking(False)
    loop = asyncio.get_running_loop()
    made: list[asyncio.Protocol] = []

    class Noted(asyncio.Protocol):
        def connection_made(self, _: asyncio.BaseTransport) -> None:
            made.append(self)

    accept = loop._accept_connection  # type: ignore[attr-defined]
    accept(Noted, listening, None, None, 100)
    for _ in range(5):
        await asyncio.sleep(0)
    n = len(made)
    for _ in range(7):
        accept(Noted, listening, None, None, 100)
    for _ in range(5):
        await asyncio.sleep(0)
    assert len(made) == 8
    for each in waiting:
        each.close()
    listening.close()
    await asyncio.sleep(0)
    return n


def test_one_at_a_time() -> None:
    assert asyncio.run(taken()) == 8  # else there is nothing to mend any more: delete serving/fairness.py
    fairness.accept_one_at_a_time()
    fairness.accept_one_at_a_time()
    assert asyncio.run(taken()) == 1
