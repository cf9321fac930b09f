"""The one shape of every error: RFC 9457 problem documents with a code that programs can rely on."""

import re
from collections.abc import Collection, Mapping, Sequence
from http import HTTPStatus
from typing import NamedTuple

import orjson
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from starlette.responses import Response

from regulars.errors import did_you_mean
from serving.contract import ProblemAnswer, Violation

MEDIA_TYPE = "application/problem+json"
MAX_VIOLATIONS = 20
MAX_ECHO = 40
RETRY_AFTER_SECONDS = 1


class Kind(NamedTuple):
    """What a code means."""

    status: int
    title: str


KINDS: Mapping[str, Kind] = {
    "MALFORMED_JSON": Kind(400, "The body is not JSON"),
    "UNAUTHENTICATED": Kind(401, "The service does not know who asks"),
    "FORBIDDEN": Kind(403, "The key does not allow this"),
    "NOT_FOUND": Kind(404, "There is no such route"),
    "UNKNOWN_CUSTOMER": Kind(404, "The customer is not known"),
    "METHOD_NOT_ALLOWED": Kind(405, "The route answers another method"),
    "BODY_TOO_SLOW": Kind(408, "The body did not come in time"),
    "AS_OF_OUT_OF_RANGE": Kind(409, "The models cannot answer for that day"),
    "CONTRADICTED": Kind(409, "A line is held with other content"),
    "TOO_LARGE": Kind(413, "The body is too large"),
    "UNSUPPORTED_MEDIA_TYPE": Kind(415, "The body is not of type application/json"),
    "INVALID_FIELD": Kind(422, "A field cannot be used"),
    "RATE_LIMITED": Kind(429, "The key asks too often"),
    "INTERNAL": Kind(500, "The service failed"),
    "MODEL_NOT_READY": Kind(503, "The service has no models or no customers to answer from"),
    "PURCHASES_OFF": Kind(503, "The service takes no purchases"),
    "PURCHASES_UNAVAILABLE": Kind(503, "Purchases cannot be kept right now"),
    "OVERLOADED": Kind(503, "The service has too much to do"),
}
"""Every code, with its status and title."""


class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """An error that is answered with a problem document."""

    def __init__(
        self, code: str, detail: str, errors: Sequence[Violation] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        """Raise ``code`` of :data:`KINDS`; ``detail`` is one sentence that says what to do; ``headers`` go with it."""
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.errors = list(errors)
        self.headers = dict(headers or {})

    def document(self, request_id: str) -> ProblemAnswer:
        """Return the body of the answer."""
        status, title = KINDS[self.code]
        return {
            "type": f"/docs#{self.code}",
            "title": title,
            "status": status,
            "detail": self.detail,
            "code": self.code,
            "request_id": request_id,
            "errors": self.errors,
        }

    def response(self, request_id: str, headers: Mapping[str, str] | None = None) -> Response:
        """Return the answer."""
        status = KINDS[self.code].status
        waiting = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
        body = orjson.dumps(self.document(request_id))
        return Response(body, status, {**waiting, **self.headers, **(headers or {})}, MEDIA_TYPE)


def invalid(path: str, message: str, code: str = "invalid") -> Problem:
    """Return the problem of one field that cannot be used."""
    return Problem("INVALID_FIELD", f"{path}: {message}", [{"path": path, "code": code, "message": message}])


def defect(request_id: str) -> Problem:
    """Return the problem of an error that nobody foresaw."""
    return Problem("INTERNAL", f"this is a defect; report it with the request id {request_id}")


def from_validation(error: ValidationError, known: Collection[str], under: str = "") -> Problem:
    """Return the problem that pydantic found.

    Args:
        error: what it found.
        known: names of the fields there are, to suggest one for a misspelt one.
        under: path of the value that was checked; empty for the whole body.
    """
    found = error.errors(include_url=False)
    if found[0]["type"] == "json_invalid":
        reason = found[0]["ctx"]["error"]
        return Problem("MALFORMED_JSON", f"the body is not JSON ({reason}); send a JSON object")
    # A list whose items cannot be used is also too short: true, but no help.
    told = [item for item in found if item["type"] != "too_short" or len(found) == 1]
    violations = [_violation(item, known, under) for item in told[:MAX_VIOLATIONS]]
    first, more = violations[0], f" (and {len(told) - 1} more)" if len(told) > 1 else ""
    return Problem("INVALID_FIELD", f"{first['path'] or 'the body'}: {first['message']}{more}", violations)


def _violation(item: ErrorDetails, known: Collection[str], under: str) -> Violation:
    path = ".".join([*([under] if under else []), *map(str, item["loc"])])
    return {"path": path, "code": item["type"], "message": _message(item, known)}


def _message(item: ErrorDetails, known: Collection[str]) -> str:
    """Return what to do about one field, in the words of the interface rather than of Python."""
    match item["type"]:
        case "extra_forbidden":
            close = did_you_mean(str(item["loc"][-1]), known if len(item["loc"]) == 1 else ())
            return f"unknown field{close}; remove it"
        case "literal_error":
            choices = item["ctx"]["expected"].replace(" or ", ", ")
            return f"this version does not answer {str(item['input'])[:MAX_ECHO]!r}; choose from {choices}"
        case "model_type":
            return "must be a JSON object"
        case "string_pattern_mismatch":
            return "must not hold control characters"
        case _:
            return re.sub(r"^\w+ should", "should", item["msg"])
