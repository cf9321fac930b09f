"""The page for people: the files of ``console/`` as they are, which ask the routes that applications ask."""

import os
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent / "console"
"""What the page is made of; nothing is built."""

PATH = "/console"

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""What a browser may load for the page: the files of this service, and no script or style inside a document."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-cache",  # asked for again each time, sent again only when changed
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Files(StaticFiles):
    """The files beside the page, with its headers."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """Return the answer that carries a file, or the one that it has not changed."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(HEADERS)
        return response


async def page(_: Request) -> Response:
    """Answer GET /console."""
    return FileResponse(FOLDER / "index.html", headers=HEADERS)


async def without_slash(_: Request) -> Response:
    """Answer GET /console/: the page's links are relative to the address without the slash."""
    return RedirectResponse("../console")


_FILES = Files(directory=FOLDER)

ROUTES: tuple[BaseRoute, ...] = (Route(PATH, page), Route(f"{PATH}/", without_slash), Mount(PATH, _FILES))

NAMED = {page: PATH, without_slash: PATH, _FILES: f"{PATH}/{{file}}"}
"""The route template of each endpoint, for the counters."""
