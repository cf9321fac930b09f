"""What both clients are made of."""

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import httpx

import regulars
from regulars.client import answers, problems
from regulars.client.problems import UnreachableError
from regulars.client.requests import Ask, Kept, Walk
from regulars.client.retries import Retry
from regulars.errors import ConfigError

ADDRESS = "http://127.0.0.1:3000"
TIMEOUT_SECONDS = 10.0
"""Twice what the service takes at most."""

PATIENT = Retry()
LOOPBACK = ("127.0.0.1", "::1", "localhost")

A = TypeVar("A")
M = TypeVar("M", bound=Callable[..., Any])


class Connected:
    """An address, a key that nothing shows, and how patient to be."""

    def __init__(self, base_url: str, timeout_seconds: float, retry: Retry) -> None:
        """Prepare to ask.

        Raises:
            ConfigError: the address cannot be used.
        """
        self._url = _checked(base_url)
        self._timeout_seconds = timeout_seconds
        self.policy = retry.policy()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self._url)!r})"

    def options(self, api_key: str | None) -> dict[str, Any]:
        """Return what httpx is told of every request.

        Raises:
            ConfigError: the key cannot be used.
        """
        return {
            "base_url": self._url,
            "timeout": self._timeout_seconds,
            "trust_env": self._url.host not in LOOPBACK,  # no proxy stands between a machine and itself
            "headers": {"User-Agent": f"regulars/{regulars.__version__}", **_authorization(api_key)},
        }

    def read(self, response: httpx.Response) -> Any:
        """Return what was answered.

        Raises:
            RefusedError: a problem.
            UnreachableError: what answered is not the service.
        """
        if not response.is_success:
            raise problems.refused(response)
        return answers.read(response.content)

    def lost(self, error: httpx.RequestError) -> UnreachableError:
        """Return the exception of a request without an answer."""
        return problems.unreachable(error, self._url, self._timeout_seconds)


def sent(ask: Ask[Any]) -> dict[str, Any]:
    """Return what httpx is told to send, beside method and path."""
    headers = {} if ask.body is None else {"Content-Type": "application/json"}
    return {"content": ask.body, "headers": headers, "params": dict(ask.parameters) or None}


def following(walk: Walk[A], answer: A) -> Ask[A] | None:
    """Return the next request of a walk, now that the answer before it is known; None at its end."""
    try:
        return walk.send(answer)
    except StopIteration:
        return None


def total(kept: Iterable[Kept]) -> Kept:
    """Return what became of all purchases."""
    found = list(kept)
    return Kept(sum(each.n_new for each in found), sum(each.n_known for each in found))


def signed(method: M, request: Callable[..., Any]) -> M:
    """Let ``method`` be called and documented as ``request`` is, with its parameters after self."""
    functools.update_wrapper(method, request)
    parameters = inspect.signature(request).parameters.values()
    this = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    method.__signature__ = inspect.Signature([this, *parameters])  # type: ignore[attr-defined]
    return method


def _checked(address: str) -> httpx.URL:
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL as error:
        raise ConfigError(f"{address!r} is no address ({error}); give one such as {ADDRESS}") from error
    if url.userinfo:
        raise ConfigError("the address holds a name or password; leave it out and give api_key")
    if url.scheme not in ("http", "https") or not url.host:
        raise ConfigError(f"{address!r} is no address of a service; give one such as {ADDRESS}")
    return url


def _authorization(api_key: str | None) -> dict[str, str]:
    if api_key is None:
        return {}
    if not api_key or not api_key.isascii() or not api_key.isprintable() or " " in api_key:
        raise ConfigError("the API key is empty or has characters that no key has; was it cut or copied with a line?")
    return {"Authorization": f"Bearer {api_key}"}
