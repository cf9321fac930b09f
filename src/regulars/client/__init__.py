"""Asking a running service from Python: typed, patient where it is busy, and light.

``Client`` asks and waits, ``AsyncClient`` does the same with ``await``; both have the same methods, defined once in
:mod:`regulars.client.requests`. Nothing of the models or of the service is loaded.

>>> Client("http://127.0.0.1:3000", api_key="rg_secret")
Client('http://127.0.0.1:3000')
"""

from regulars.client.awaiting import AsyncClient
from regulars.client.blocking import Client
from regulars.client.lines import Line, Purchase
from regulars.client.problems import (
    ClientError,
    ForbiddenError,
    RefusedError,
    UnavailableError,
    UnknownCustomerError,
    UnreachableError,
)
from regulars.client.requests import Kept
from regulars.client.retries import Retry

__all__ = [
    "AsyncClient",
    "Client",
    "ClientError",
    "ForbiddenError",
    "Kept",
    "Line",
    "Purchase",
    "RefusedError",
    "Retry",
    "UnavailableError",
    "UnknownCustomerError",
    "UnreachableError",
]
