"""In what the candidates of a board differ: only the settings that are not the same for all."""

import json
from typing import Any

from regulars.comparing.board import Board, Row

_NONE = object()


def differences(board: Board) -> dict[str, list[str]]:
    """Return setting -> its value for each row of the board, for the settings in which any two rows differ.

    A parameter that a candidate leaves to its estimator is "default"; one that its estimator may not even have is that
    too. Settings of a variant's training are named ``training.NAME``.
    """
    told = [_settings(row) for row in board.rows]
    names = list(dict.fromkeys(name for each in told for name in each))
    found = {name: [each.get(name, _NONE) for each in told] for name in names}
    return {
        name: ["default" if value is _NONE else _written(value) for value in values]
        for name, values in found.items()
        if any(value != values[0] for value in values)
    }


def _settings(row: Row) -> dict[str, Any]:
    report, told = row.source.report, row.told
    training = {**report["training"], **told.get("training", {})}
    return {
        "estimator": told["kind"],
        "variant of": told.get("of", ""),
        "seeds": told["seeds"],
        **told["parameters"],
        **{f"training.{name}": value for name, value in training.items()},
    }


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
