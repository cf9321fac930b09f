"""Who may ask what: keys, their scopes and their rates, before a route does anything."""

import functools
import ipaddress
import math
from collections.abc import Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from regulars.errors import ConfigError
from serving import keys
from serving.environment import KEYS, REQUIRE_KEYS
from serving.keys import Key, Ring, Scope
from serving.problems import Problem
from serving.rates import Rates
from serving.routes import Endpoint

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
FORWARDED = frozenset({b"forwarded", b"x-forwarded-for", b"x-real-ip", b"via"})
"""Headers of a proxy: who asks is then somebody else than who connects."""

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="regulars"'}
BEARER = b"bearer "

Headers = Mapping[bytes, bytes]


class Guard:
    """Lets requests in, or refuses them."""

    def __init__(self, ring: Ring, rates: Rates, *, always: bool = False) -> None:
        """Ask for keys of ``ring``; ``always`` also of programs on this machine."""
        self._ring = ring
        self._rates = rates
        self._always = always

    def admit(self, request: Request, scope: Scope) -> None:
        """Return where the request may do what ``scope`` says; its key, if any, becomes ``request.state.key``.

        Raises:
            Problem: UNAUTHENTICATED, FORBIDDEN or RATE_LIMITED.
        """
        headers = dict(request.scope["headers"])  # Starlette's own looks each name up in the whole list
        given = _given(headers)
        if given is None:
            if self._always or not _is_local(request, headers):
                raise Problem(
                    "UNAUTHENTICATED", "send a key with the header Authorization: Bearer KEY", headers=CHALLENGE
                )
            return
        key = self._ring.find(given)
        if key is None:
            raise Problem("UNAUTHENTICATED", "the key is not known; ask for a new one", headers=CHALLENGE)
        request.state.key = key
        if scope not in key.scopes:
            raise Problem("FORBIDDEN", f"the key {key.name} lacks the scope {scope}; ask for a key that has it")
        if key.per_second is not None:
            self._count(key, key.per_second)

    def _count(self, key: Key, per_second: float) -> None:
        wait = self._rates.wait(key.sha256, per_second)
        if wait:
            seconds = math.ceil(wait)
            raise Problem(
                "RATE_LIMITED",
                f"the key {key.name} may ask {per_second:g} times a second; wait {seconds} s",
                headers={"Retry-After": str(seconds)},
            )


def from_environment(environ: Mapping[str, str]) -> Guard:
    """Return the guard that the environment asks for.

    Raises:
        DataError: the file of the keys is damaged.
    """
    path = Path(environ[KEYS]) if environ.get(KEYS) else None
    rates = Rates(path.with_suffix(".rates") if path else None)
    return Guard(Ring(path), rates, always=environ.get(REQUIRE_KEYS) == "1")


def guarded(endpoint: Endpoint, guard: Guard | None, scope: Scope | None) -> Endpoint:
    """Return the endpoint behind the guard; itself where it is open to all (``scope`` None) or nobody guards."""
    if guard is None or scope is None:
        return endpoint

    async def admitted(request: Request) -> Response:
        guard.admit(request, scope)
        return await endpoint(request)

    return admitted


def sees_people(request: Request) -> bool:
    """Whether the answer may name people: only to a key with the scope ``pii``."""
    key: Key | None = getattr(request.state, "key", None)
    return key is not None and "pii" in key.scopes


def _is_local(request: Request, headers: Headers) -> bool:
    """Whether a program on this machine asks for this machine.

    The connection must arrive at a loopback address, and the request must name one: a page in a browser whose host's
    name has been pointed at 127.0.0.1 (DNS rebinding) names that host. What a proxy passes on is not local.
    """
    server = request.scope.get("server")
    if server is None or not is_loopback(server[0]) or not headers.keys().isdisjoint(FORWARDED):
        return False
    # Of several, a proxy may have looked at another one than we would.
    hosts = [value for name, value in request.scope["headers"] if name == b"host"]
    return len(hosts) == 1 and _without_port(hosts[0].decode("latin-1")) in LOOPBACK_NAMES


@functools.lru_cache(maxsize=64)
def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0"), is_loopback("shop.example")
    (True, True, False, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def refuse_the_world(host: str, path: Path, *, always: bool) -> None:
    """Raise ConfigError where a service on ``host`` needs keys and there is none in the file at ``path``."""
    if keys.read(path):
        return
    if not is_loopback(host):
        raise ConfigError(f"{host} is open to others and there is no key; make one with: regulars keys add NAME")
    if always:
        raise ConfigError("--require-keys lets nobody in, for there is no key; make one with: regulars keys add NAME")


def _given(headers: Headers) -> str | None:
    """Return the key that the request brings."""
    header, plain = headers.get(b"authorization", b""), headers.get(b"x-api-key")
    if header[: len(BEARER)].lower() == BEARER:
        plain = header[len(BEARER) :].strip()
    return None if plain is None else plain.decode("latin-1")


def _without_port(host: str) -> str:
    """Return the name in a Host header.

    >>> [_without_port(host) for host in ("localhost:3000", "[::1]:3000", "127.0.0.1", "[::1")]
    ['localhost', '::1', '127.0.0.1', '']
    """
    if host.startswith("["):
        name, bracket, _ = host[1:].partition("]")
        return name if bracket else ""
    return host.partition(":")[0].lower()
