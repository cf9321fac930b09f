"""Asking the champions about customers, from their rows of features."""

from typing import Any

import polars as pl

from regulars import scoring
from regulars.reasons import explain
from serving import profile, reasons, standing
from serving.contract import Reason, Whole
from serving.profile import View
from serving.release import Release


def wholes(release: Release, table: pl.DataFrame) -> list[Whole]:
    """Return all that can be said of customers, without reasons."""
    return _worded(release, scoring.score(release.champions, table), table)


def why(release: Release, table: pl.DataFrame) -> list[Reason]:
    """Return the reasons of the churn probability of one row of features."""
    (because,) = explain(release.champions["churn"].estimator, table)
    return reasons.worded(because, release.currency)


def viewed(release: Release, table: pl.DataFrame) -> tuple[Whole, list[Reason], View]:
    """Return all that a profile says of the customer of one row of features, beside what their lines tell."""
    scores = scoring.score(release.champions, table, curve=True)
    (whole,) = _worded(release, scores, table)
    (row,) = scores.iter_rows(named=True)
    return whole, why(release, table), profile.view(row, table.row(0, named=True))


def _worded(release: Release, scores: pl.DataFrame, table: pl.DataFrame) -> list[Whole]:
    rows: Any = scores.iter_rows(named=True)
    known = table.select(standing.FEATURES).iter_rows(named=True)
    return [standing.whole(row, told, release.currency) for row, told in zip(rows, known, strict=True)]
