"""HTTP/1.1 as far as a load test needs it: keep-alive connections that know when an answer is complete."""

import re
import socket
from typing import Any

import orjson

from regulars.errors import RegularsError

HOST = "127.0.0.1"
"""Load is for the own machine only."""

CHUNK = 1 << 18
"""Bytes read at once."""

CONNECT_SECONDS = 5.0

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_LAST = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)


class LoadError(RegularsError):
    """The load test cannot ask, or does not understand the answer."""


def encoded(method: str, path: str, body: Any = None) -> str:
    """Return a request as it goes over the wire; ``body`` becomes JSON.

    >>> encoded("GET", "/livez").splitlines()[0]
    'GET /livez HTTP/1.1'
    """
    content = "" if body is None else orjson.dumps(body).decode()
    head = f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\n"
    if body is not None:
        head += f"Content-Type: application/json\r\nContent-Length: {len(content.encode())}\r\n"
    return f"{head}\r\n{content}"


class Connection:
    """One connection, on which one request at a time is answered."""

    def __init__(self, port: int) -> None:
        """Connect to ``port`` of this machine.

        Raises:
            LoadError: nothing listens there.
        """
        try:
            self.socket = socket.create_connection((HOST, port), timeout=CONNECT_SECONDS)
        except OSError as error:
            raise LoadError(f"nothing answers on {HOST}:{port} ({error}); start the service first") from error
        self.socket.settimeout(None)  # read only when there is something, so it never waits
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._head = b""
        self._left = 0
        self._status = 0
        self.ends = False
        """Whether the server closes the connection behind the answer that has come."""

    def send(self, request: bytes) -> None:
        """Send a request; the answer to the one before has come."""
        self.socket.sendall(request)

    def receive(self) -> int | None:
        """Read what has come; return the answer's status if it is complete.

        Raises:
            ConnectionError: the server has closed the connection.
            LoadError: the answer does not say how long it is.
        """
        data = self.socket.recv(CHUNK)
        if not data:
            raise ConnectionResetError("closed by the server")
        if self._left:
            self._left -= len(data)
            return None if self._left else self._status
        return self._begun(self._head + data)

    def _begun(self, answer: bytes) -> int | None:
        """Read status and length, once the head is complete."""
        end = answer.find(b"\r\n\r\n")
        if end < 0:
            self._head = answer
            return None
        length = _LENGTH.search(answer, 0, end)
        if length is None:
            raise LoadError(f"an answer without Content-Length: {answer[:80]!r}; ask another route")
        self._head, self._status = b"", int(answer[9:12])
        self.ends = _LAST.search(answer, 0, end) is not None
        self._left = int(length[1]) - (len(answer) - end - 4)
        return None if self._left else self._status

    def close(self) -> None:
        """Close the connection."""
        self.socket.close()
