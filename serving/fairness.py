"""Connections shared out among the workers of a machine, which all listen on one socket."""

import asyncio.selector_events
import functools
from typing import Any

_LOOP = asyncio.selector_events.BaseSelectorEventLoop


def accept_one_at_a_time() -> None:
    """Let this process take one connection whenever it wakes up, not all that wait.

    asyncio takes as many as it can: of connections that are opened together all went to one worker, and the others had
    nothing to do (measured: 8 of 8, and 64 of 64). There is no setting for it but the length of the kernel's queue.
    """
    accept = _LOOP._accept_connection  # type: ignore[attr-defined]

    @functools.wraps(accept)
    def one(
        self: Any, factory: Any, sock: Any, sslcontext: Any = None, server: Any = None, *rest: Any, **more: Any
    ) -> None:
        more.pop("backlog", None)
        accept(self, factory, sock, sslcontext, server, 1, *rest[1:], **more)

    if not hasattr(accept, "__wrapped__"):
        _LOOP._accept_connection = one  # type: ignore[attr-defined]
