"""Reading what a request brings: bounded, in time, and as the contract says."""

import json
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from serving.operations import JSON
from serving.problems import Problem, from_validation

MAX_BODY = 1 << 20
"""Bytes of a body."""

MEDIA = JSON.encode()

READING = "is_reading"
"""Item of a request's state: whether its body is still to come."""

C = TypeVar("C", bound=BaseModel)


async def read(request: Request, kind: type[C]) -> C:
    """Read the body as a ``kind``.

    Raises:
        Problem: UNSUPPORTED_MEDIA_TYPE, TOO_LARGE, MALFORMED_JSON or INVALID_FIELD.
    """
    headers = dict(request.scope["headers"])  # Starlette's own looks each name up in the whole list
    media = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if media != MEDIA or headers.get(b"content-encoding", b"identity") != b"identity":
        raise Problem("UNSUPPORTED_MEDIA_TYPE", "send a JSON object with the header Content-Type: application/json")
    state = request.scope["state"]
    state[READING] = True
    body = await _bytes(request)
    state[READING] = False
    try:
        asked = kind.model_validate_json(body)
    except ValidationError as error:
        raise from_validation(error, kind.model_fields) from None
    if body.count(b":") > 1:  # of one key there are no two
        ONCE.decode(body.decode())
    return asked


async def _bytes(request: Request) -> bytes:
    """Return the bytes of the body.

    Raises:
        Problem: TOO_LARGE.
        ClientDisconnect: they do not come.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise Problem("TOO_LARGE", f"the body has more than {MAX_BODY} bytes; send fewer lines of history")
    return bytes(body)


def _once(pairs: list[tuple[str, Any]]) -> None:
    """Refuse an object with a key twice: readers differ in which one they take, so what is meant is not known.

    Raises:
        Problem: MALFORMED_JSON.
    """
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        twice = next(name for at, name in enumerate(names) if name in names[:at])
        raise Problem("MALFORMED_JSON", f"the key {twice!r} stands twice in one object; send it once")


ONCE = json.JSONDecoder(object_pairs_hook=_once)
"""Reads JSON in which no object has a key twice; what it reads is of no use."""
