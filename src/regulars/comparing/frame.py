"""The leaderboard as a pandas DataFrame that shows itself in a notebook."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from regulars.comparing import words
from regulars.comparing.board import Board, Row
from regulars.comparing.writing import environment
from regulars.report import title

COLUMNS = (
    "task", "metric", "low", "high", "lead", "lead_low", "lead_high", "snapshots_won", "seconds", "mb", "standing",
    "winner",
)  # fmt: skip
"""``metric`` is the value of the one that decides, ``low`` and ``high`` its 95% interval; ``lead`` is over the baseline
of the experiment, positive is better; ``seconds`` a fit took, ``mb`` the model has; ``standing`` is to the best."""


class Leaderboard(pd.DataFrame):
    """A DataFrame, a row a candidate, that a notebook shows with its intervals drawn.

    It stays one when rows are taken out or sorted; without some of its columns it shows itself as any DataFrame does.
    """

    @property
    def _constructor(self) -> Callable[..., "Leaderboard"]:
        return Leaderboard

    def _repr_html_(self) -> str | None:
        """Return the table for a notebook."""
        if self.empty or not set(COLUMNS) <= set(self.columns):
            found: str | None = super()._repr_html_()  # type: ignore[misc]
            return found
        groups = [self._group(str(task)) for task in self["task"].unique()]
        return environment().get_template("frame.html").render(groups=groups, words=words)

    def _group(self, task: str) -> Mapping[str, Any]:
        """Return what the template asks of the rows of one task."""
        rows = self[self["task"] == task]
        told = [
            {"name": name, **_cells(values)} for name, values in zip(rows.index, rows.to_dict("records"), strict=True)
        ]
        ends = [each[end] for each in told for end in ("low", "metric", "high") if each[end] is not None]
        return {
            "task": task,
            "metric": self.attrs.get("metrics", {}).get(task, "metric"),
            "rows": told,
            "lowest": min(ends, default=0.0),
            "reach": (max(ends, default=0.0) - min(ends, default=0.0)) or 1.0,
            "notes": self.attrs.get("notes", {}).get(task, []),
        }


def frame(boards: Sequence[Board]) -> Leaderboard:
    """Return the rows of some boards, best first, task after task; the index is the candidate's name."""
    rows = [row for board in boards for row in board.rows]
    index = pd.Index([row.name for row in rows], name="model")
    told = [_record(board, row) for board in boards for row in board.rows]
    found = Leaderboard(told, index=index, columns=list(COLUMNS))
    found.attrs["metrics"] = {board.report["task"]: title(board.metric) for board in boards}
    found.attrs["notes"] = {board.report["task"]: _notes(board) for board in boards}
    return found


def _notes(board: Board) -> list[str]:
    said = [words.verdict(source) for source in board.sources]
    return [each for each in (*said, words.level(board), words.unpaired(board)) if each]


def _record(board: Board, row: Row) -> dict[str, Any]:
    lead, cost = row.lead or {}, row.cost
    numbers = {
        "metric": row.interval["value"], "low": row.interval["low"], "high": row.interval["high"],
        "lead": lead.get("better_by"), "lead_low": lead.get("low"), "lead_high": lead.get("high"),
        "snapshots_won": lead.get("snapshots_won"),
        "seconds": cost.fit_seconds if cost else None, "mb": cost.model_mb if cost else None,
    }  # fmt: skip
    told = {name: math.nan if value is None else float(value) for name, value in numbers.items()}
    return {"task": board.report["task"], **told, "standing": board.standing(row), "winner": row.is_winner}


def _cells(values: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a row with None where a number is not known."""
    return {
        str(name): None if isinstance(value, float) and math.isnan(value) else value for name, value in values.items()
    }
