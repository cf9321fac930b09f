"""The figures of the page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from regulars.comparing.board import Board
from regulars.comparing.words import measure
from regulars.evaluation import plots
from regulars.evaluation.intervals import Interval
from regulars.report import title

AMOUNTS = {
    ("churn", "churners"): "the customers that churned",
    ("churn", "money"): "the money that those who churned had spent in a year",
    ("timing", "churners"): "the customers that stayed away",
    ("timing", "money"): "the money that those who stayed away had spent in a year",
    ("spend", "money"): "the money spent",
}
"""What the top of a list holds, by task and name in the report."""
NAN = float("nan")


@dataclass(frozen=True)
class Picture:
    """A drawing and its words."""

    svg: str
    """The ``<svg>`` element."""
    caption: str
    """What it says."""


def forests(board: Board) -> Iterator[Picture]:
    """Draw how far every candidate is ahead of the winner, and of the baseline, of each experiment."""
    for source in board.sources:
        rows = [row for row in board.rows if any(source is each for each in row.sources)]
        for part, name in (("winner", source.report["winner"]), ("baseline", source.report["baseline"])):
            other = next(row for row in rows if row.model == name)
            leads = {row.name: _interval(lead, "better_by") for row in rows if (lead := row.versus(other))}
            if leads and not (part == "baseline" and name == source.report["winner"]):
                yield _picture(
                    plots.forest_plot(leads, metric=f"Lead over {other.name}: {measure(board.metric)}"),
                    f"How far each candidate is ahead of the {part}, {other.name}. To the right of 0 it is better; an "
                    f"interval that holds 0 is a tie",
                )


def calibration(board: Board) -> Iterator[Picture]:
    """Draw what was said over what was seen, where the task forecasts a probability."""
    known = {row.name: found for row in board.rows if (found := row.told["calibration"])}
    if known:
        event = next(iter(known.values()))["event"]
        bins = {
            name: [(each["said"], each["seen"], each["rows"]) for each in found["bins"]]
            for name, found in known.items()
        }
        yield _picture(
            plots.reliability_plot(bins, event=event),
            f"Forecast and what was seen: {event}. On the dotted line forecasts come true; above it they are too low",
        )


def tops(board: Board) -> Iterator[Picture]:
    """Draw what share the top of each candidate's list holds."""
    for amount in amounts(board):
        held = {
            row.name: [(each["share"], NAN if each[amount] is None else each[amount]) for each in row.told["top"]]
            for row in board.rows
        }
        what = AMOUNTS[board.report["task"], amount]
        yield _picture(
            plots.held_plot(held, amount=what),
            f"What share of {what} the top of each list holds. The dotted line is a list in no order",
        )


def amounts(board: Board) -> list[str]:
    """Return the names of what the top of every candidate's list is known to hold."""
    told = [row.told["top"] for row in board.rows]
    return [name for name in ("churners", "money") if all(each and each[0].get(name) is not None for each in told)]


def slices(board: Board) -> Iterator[Picture]:
    """Draw the deciding metric slice by slice."""
    shown = {
        row.name: {label: _interval(each, board.metric) for label, each in row.told["slices"].items()}
        for row in board.rows
    }
    yield _picture(
        plots.grouped_plot(shown, metric=title(board.metric), title="", width=5.0),
        f"{measure(board.metric)} by group of customers, with 95% intervals",
    )


def over_time(board: Board) -> Iterator[Picture]:
    """Draw the deciding metric snapshot by snapshot."""
    shown = {row.name: row.told["metrics"][board.metric]["snapshots"] for row in board.rows}
    if len(board.days) > 1:
        yield _picture(
            plots.course_plot(shown, board.days, metric=title(board.metric)),
            f"{measure(board.metric)} at each test snapshot, the mean over seeds",
        )


def _picture(figure: Any, caption: str) -> Picture:
    return Picture(plots.svg(figure, f"{caption}. The tables have the numbers."), caption)


def _interval(found: Mapping[str, Any], value: str) -> Interval:
    return Interval(*(NAN if found[end] is None else found[end] for end in (value, "low", "high")))
