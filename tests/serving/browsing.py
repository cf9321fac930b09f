"""A real server for a real browser, and what the browser does there."""

import socket
import threading
import time

import uvicorn
from playwright.sync_api import ConsoleMessage, Page, Request
from starlette.types import ASGIApp

STARTED_SECONDS = 10.0


class Served:
    """A server on a free port of 127.0.0.1, in a thread."""

    def __init__(self, app: ASGIApp) -> None:
        """Serve ``app``."""
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", ws="none", loop="asyncio"))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)

    def __enter__(self) -> str:
        """Return the address, when it answers."""
        self._thread.start()
        deadline = time.monotonic() + STARTED_SECONDS
        while not self._server.started:
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.01)
        return self.url

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(STARTED_SECONDS)
        self._socket.close()


class Watched:
    """What a page asked for and complained about."""

    def __init__(self, page: Page) -> None:
        """Watch ``page``."""
        self.asked: list[str] = []
        self.complaints: list[str] = []
        page.on("request", self._on_request)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _on_request(self, request: Request) -> None:
        self.asked.append(request.url)

    def _on_console(self, message: ConsoleMessage) -> None:
        # Chromium writes down every answer that is no success, the ones that the page puts into words too.
        if not message.text.startswith("Failed to load resource"):
            self.complaints.append(message.text)
