"""What may go wrong when a service is asked: its problem documents as exceptions."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx

from regulars.errors import RegularsError

if TYPE_CHECKING:
    from serving.contract import Violation

CONNECTION = (httpx.ConnectTimeout, httpx.NetworkError, httpx.RemoteProtocolError)
"""What happens to a connection, not to a request: the same may go well on another one."""

BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
SWITCHED_OFF = "PURCHASES_OFF"
"""A 503 that waiting does not change."""


class ClientError(RegularsError):
    """A question came to no answer."""


class UnreachableError(ClientError):
    """Nobody answered, or what answered is not the service."""

    def __init__(self, detail: str, *, may_pass: bool = False) -> None:
        """Say what happened; ``may_pass`` tells whether another try may go well."""
        super().__init__(detail)
        self.may_pass = may_pass


class Problem(NamedTuple):
    """What a problem document says."""

    status: int
    """Of HTTP."""
    code: str
    """What programs rely on, such as ``UNKNOWN_CUSTOMER``; ``HTTP_502``, say, where something else answered."""
    detail: str
    """One sentence that says what to do."""
    request_id: str
    """What to name to those who run the service."""
    errors: "list[Violation]"
    """The fields that cannot be used: path, code and message of each."""
    retry_after_seconds: float | None
    """How long the service asks to wait."""


class RefusedError(ClientError):
    """The service answered with a problem; its parts are attributes of the exception."""

    def __init__(self, problem: Problem) -> None:
        """Carry ``problem``."""
        super().__init__(problem)
        self.status, self.code, self.detail, self.request_id, self.errors, self.retry_after_seconds = problem

    def __str__(self) -> str:
        """Return the status, the code and the sentence."""
        return f"{self.status} {self.code}: {self.detail} (request {self.request_id or 'without an id'})"

    @property
    def may_pass(self) -> bool:
        """Whether another try may go well."""
        return self.status in BUSY and self.code != SWITCHED_OFF


class UnknownCustomerError(RefusedError):
    """No purchase of the customer is known; ask with a history."""


class ForbiddenError(RefusedError):
    """The API key is missing, wrong, or not good for this."""


class UnavailableError(RefusedError):
    """The service has too much to do or nothing to answer from, and that did not pass in time."""


_KINDS: Mapping[int, type[RefusedError]] = {
    HTTPStatus.UNAUTHORIZED: ForbiddenError,
    HTTPStatus.FORBIDDEN: ForbiddenError,
    HTTPStatus.TOO_MANY_REQUESTS: UnavailableError,
    HTTPStatus.SERVICE_UNAVAILABLE: UnavailableError,
}


def refused(response: httpx.Response) -> RefusedError:
    """Return the exception of an answer that is an error."""
    told = _document(response)
    status = response.status_code
    problem = Problem(
        status,
        str(told.get("code") or f"HTTP_{status}"),
        str(told.get("detail") or "something that is not regulars answered; check the address and what stands before"),
        str(told.get("request_id") or response.headers.get("x-request-id", "")),
        told["errors"] if isinstance(told.get("errors"), list) else [],
        _seconds(response.headers.get("retry-after", "")),
    )
    kind = UnknownCustomerError if problem.code == "UNKNOWN_CUSTOMER" else _KINDS.get(status, RefusedError)
    return kind(problem)


def unreachable(error: httpx.RequestError, url: httpx.URL, timeout_seconds: float) -> UnreachableError:
    """Return the exception of a request without an answer."""
    if isinstance(error, httpx.TimeoutException):
        told = f"no answer from {url} within {timeout_seconds:g} seconds; ask for less, or allow more"
    else:
        reason = str(error) or type(error).__name__
        told = f"no answer from {url} ({reason}); check that the service runs there"
    return UnreachableError(told, may_pass=isinstance(error, CONNECTION))


def _document(response: httpx.Response) -> dict[str, Any]:
    try:
        found = json.loads(response.content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _seconds(header: str) -> float | None:
    """Read Retry-After where it is a number of seconds, as ours is; another form, a date, is left to the back-off."""
    return float(header) if header.isascii() and header.isdigit() else None
