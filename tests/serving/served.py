"""A real server, for what comes over the wire."""

import socket
import threading
import time

import uvicorn
from starlette.types import ASGIApp

STARTED_SECONDS = 10.0


class Served:
    """A server on a free port of 127.0.0.1, in a thread."""

    def __init__(self, app: ASGIApp) -> None:
        """Serve ``app``."""
        self._socket = socket.socket(proto=socket.IPPROTO_TCP)  # else asyncio does not switch its delay of packets off
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
