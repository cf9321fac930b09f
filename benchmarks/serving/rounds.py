"""Measuring: every target in turn, again and again, so that a ratio compares neighbours in time."""

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from benchmarks.serving.servers import Running
from benchmarks.serving.targets import Target
from regulars.errors import RegularsError
from serving.loadtest import apart
from serving.loadtest.load import Load

CONNECTIONS = (8, 64)


class WrongAnswerError(RegularsError):
    """A server answered with an error, so its figures would mean nothing."""


class Plan(NamedTuple):
    """How long is measured."""

    rounds: int
    seconds: float
    """Of one cell: a target at a number of connections."""
    warm_up: float
    """Before each cell."""
    connections: Sequence[int] = CONNECTIONS


FULL = Plan(rounds=3, seconds=3.0, warm_up=0.5)
QUICK = Plan(rounds=1, seconds=1.0, warm_up=0.5)


class Cell(NamedTuple):
    """One measurement."""

    target: str
    connections: int
    round: int
    per_second: float
    """Requests answered."""
    p50: float
    """Milliseconds, as is the next."""
    p99: float
    cpu_us: float
    """Processor time of all the server's processes for one request, in microseconds."""
    client_cpu_us: float
    """The same of the load."""
    failed: int
    busiest: float
    """Share of the busiest worker in the workers' processor time: .5 of two is an even load."""


def cells(targets: Sequence[Target], running: Mapping[str, Running], plan: Plan) -> Iterator[Cell]:
    """Measure every target in turn, as often as there are rounds; those in between go the other way round."""
    for n in range(plan.rounds):
        for connections in plan.connections:
            for target in targets[:: -1 if n % 2 else 1]:
                yield cell(target, running[target.server], plan, connections, n)


def cell(target: Target, server: Running, plan: Plan, connections: int, n: int) -> Cell:
    """Measure one target once.

    Raises:
        WrongAnswerError: none of the answers was good.
    """
    load = Load(port=server.server.port, connections=connections, seconds=plan.seconds, warm_up=plan.warm_up)
    before, shares = server.cpu_seconds(), _worked(server)
    found = apart.measure(load, target.asks)
    taken = [now - then for now, then in zip(_worked(server), shares, strict=True)]
    cpu = 1e6 * (server.cpu_seconds() - before) / max(found.asked, 1)
    if found.all.p50 is None or found.all.p99 is None:
        raise WrongAnswerError(f"{target.name} gave no good answer within {plan.seconds:g} s: {found.statuses}")
    return Cell(
        target.name, connections, n, found.per_second, found.all.p50, found.all.p99,
        round(cpu, 1), found.client_cpu_us, found.failed, round(max(taken) / (sum(taken) or 1.0), 2),
    )  # fmt: skip


def _worked(server: Running) -> list[float]:
    return [sum(one.cpu_times()[:2]) for one in server.workers()]


def load_average() -> float:
    """Return how many processes want the processor: above the number of cores, figures are not to be trusted."""
    return round(os.getloadavg()[0], 2)
