"""Reading what a request brings: bounded, in time, and as the contract says."""

import asyncio
import json
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from serving.operations import JSON
from serving.overload import BODY_SECONDS
from serving.problems import Problem, from_validation

MAX_BODY = 1 << 20
"""Bytes of a body."""

C = TypeVar("C", bound=BaseModel)


async def read(request: Request, kind: type[C]) -> C:
    """Read the body as a ``kind``.

    Raises:
        Problem: UNSUPPORTED_MEDIA_TYPE, BODY_TOO_SLOW, TOO_LARGE, MALFORMED_JSON or INVALID_FIELD.
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != JSON or request.headers.get("content-encoding", "identity") != "identity":
        raise Problem("UNSUPPORTED_MEDIA_TYPE", "send a JSON object with the header Content-Type: application/json")
    try:
        async with asyncio.timeout(BODY_SECONDS):
            body = await _bytes(request)
    except TimeoutError:
        slow = f"the body did not come within {BODY_SECONDS:g} seconds; send it at once"
        raise Problem("BODY_TOO_SLOW", slow, headers={"Connection": "close"}) from None
    try:
        asked = kind.model_validate_json(body)
    except ValidationError as error:
        raise from_validation(error, kind.model_fields) from None
    json.loads(body, object_pairs_hook=_once)
    return asked


async def _bytes(request: Request) -> bytes:
    """Return the bytes of the body.

    Raises:
        Problem: TOO_LARGE.
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
