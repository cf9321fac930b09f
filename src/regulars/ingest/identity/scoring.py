"""How sure the model is of each candidate pair, and why."""

import math
from typing import Any

import duckdb
import polars as pl
from splink import block_on

from regulars.ingest.identity import candidates
from regulars.ingest.identity.columns import PAIR
from regulars.ingest.identity.comparisons import COMPARISONS, Comparison
from regulars.ingest.identity.components import components
from regulars.ingest.identity.settings import Settings
from regulars.ingest.identity.training import Teacher, linker

SCORED = pl.Schema(
    {
        "left_id": pl.String,
        "right_id": pl.String,
        "probability": pl.Float64,
        "evidence": pl.String,
        "plausible": pl.Boolean,
    }
)
_LEAST_WEIGHT = -12.0
"""Pairs of less evidence (bits, with the first guess of the prior) have no chance and are not kept."""
_FEWEST = 1000
"""A record could be of so many people at least: in a list of five, one agreement would else look like a proof."""
_FREQUENCIES = 200
"""Fewer records do not tell a rare name from a frequent one."""
_SMALL = 20_000
"""Up to so many records, chance agreement is measured again without the pairs that the first model links."""


def scored(
    connection: duckdb.DuckDBPyConnection, records: pl.DataFrame, keys: pl.DataFrame, settings: Settings
) -> pl.DataFrame:
    """Return the candidate pairs that have any chance, with their probability and the evidence.

    ``left_id``, ``right_id``  the pair
    ``probability``  that both are one person, in (0, 1); higher is more sure
    ``evidence``     JSON: for each comparison its ``level`` and ``weight`` (bits; positive speaks for one person)
    ``plausible``    two agreements at least, one of them of what tells members of a household apart
    """
    compared = [c for c in COMPARISONS if any(records[name].count() for name in c.columns)]
    table = candidates.keyed(records)
    found = candidates.ways(table, settings)
    if not (compared and found):
        return pl.DataFrame(schema=SCORED)
    comparisons = [c.spec(frequencies=table.height >= _FREQUENCIES) for c in compared]
    spec = _spec(comparisons, found, min(1.5 * max(keys.height, 1) / _pairs(table.height), 0.5))
    teacher = Teacher(connection, table, compared, settings)
    model = teacher.learn(spec, _strangers(table, keys))
    if model is not spec and table.height <= _SMALL:
        pairs = _predicted(connection, table, model, compared)
        known = pl.concat([keys.select(PAIR), pairs.filter(believed(settings)).select(PAIR)])
        model = teacher.learn(spec, _strangers(table, known))
    return _predicted(connection, table, model, compared)


def believed(settings: Settings) -> pl.Expr:
    """Tell whether the model links a scored pair: it is sure enough, and for plausible reasons.

    One shared value, however rare, is what a family, an office or a mistake shares, and so are a last name, a phone
    and an address together: the model counts them as if they were independent, and a household shares them all.
    """
    return (pl.col("probability") >= settings.threshold) & pl.col("plausible")


def _spec(comparisons: list[dict[str, Any]], found: list[tuple[str, ...]], prior: float) -> dict[str, Any]:
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "customer_id",
        "comparisons": comparisons,
        "blocking_rules_to_generate_predictions": [block_on(*way) for way in found],
        "probability_two_random_records_match": prior,
        "retain_matching_columns": True,  # keeps the levels too
        "retain_intermediate_calculation_columns": True,
        "max_iterations": 25,
        "linker_uid": "identity",
    }


def _pairs(n_records: int) -> float:
    return max(n_records, _FEWEST) * (max(n_records, _FEWEST) - 1) / 2


def _strangers(records: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Return one record of each person that the known pairs make."""
    labels = components(records["customer_id"], known)
    return records.filter(pl.Series(labels).is_first_distinct())


def _predicted(
    connection: duckdb.DuckDBPyConnection, records: pl.DataFrame, model: dict[str, Any], compared: list[Comparison]
) -> pl.DataFrame:
    prediction = linker(connection, records, model).inference.predict(
        threshold_match_weight=_LEAST_WEIGHT, warning_mode="never"
    )
    wanted = [f"{stem}_{c.name}" for c in compared for stem in ("gamma", "mw", "mw_tf_adj")]
    relation = prediction.as_duckdbpyrelation()
    names = [name for name in wanted if name in relation.columns]
    table: pl.DataFrame = relation.select("match_weight", "customer_id_l", "customer_id_r", *names).pl()
    weights = [_weight(comparison, names) for comparison in compared]
    agreed = pl.sum_horizontal((weight > 0).cast(pl.Int64) for weight in weights)
    own = pl.any_horizontal([weight > 0 for c, weight in zip(compared, weights, strict=True) if c.personal] or [False])
    prediction.drop_table_from_database_and_remove_from_cache()
    prior = model["probability_two_random_records_match"]
    evidence = table["match_weight"] - math.log2(prior / (1 - prior))
    left, right = (pl.col(f"customer_id_{side}") for side in "lr")
    return table.select(
        left_id=pl.min_horizontal(left, right),
        right_id=pl.max_horizontal(left, right),
        probability=_probabilities(evidence, prior, records.height),
        evidence=pl.struct(map(_part, compared, weights)).struct.json_encode(),
        plausible=(agreed >= 2) & own,
    ).sort(PAIR)


def _probabilities(evidence: pl.Series, prior: float, n_records: int) -> pl.Series:
    """Return probabilities under the prior that they themselves imply: their sum is the number of matches expected."""
    pairs = _pairs(n_records)
    for _ in range(50):
        weight = evidence + math.log2(prior / (1 - prior))
        probability = 1 / (1 + 2 ** (-weight.clip(-60, 60)))
        implied = min(max(float(probability.sum()), 0.5) / pairs, 0.5)
        if abs(implied - prior) < 1e-6 * prior:
            break
        prior = implied
    return probability.round(6)


def _weight(comparison: Comparison, columns: list[str]) -> pl.Expr:
    parts = [f"mw_{comparison.name}", f"mw_tf_adj_{comparison.name}"]
    return pl.sum_horizontal(name for name in parts if name in columns).round(2)


def _part(comparison: Comparison, weight: pl.Expr) -> pl.Expr:
    last = len(comparison.levels) - 1
    names = {-1: "unknown"} | {last - place: level.name for place, level in enumerate(comparison.levels)}
    level = pl.col(f"gamma_{comparison.name}").replace_strict(names, return_dtype=pl.String)
    return pl.struct(level=level, weight=weight).alias(comparison.name)
