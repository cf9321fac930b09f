"""Results as tables for people."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.markup import escape

from regulars import console
from regulars.comparing import Board, Row, words


def report(found: Mapping[str, Any]) -> None:
    """Print an experiment's report: each candidate with its metrics, intervals and lead over the baseline."""
    days = ", ".join(snapshot["as_of"] for snapshot in found["snapshots"])
    console.table(
        found["question"],
        ["model", *_metrics(found), f"lead in {found['metric']}", "by snapshot", "won", *_extra_names(found)],
        ([name, *_row(found, name)] for name in found["candidates"]),
        caption=f"as of {days}; [95% intervals over customers], mean \N{PLUS-MINUS SIGN} sd over snapshots\n"
        f"winner: {found['winner']}, {found['why']}",
    )


def boards(found: Sequence[Board]) -> None:
    """Print leaderboards, one below the other: best first, with intervals, leads, who is level, and costs."""
    for each in found:
        said = [*(words.verdict(source) for source in each.sources), words.level(each), words.unpaired(each)]
        console.table(
            escape(" ".join(source.report["question"] for source in each.sources)),
            ["model", words.measure(each.metric), "lead", "ahead", "against the best", "fit, s", "answer, s", "MB"],
            ([escape(cell) for cell in _place(each, row)] for row in each.rows),
            caption=f"{words.better_way(each.report)}; [95% intervals over customers]; as of {', '.join(each.days)}\n"
            + escape("\n".join(filter(None, said))),
        )


def _place(board: Board, row: Row) -> list[str]:
    """Return what a leaderboard says of a candidate."""
    lead, cost = row.lead, row.cost
    costs = (
        ["-"] * 3
        if cost is None
        else [f"{each:.2f}" for each in (cost.fit_seconds, cost.answer_seconds, cost.model_mb)]
    )
    return [
        f"{row.name}\n(winner)" if row.is_winner else row.name,
        _lines(words.interval(row.interval)),
        _lines(words.interval(lead, "better_by", "+")) if lead else "the baseline",
        f"{lead['snapshots_won']} of {lead['snapshots']}" if lead else "",
        _lines(words.standing(board, row)),
        *costs,
    ]


def _lines(interval: str) -> str:
    """Return a value with its bounds below it."""
    return interval.replace(" [", "\n[")


def promotions(found: Sequence[Mapping[str, Any]]) -> None:
    """Print which model became champion of which task, and why."""
    console.table(
        "Champions",
        ["task", "model", "version", "knows purchases before", "why"],
        (
            [
                p["task"],
                p["model"],
                p["version"] + (" (as before)" if p["reused"] else ""),
                p["as_of"],
                p["why"],
            ]
            for p in found
        ),
    )


def markdown(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield the report's table as lines of Markdown, for the README."""
    header = [
        f"{found['task']}: model",
        *_metrics(found),
        f"lead over the baseline ({found['metric']})",
        "lead by snapshot",
        "snapshots won",
        *_extra_names(found),
    ]
    yield "| " + " | ".join(header) + " |"
    yield "|" + "---|" * len(header)
    for name in found["candidates"]:
        shown = f"**{name}**" if name == found["winner"] else name
        yield "| " + " | ".join([shown, *_row(found, name)]) + " |"


def _metrics(found: Mapping[str, Any]) -> list[str]:
    return list(next(iter(found["candidates"].values()))["intervals"])


def _extra_names(found: Mapping[str, Any]) -> list[str]:
    """Return the names of the columns that only some tasks have."""
    return ["sum expected, by snapshot"] if found["task"] == "spend" else []


def _row(found: Mapping[str, Any], name: str) -> list[str]:
    """Return what a table says of a candidate beside its name."""
    candidate = found["candidates"][name]
    shown = [_interval(interval) for interval in candidate["intervals"].values()]
    extra = [_errors(candidate["metrics"]["aggregate_error"]["snapshots"])] if found["task"] == "spend" else []
    return [*shown, *_lead(found, name), *extra]


def _lead(found: Mapping[str, Any], name: str) -> list[str]:
    """Return a candidate's lead over customers, over snapshots, and how many of these it won."""
    if name == found["baseline"]:
        return ["the baseline", "", ""]
    versus = found["against_baseline"][name]
    mean, sd = versus["over_snapshots"]["mean"], versus["over_snapshots"]["sd"]
    spread = "-" if mean is None or sd is None else f"{mean:+.3f} \N{PLUS-MINUS SIGN} {sd:.3f}"
    lead = {**versus, "value": versus["better_by"]}
    return [_interval(lead, "+"), spread, f"{versus['snapshots_won']} of {versus['snapshots']}"]


def _errors(found: Sequence[float | None]) -> str:
    """Return errors of a sum, one a snapshot, in percent."""
    return ", ".join("-" if error is None else f"{error:+.0%}" for error in found)


def _interval(found: Mapping[str, float | None], sign: str = "") -> str:
    value, low, high = found["value"], found["low"], found["high"]
    if value is None or low is None or high is None:
        return "-"
    return f"{value:{sign}.3f} [{low:{sign}.3f}, {high:{sign}.3f}]"
