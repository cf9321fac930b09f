"""The client asks again where that may help, as long as it may, and says what went wrong."""

import asyncio
from typing import Any

import httpx
import pytest
import tenacity

from regulars.client import (
    AsyncClient,
    Client,
    ForbiddenError,
    RefusedError,
    Retry,
    UnavailableError,
    UnreachableError,
)
from regulars.client.requests import models
from serving.problems import Problem
from serving.process import free_port

QUICK = Retry(total_seconds=1.0, first_seconds=0.001, longest_seconds=0.001)
FINE = httpx.Response(200, json={"release": "r"})


def problem(code: str, **headers: str) -> httpx.Response:
    """What the service answers."""
    made = Problem(code, "do something else", [{"path": "k", "code": "c", "message": "m"}]).response("r-1", headers)
    return httpx.Response(made.status_code, content=bytes(made.body), headers=dict(made.headers))


def in_turn(*steps: httpx.Response | Exception) -> tuple[httpx.MockTransport, list[str]]:
    """A network on which one thing happens after the other, and the paths that were asked."""
    rest, asked = iter(steps), list[str]()

    def step(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        found = next(rest)
        if isinstance(found, Exception):
            raise found
        return httpx.Response(found.status_code, content=found.content, headers=found.headers)

    return httpx.MockTransport(step), asked


def named(trouble: httpx.Response | Exception) -> str:
    return repr(trouble) if isinstance(trouble, Exception) else f"{trouble.status_code} {trouble.text[-40:]}"


@pytest.fixture(params=["at once", "awaited"])
def ask(request: pytest.FixtureRequest) -> Any:
    """Asks with either client."""

    def at_once(transport: httpx.MockTransport, retry: Retry = QUICK) -> Any:
        with Client(transport=transport, retry=retry) as shop:
            return shop.models()

    async def awaited(transport: httpx.MockTransport, retry: Retry = QUICK) -> Any:
        async with AsyncClient(transport=transport, retry=retry) as shop:
            return await shop.models()

    return at_once if request.param == "at once" else lambda *given: asyncio.run(awaited(*given))


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.ConnectError("refused"),
        httpx.ConnectTimeout("slow"),
        httpx.RemoteProtocolError("cut"),
        httpx.ReadError("reset"),
        problem("OVERLOADED", **{"Retry-After": "0"}),
        problem("RATE_LIMITED", **{"Retry-After": "0"}),
        httpx.Response(503, text="<h1>a proxy</h1>"),
    ],
    ids=named,
)
def test_asks_again_what_may_go_well(ask: Any, trouble: httpx.Response | Exception) -> None:
    network, asked = in_turn(trouble, trouble, FINE)
    assert ask(network) == {"release": "r"}
    assert asked == ["/v1/models"] * 3


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.ReadTimeout("slow"),
        problem("UNKNOWN_CUSTOMER"),
        problem("INVALID_FIELD"),
        problem("INTERNAL"),
        problem("PURCHASES_OFF"),
        httpx.Response(502, text="a proxy"),
    ],
    ids=named,
)
def test_asks_once_what_will_not(ask: Any, trouble: httpx.Response | Exception) -> None:
    network, asked = in_turn(trouble, FINE)
    with pytest.raises((RefusedError, UnreachableError)):
        ask(network)
    assert len(asked) == 1


def test_does_not_begin_what_would_come_too_late(ask: Any) -> None:
    network, asked = in_turn(problem("OVERLOADED", **{"Retry-After": "60"}), FINE)
    with pytest.raises(UnavailableError) as told:
        ask(network)
    assert len(asked) == 1
    assert told.value.retry_after_seconds == 60


def test_gives_up(ask: Any) -> None:
    network, asked = in_turn(*[httpx.ConnectError("refused")] * 10_000)
    with pytest.raises(UnreachableError, match="check that the service runs there"):
        ask(network, Retry(total_seconds=0.2, first_seconds=0.01, longest_seconds=0.01))
    assert len(asked) > 1
    never, once = in_turn(httpx.ConnectError("refused"), FINE)
    with pytest.raises(UnreachableError):
        ask(never, Retry(total_seconds=0))
    assert len(once) == 1


def test_waits_at_least_what_the_service_asks() -> None:
    state = tenacity.RetryCallState(tenacity.Retrying(), None, (), {})
    network, _ = in_turn(problem("OVERLOADED", **{"Retry-After": "7"}))
    with Client(transport=network, retry=Retry(total_seconds=0)) as shop, pytest.raises(UnavailableError) as told:
        shop.ask(models())
    state.set_exception((type(told.value), told.value, None))
    waits = [Retry(first_seconds=0.5, longest_seconds=2.0).policy()["wait"](state) for _ in range(50)]
    assert min(waits) >= 7
    assert max(waits) <= 9
    assert len(set(waits)) > 1


def test_a_problem_keeps_its_parts() -> None:
    network, _ = in_turn(problem("INVALID_FIELD"), problem("FORBIDDEN"))
    with Client(transport=network) as shop:
        with pytest.raises(RefusedError, match=r"422 INVALID_FIELD: do something else \(request r-1\)") as told:
            shop.models()
        assert (told.value.status, told.value.code, told.value.request_id) == (422, "INVALID_FIELD", "r-1")
        assert told.value.errors == [{"path": "k", "code": "c", "message": "m"}]
        with pytest.raises(ForbiddenError):
            shop.models()


def test_something_else_answers() -> None:
    network, _ = in_turn(httpx.Response(200, text="<h1>a login page</h1>"), httpx.Response(404, json=[]))
    with Client(transport=network) as shop:
        with pytest.raises(UnreachableError, match="not JSON"):
            shop.models()
        with pytest.raises(RefusedError, match="HTTP_404: something that is not regulars"):
            shop.models()


def test_ready_says_no() -> None:
    network, asked = in_turn(problem("MODEL_NOT_READY"))
    with Client(transport=network) as shop:
        assert not shop.ready()
    assert asked == ["/readyz"]
    with Client(f"http://127.0.0.1:{free_port()}") as nobody:
        assert not nobody.ready()
