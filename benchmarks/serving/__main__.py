"""``python -m benchmarks.serving``: the service beside a no-op, a bare route and ``mlflow models serve``.

All servers run at once, with two workers each, and are asked in turn, so a ratio is of one run. See
docs/serving-benchmark.md.
"""

import argparse
import contextlib
import json
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.serving import memory, report, rounds
from benchmarks.serving.servers import Running, Server, bento, mlflow, ours, started
from benchmarks.serving.targets import Target, targets
from regulars import console
from regulars.errors import RegularsError
from regulars.home import Home
from serving.loadtest.customers import shop

WORKERS = 2


def compare(servers: Sequence[Server], asked: Sequence[Target], plan: rounds.Plan, logs: Path) -> dict[str, Any]:
    """Start the servers, measure every target, stop the servers, and return what was found.

    Raises:
        RegularsError: a server did not start, or gave no good answer.
    """
    load = rounds.load_average()
    with _all(servers, logs) as running:
        for target in asked:  # what is made on first use is made
            rounds.cell(target, running[target.server], plan, plan.connections[0], 0)
        before = {name: server.worker_mb() for name, server in running.items()}
        cells = list(console.track(rounds.cells(asked, running, plan), "measuring", _number(asked, plan)))
        told = {
            name: {"start_seconds": each.start_seconds, "mb_before": before[name], "mb_after": each.worker_mb()}
            for name, each in running.items()
        }
    by_connections, found = report.ratios(cells), report.medians(cells)
    batches = [each.customers * min(f["per_second"] for f in found[each.name].values())
               for each in asked if each.customers > 1]  # fmt: skip
    return {
        **report.worst(by_connections),
        "batch_customers_per_second": round(min(batches)) if batches else None,
        "ratios": by_connections,
        "cpu_ratios": report.cpu(cells),
        "targets": found,
        "servers": told,
        "plan": plan._asdict(),
        "load": [load, rounds.load_average()],
    }


def watch(server: Server, target: Target, requests: int, logs: Path) -> dict[str, Any]:
    """Start our service, ask it ``requests`` times, and return its memory along the way."""
    with started(server, logs) as running:
        return memory.along(running, target.asks, requests)


def main() -> None:
    """Measure, and print tables, or JSON."""
    given = _parser().parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the servers are stopped then, too
    home = Home(given.home.absolute()) if given.home else Home.resolve()
    try:
        with tempfile.TemporaryDirectory() as folder:
            found = _found(given, home, Path(folder))
    except RegularsError as error:
        sys.exit(str(error))
    if given.json:
        sys.stdout.write(json.dumps(found) + "\n")
    elif given.memory:
        console.facts("Memory of the workers", found)
    else:
        report.show(found)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving", description=__doc__)
    parser.add_argument("--home", type=Path, help="with a packaged service  [default: REGULARS_HOME]")
    parser.add_argument("--quick", action="store_true", help="one short round: a try, no measurement")
    parser.add_argument("--memory", action="store_true", help="only the memory of our workers, under many requests")
    parser.add_argument("--requests", type=int, default=memory.REQUESTS, help="with --memory: how many")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _found(given: argparse.Namespace, home: Home, logs: Path) -> dict[str, Any]:
    mine = ours(home, WORKERS, logs / "purchases.sqlite")
    asked = targets(shop(home.releases), quick=given.quick)
    if given.memory:
        return watch(mine, asked[0], given.requests, logs)
    others = [bento("noop", "noop:Noop", WORKERS), bento("bare", "bare:service", WORKERS), mlflow(home, WORKERS)]
    return compare([mine, *others], asked, rounds.QUICK if given.quick else rounds.FULL, logs)


@contextlib.contextmanager
def _all(servers: Sequence[Server], logs: Path) -> Iterator[dict[str, Running]]:
    """Start one after the other, so that none waits for another, and stop all."""
    with contextlib.ExitStack() as stack:
        yield {server.name: stack.enter_context(started(server, logs)) for server in servers}


def _number(asked: Sequence[Target], plan: rounds.Plan) -> int:
    return len(asked) * plan.rounds * len(plan.connections)


if __name__ == "__main__":
    main()
