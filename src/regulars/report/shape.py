"""What every reader of a report may count on: checked once, where it is read."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict

from regulars.errors import ConfigError, DataError

FORMAT = 2
"""Of report.json; the first one knew no pairs."""

Number = float | None
"""Null where a metric is not defined."""


class _Ends(TypedDict):
    value: Number
    low: Number
    high: Number


class _OverSnapshots(TypedDict):
    mean: Number
    sd: Number
    low: Number
    high: Number


class _Part(TypedDict):
    better_by: Number
    low: Number
    high: Number
    behind: bool


class _Lead(TypedDict):
    better_by: Number
    low: Number
    high: Number
    beyond_doubt: bool
    snapshots_won: int
    snapshots: int
    by_snapshot: list[_Ends]
    over_snapshots: _OverSnapshots


class _Pair(_Lead):
    behind: bool
    slices: dict[str, _Part]
    metrics: dict[str, _Part]


class _Candidate(TypedDict):
    kind: str
    parameters: dict[str, Any]
    seeds: int
    metrics: dict[str, Any]
    intervals: dict[str, _Ends]
    slices: dict[str, dict[str, Any]]
    calibration: dict[str, Any] | None
    top: list[dict[str, Number]]


class _Snapshot(TypedDict):
    as_of: str
    rows: int
    customers: int


class _Data(TypedDict):
    fingerprint: str
    first_day: str
    last_day: str
    lines: int
    customers: int


class _Report(TypedDict):
    experiment: str
    task: str
    question: str
    shop: str
    metric: str
    higher_is_better: bool
    baseline: str
    winner: str
    why: str
    candidates: dict[str, _Candidate]
    against_baseline: dict[str, _Lead]
    pairs: dict[str, dict[str, _Pair]]
    snapshots: list[_Snapshot]
    protocol: dict[str, Any]
    training: dict[str, Any]
    data: _Data


_REPORT = TypeAdapter(_Report)


def check_format(found: Mapping[str, Any], name: str = "") -> None:
    """Refuse a report that was written before candidates were compared in pairs.

    Raises:
        ConfigError: it is of another format.
    """
    if found.get("format") != FORMAT:
        name = name or _folder(found)
        raise ConfigError(f"the report of {name} is of an older version of regulars; run it again: regulars run {name}")


def check(found: Mapping[str, Any], name: str = "", file: str = "") -> None:
    """Refuse a report whose keys a comparison cannot count on.

    Args:
        found: the report.
        name: its experiment as a command takes it; the folder in experiments/ without.
        file: what the message calls the report.

    Raises:
        ConfigError: it is of another format.
        DataError: a key is missing or holds something else; the message names the file and the key.
    """
    check_format(found, name)
    name = name or _folder(found)
    try:
        _REPORT.validate_python(found)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise DataError(
            f"{file or f'the report of {name}'} is damaged: {key} ({first['msg'].lower()}); "
            f"run it again: regulars run {name}"
        ) from error
    _check_pairs(found, name, file)


def _check_pairs(found: Mapping[str, Any], name: str, file: str) -> None:
    """Refuse a report that names candidates it does not tell of, or leaves two of them unpaired."""
    models = list(found["candidates"])
    gaps = [f"{key} (no candidate)" for key in ("winner", "baseline") if found[key] not in models]
    gaps += [
        f"pairs.{one}.{other} (missing)"
        for place, one in enumerate(models)
        for other in models[place + 1 :]
        if other not in found["pairs"].get(one, {}) and one not in found["pairs"].get(other, {})
    ]
    gaps += [
        f"candidates.{model}.intervals.{found['metric']} (missing)"
        for model in models
        if found["metric"] not in found["candidates"][model]["intervals"]
    ]
    if gaps:
        raise DataError(f"{file or f'the report of {name}'} is damaged: {gaps[0]}; run it again: regulars run {name}")


def _folder(found: Mapping[str, Any]) -> str:
    return f"experiments/{found.get('experiment', 'NAME')}"
