"""What the measurements amount to: one document, or a table to read."""

from collections.abc import Sequence
from typing import Any

from rich.table import Table

from benchmarks.contenders.job import COMPARED
from regulars import console, features

TEN, FIFTY = 10_000_000, 50_000_000
MEANING = {
    "speedup_vs_pandas_10m": "seconds of pandas over ours, at 10,000,000 lines",
    "ratio_to_duckdb_10m": "our seconds over those of DuckDB, at 10,000,000 lines",
    "speedup_vs_featuretools": "seconds of Featuretools over ours, on the small shop",
    "growth_50m_over_10m": "our seconds a line at 50,000,000 lines over those at 10,000,000",
    "marginal_snapshot": "(seconds at most - at 1) / (most - 1) snapshots, over a pass of ours at 1 snapshot",
    "one_customer_ms": "median milliseconds for the row of one customer at one snapshot, from memory, in process",
}


def document(
    small: dict[str, Any], sizes: Sequence[dict[str, Any]], one_customer_ms: tuple[float, float], repeat: int
) -> dict[str, Any]:
    """Return the figures to judge by, with what they were worked out from."""
    return {
        "features": len(features.NAMES),
        "features_compared": len(COMPARED),
        "repeat": repeat,
        **figures(small, sizes, "seconds"),
        "one_customer_ms": one_customer_ms[0],
        "peak_mb": {str(one["asked"]): max(one["peak_mb"]["ours"].values()) for one in sizes},
        "cpu": figures(small, sizes, "cpu_seconds") | {"one_customer_ms": one_customer_ms[1]},
        "meaning": MEANING,
        "small": small,
        "sizes": list(sizes),
    }


def figures(small: dict[str, Any], sizes: Sequence[dict[str, Any]], what: str) -> dict[str, float | None]:
    """Return the ratios by ``seconds`` or ``cpu_seconds``; null where one side was not measured."""
    ten, fifty = (next((one for one in sizes if one["asked"] == lines), None) for lines in (TEN, FIFTY))
    return {
        "speedup_vs_pandas_10m": _over(_seconds(ten, "pandas", what), _seconds(ten, "ours", what)),
        "ratio_to_duckdb_10m": _over(_seconds(ten, "ours", what), _seconds(ten, "duckdb", what)),
        "speedup_vs_featuretools": _over(_seconds(small, "featuretools", what), _seconds(small, "ours", what)),
        "growth_50m_over_10m": _over(_a_line(fifty, what), _a_line(ten, what)),
        "marginal_snapshot": marginal((ten or sizes[0])[what]["ours"]),
    }


def marginal(ours: dict[str, float]) -> float | None:
    """Return what one more snapshot costs, in passes at one snapshot; null without those at one."""
    most = max(ours, key=int)
    if "1" not in ours or most == "1":
        return None
    return round((ours[most] - ours["1"]) / (int(most) - 1) / ours["1"], 3)


def _seconds(size: dict[str, Any] | None, name: str, what: str) -> float | None:
    """Return what a contender took where all were compared."""
    if size is None:
        return None
    found: float | None = size[what].get(name, {}).get(str(size["compared_at"]))
    return found


def _a_line(size: dict[str, Any] | None, what: str) -> float | None:
    seconds = _seconds(size, "ours", what)
    return None if size is None or seconds is None else seconds / size["lines"]


def _over(over: float | None, under: float | None) -> float | None:
    return None if over is None or under is None else round(over / under, 3)


def show(found: dict[str, Any]) -> None:
    """Print the document as tables."""
    table = Table("lines", "contender", "snapshots", "seconds", "processor", "peak MB", title="A feature table")
    for size in (found["small"], *found["sizes"]):
        for name, by in size["seconds"].items():
            for n, seconds in by.items():
                cpu, peak = size["cpu_seconds"][name][n], size["peak_mb"][name][n]
                table.add_row(f"{size['lines']:,}", name, n, f"{seconds:.2f}", f"{cpu:.2f}", f"{peak:,.0f}")
        for name, why in size["not_run"].items():
            table.add_row(f"{size['lines']:,}", name, "", why)
    console.out.print(table)
    for name, meaning in MEANING.items():
        console.out.print(f"{name} {found[name]} [dim]({meaning}; by the processor {found['cpu'][name]})[/dim]")
    for name, differ in found["small"]["differences"].items():
        console.out.print(f"{name}: " + ("; ".join(differ) or "the same table as ours"))
