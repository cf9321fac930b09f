"""Every error that can end a request, as the problem to answer with."""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Scope

from regulars.errors import MissingError
from serving import logs
from serving.problems import Problem, defect

MAX_PATH = 200
"""Characters of an address that an error repeats."""


def problem(error: Exception, scope: Scope) -> Problem | None:
    """Return what to answer; None where nobody listens any more. What nobody foresaw is logged.

    Args:
        error: that ended the request.
        scope: of the request.
    """
    match error:
        case Problem():
            return error
        case MissingError():
            return Problem("MODEL_NOT_READY", str(error))  # no champion is there for the question
        case HTTPException():
            return _of_router(error, scope)
        case ClientDisconnect():
            return None
        case _:
            request_id = scope["state"]["request_id"]
            logs.failure(request_id, error)
            return defect(request_id)


def _of_router(error: HTTPException, scope: Scope) -> Problem:
    """Put Starlette's own errors, which are 404 and 405, into our shape."""
    path = scope["path"][:MAX_PATH]
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "")
        detail = f"{path} answers {allowed}, not {scope['method']}; see /docs"
        return Problem("METHOD_NOT_ALLOWED", detail, headers=error.headers)
    return Problem("NOT_FOUND", f"there is no {path}; see /docs", headers=error.headers)
