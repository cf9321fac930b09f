"""What an experiment found as one JSON document."""

import json
import math
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from regulars.errors import DataError, MissingError
from regulars.experiment import Outcome
from regulars.judging import HIGHER_IS_BETTER, Exam
from regulars.ledger import Ledger
from regulars.report import candidates, pairs, rule, shape
from regulars.report.comparison import Comparison

Report = dict[str, Any]

_DIGITS = 6


def build(outcome: Outcome, ledger: Ledger) -> Report:
    """Return the report: candidates with intervals and slices, their leads, and the winner by :mod:`.rule`.

    ``pairs`` has the lead of each candidate over each one after it; :func:`.pairs.versus` turns it where need be.
    Every interval is a 95% percentile interval of a bootstrap over customers; leads are paired. A lead also has
    ``over_snapshots``: its mean, standard deviation and 95% interval (Student's t) over the snapshots.
    """
    experiment, found = outcome.experiment, Comparison(outcome)
    others = [name for name in experiment.models if name != experiment.baseline]
    winner, why = rule.choose(rule.standings(found), experiment.baseline, experiment.metric, found.lead)
    report = {
        "format": shape.FORMAT,
        "experiment": experiment.name,
        "task": experiment.task,
        "question": experiment.question,
        "shop": experiment.shop,
        "metric": experiment.metric,
        "higher_is_better": HIGHER_IS_BETTER[experiment.metric],
        "baseline": experiment.baseline,
        "baselines": found.baselines,
        "winner": winner,
        "why": why,
        "candidates": {name: candidates.candidate(found, name) for name in experiment.models},
        "against_baseline": {name: _lead(found, name, experiment.baseline) for name in others},
        "winner_against": {name: _lead(found, winner, name) for name in experiment.models if name != winner},
        "pairs": pairs.pairs(found),
        "snapshots": [_snapshot(exam) for exam in outcome.exams],
        "protocol": experiment.protocol.model_dump(mode="json"),
        "training": experiment.training.model_dump(mode="json"),
        "data": {
            "fingerprint": ledger.fingerprint,
            "first_day": str(ledger.manifest.first_day),
            "last_day": str(ledger.manifest.last_day),
            "lines": ledger.manifest.n_lines,
            "customers": ledger.manifest.n_customers,
        },
    }
    return _clean(report)  # type: ignore[no-any-return]


def read(file: Path) -> Report:
    """Read a report.json, of whatever format.

    Raises:
        MissingError: there is none.
        DataError: it is no report.
    """
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MissingError(f"no report.json in {file.parent}; run the experiment: regulars run {file.parent}") from None
    except (OSError, ValueError) as error:
        raise DataError(
            f"cannot read {file} ({error}); run the experiment again: regulars run {file.parent}"
        ) from error
    if not isinstance(found, dict) or "candidates" not in found:
        raise DataError(f"{file} is no report of an experiment; run it again: regulars run {file.parent}")
    return found


def write(report: Mapping[str, Any], file: Path) -> None:
    """Write ``report`` as JSON, replacing an older one in one step."""
    number, draft = tempfile.mkstemp(suffix=".tmp", dir=file.parent)  # two runs may write it at once
    try:
        with os.fdopen(number, "w", encoding="utf-8") as text:
            text.write(json.dumps(report, indent=1, allow_nan=False) + "\n")
        Path(draft).chmod(0o644)
        Path(draft).replace(file)
    finally:
        Path(draft).unlink(missing_ok=True)


def _snapshot(exam: Exam) -> dict[str, Any]:
    return {
        "as_of": str(exam.snapshot.as_of),
        "rows": len(exam.customers),
        "customers": len(np.unique(exam.customers)),
    }


def _lead(found: Comparison, name: str, other: str) -> dict[str, Any]:
    return pairs.lead_of(found.lead(name, other), found.outcome.experiment.metric)


def _clean(value: Any) -> Any:
    """Round, and turn what JSON cannot say (NaN) into null."""
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    if isinstance(value, float | np.floating):
        return round(float(value), _DIGITS) if math.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value
