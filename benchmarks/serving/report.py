"""What the measurements say: medians of the rounds, ratios of neighbours, a table."""

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any, NamedTuple

from rich.table import Table

from benchmarks.serving.rounds import Cell
from regulars import console


class Ratio(NamedTuple):
    """One target beside another."""

    of: str
    to: str
    figure: str
    """Field of a cell."""
    worst: Callable[..., float]
    """The one of several numbers of connections that is promised: the least requests, the longest time."""


RATIOS: Mapping[str, Ratio] = {
    "score_vs_noop": Ratio("score", "noop", "per_second", min),
    "score_vs_mlflow": Ratio("score", "mlflow", "per_second", min),
    "explained_vs_score": Ratio("explained", "score", "per_second", min),
    "recommend_vs_noop": Ratio("recommend", "noop", "per_second", min),
    "score_p50_vs_bare": Ratio("score", "bare", "p50", max),
    "score_vs_lean_noop": Ratio("score", "lean_noop", "per_second", min),
    "score_p50_vs_outermost": Ratio("score", "outermost", "p50", max),
}
CPU = {"score_vs_noop": "noop", "score_vs_mlflow": "mlflow", "score_vs_bare": "bare"}
"""Whose processor time a request is divided by that of a score: what a busy machine does not change much."""


def ratios(cells: Sequence[Cell]) -> dict[str, dict[int, float]]:
    """Return each ratio by number of connections: the median of the rounds, each of which compares its own."""
    return {
        name: found
        for name, ratio in RATIOS.items()
        if (found := _by_connections(cells, ratio.of, ratio.to, ratio.figure))
    }


def worst(by_name: Mapping[str, Mapping[int, float]]) -> dict[str, float]:
    """Return each ratio at the number of connections where it is worst."""
    return {name: RATIOS[name].worst(found.values()) for name, found in by_name.items()}


def cpu(cells: Sequence[Cell]) -> dict[str, dict[int, float]]:
    """Return how much less processor time a score takes than another request, by number of connections."""
    found = {name: _by_connections(cells, other, "score", "cpu_us") for name, other in CPU.items()}
    return {name: each for name, each in found.items() if each}


def medians(cells: Sequence[Cell]) -> dict[str, dict[int, dict[str, float]]]:
    """Return the figures of each target by number of connections, medians of the rounds; failures are added up."""
    found: dict[str, dict[int, dict[str, float]]] = {}
    for target, connections in dict.fromkeys((cell.target, cell.connections) for cell in cells):
        some = [cell for cell in cells if (cell.target, cell.connections) == (target, connections)]
        found.setdefault(target, {})[connections] = {
            **{name: round(median(getattr(cell, name) for cell in some), 2) for name in _FIGURES},
            "failed": sum(cell.failed for cell in some),
        }
    return found


_FIGURES = ("per_second", "p50", "p99", "cpu_us", "client_cpu_us", "busiest")


def show(document: Mapping[str, Any]) -> None:
    """Print the document as tables."""
    table = Table("target", "connections", "requests/s", "p50 ms", "p99 ms", "CPU us", "busiest", "failed")
    for target, by_connections in document["targets"].items():
        for connections, found in by_connections.items():
            figures = [f"{found[name]:,.1f}" for name in ("per_second", "p50", "p99", "cpu_us")]
            table.add_row(target, str(connections), *figures, f"{found['busiest']:.0%}", str(found["failed"]))
    console.out.print(table)
    servers = Table("server", "start s", "worker MB before", "worker MB after")
    for name, found in document["servers"].items():
        mb = [", ".join(f"{each:.0f}" for each in found[when]) for when in ("mb_before", "mb_after")]
        servers.add_row(name, f"{found['start_seconds']:.1f}", *mb)
    console.out.print(servers)
    told = {name: document[name] for name in (*RATIOS, "batch_customers_per_second", "load") if name in document}
    console.facts("In one run, at the worse number of connections", told)


def _by_connections(cells: Sequence[Cell], of: str, to: str, figure: str) -> dict[int, float]:
    by_key = {(cell.target, cell.connections, cell.round): getattr(cell, figure) for cell in cells}
    found: dict[int, list[float]] = {}
    for (target, connections, n), value in by_key.items():
        if target == of and (beside := by_key.get((to, connections, n))):
            found.setdefault(connections, []).append(value / beside)
    return {connections: round(median(each), 3) for connections, each in found.items()}
