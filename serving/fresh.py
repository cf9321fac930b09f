"""Purchases since the release was made, as far as they can be looked up: an answer that does not know them says so."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Generic, NamedTuple, TypeVar

from serving import metrics
from serving.contract import Warned
from serving.problems import Problem
from serving.sales import SalesError

UNKNOWN: Warned = {
    "code": "PURCHASES_UNKNOWN",
    "text": "purchases since the release could not be looked up; the answer does not know them",
}

L = TypeVar("L")


class Fresh(NamedTuple, Generic[L]):
    """What was looked up."""

    lines: L
    """Of one customer, or of several by id; empty where they could not be looked up."""
    warnings: tuple[Warned, ...] = ()
    """What the reader of the answer should know."""


def looked_up(find: Callable[[], L], empty: L) -> Fresh[L]:
    """Return what ``find`` finds; ``empty``, with a warning, where the store fails."""
    try:
        return Fresh(find())
    except SalesError:
        metrics.unknown()
        return Fresh(empty, (UNKNOWN,))


@contextlib.contextmanager
def admitted(fresh: Fresh[L]) -> Iterator[None]:
    """Let a refusal of the block say, too, that a customer may be known by purchases that could not be looked up."""
    try:
        yield
    except Problem as problem:
        if problem.code != "UNKNOWN_CUSTOMER" or not fresh.warnings:
            raise
        detail = f"{problem.detail}; purchases since the release could not be looked up"
        raise Problem(problem.code, detail) from None
