"""What was found, as one JSON document or as tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.baskets.file import Part
from benchmarks.baskets.judge import AT, KINDS_AT, Figure, Figures, Judgement
from benchmarks.baskets.published import Row
from regulars import console


@dataclass(frozen=True)
class Cost:
    """What one run of a model took, in a process of its own."""

    seconds: float
    """By the clock, without imports."""
    cpu_seconds: float
    """Of all its threads, without imports."""
    peak_mb: float
    """Largest resident set."""
    parameters: Mapping[str, Any]
    """What the model was fitted with."""


def document(
    name: str, parts: Mapping[str, Part], judgement: Judgement, costs: Mapping[str, list[Cost]], rows: Mapping[str, Row]
) -> dict[str, Any]:
    """Return everything that was measured."""
    every = [cost for runs in costs.values() for cost in runs]
    return {
        "data": name,
        "customers": {part: held.n_customers for part, held in parts.items()},
        "models": {
            model: {
                "metrics": {metric: figure.told() for metric, figure in judgement.figures[model].items()},
                "parameters": dict(runs[0].parameters),
                "runs": len(runs),
                "cpu_seconds": [round(run.cpu_seconds, 1) for run in runs],
                "peak_mb": round(max(run.peak_mb for run in runs)),
            }
            for model, runs in costs.items()
        },
        "ours_less": {
            model: {metric: figure.told() for metric, figure in figures.items()}
            for model, figures in judgement.over.items()
        },
        "published": {model: dict(row) for model, row in rows.items()},
        "cpu_seconds": round(sum(cost.cpu_seconds for cost in every), 1),
        "peak_mb": round(max(cost.peak_mb for cost in every)),
    }


def show(found: Mapping[str, Any], judgement: Judgement) -> None:
    """Print tables: each metric at each k, ours less the others, and what it took."""
    models = list(judgement.figures)
    for metric in ("recall", "ndcg", "hit"):
        names = [f"{metric}_at_{k}" for k in AT]
        rows = [[model, *(_cell(judgement.figures[model], name) for name in names)] for model in models]
        rows += [
            [f"{model}, published", *(f"{row[name]:.4f}" if name in row else "-" for name in names)]
            for model, row in found["published"].items()
        ]
        console.table(f"{metric}, 95% over customers", ["model", *(f"@{k}" for k in AT)], rows)
    kinds = [f"recall_{kind}_at_{KINDS_AT}" for kind in ("repeat", "new")]
    rows = [[model, *(_cell(judgement.figures[model], name) for name in kinds)] for model in models]
    console.table(f"recall@{KINDS_AT} of repeat and new items", ["model", "repeat", "new"], rows)
    _show_over(judgement)
    took = [
        [model, str(of["runs"]), f"{sum(of['cpu_seconds']):.1f}", f"{of['peak_mb']:,}"]
        for model, of in found["models"].items()
    ]
    took.append(["all", "", f"{found['cpu_seconds']:.1f}", f"{found['peak_mb']:,}"])
    console.table("what it took", ["model", "runs", "CPU seconds", "peak MB"], took)
    for model, of in found["models"].items():
        if of["parameters"]:
            console.facts("", {"parameters": model, **of["parameters"]})


def _show_over(judgement: Judgement) -> None:
    if not judgement.over:
        return
    names = ("recall_at_1", "ndcg_at_1", "recall_at_10", "ndcg_at_10", "hit_at_10")
    rows = [[model, *(_difference(figures.get(name)) for name in names)] for model, figures in judgement.over.items()]
    title = "ours less theirs: 95% over customers (paired), then over seeds; * above zero by both"
    console.table(title, ["model", *(name.replace("_at_", "@") for name in names)], rows, show_lines=True)


def _cell(figures: Figures, name: str) -> str:
    figure = figures.get(name)
    return f"{figure.value:.4f}\n{_bounds(figure.customers)}" if figure else "-"


def _difference(figure: Figure | None) -> str:
    if figure is None:
        return "-"
    seeds = f"\n{_bounds(figure.seeds)}" if figure.seeds else ""
    return f"{figure.value:+.4f}{'*' if figure.better else ''}\n{_bounds(figure.customers)}{seeds}"


def _bounds(bounds: tuple[float, float]) -> str:
    return f"{bounds[0]:.4f}..{bounds[1]:.4f}"
