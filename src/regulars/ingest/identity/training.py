"""What agreement is worth in this shop: Splink learns it from the shop's own records, without labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import polars as pl
from splink import DuckDBAPI, Linker, block_on

from regulars.ingest.identity.candidates import count
from regulars.ingest.identity.comparisons import Comparison
from regulars.ingest.identity.settings import Settings

_SESSIONS: tuple[tuple[str, ...], ...] = (("email",), ("phone",), ("birthday",), ("first_name", "last_name"))
"""Ways to find pairs of which many are one person's: the other fields are learned from those."""
_LEARNING_PAIRS = 1e6
"""More pairs teach a session nothing new."""


def linker(connection: duckdb.DuckDBPyConnection, records: pl.DataFrame, spec: dict[str, Any]) -> Linker:
    """Return Splink's model over the records, silent; it shares no cache with another, whose records may differ."""
    api = DuckDBAPI(connection=connection)
    return Linker(api.register(records.to_arrow()), spec, log_level=None, validate_settings=False)


@dataclass(frozen=True)
class Teacher:
    """Learns what agreement is worth, for a set of comparisons over a set of records."""

    connection: duckdb.DuckDBPyConnection
    """The database."""
    records: pl.DataFrame
    """All records, with the columns that find candidates."""
    compared: Sequence[Comparison]
    """What is compared."""
    settings: Settings
    """What was asked."""

    def learn(self, assumed: dict[str, Any], strangers: pl.DataFrame) -> dict[str, Any]:
        """Return the model's specification with its ``m`` and ``u`` learned, where there is enough to learn from.

        ``u`` is measured among ``strangers``, records of whom no two seem to be one person; ``m`` by expectation
        maximisation among pairs that agree on one field, for the other fields. With too few, what was assumed stands.
        """
        sample = self._sample(strangers)
        pairs = sample.height * (sample.height - 1) // 2
        sessions = [way for way in _SESSIONS if self._teaches(way)]
        if pairs < self.settings.training_pairs or not sessions:
            return assumed
        chance = linker(self.connection, sample, assumed)
        chance.training.estimate_u_using_random_sampling(max_pairs=2 * pairs, min_count_per_level=None, num_chunks=1)
        measured = _completed(chance.misc.save_model_to_json(), assumed, unseen=1 / pairs)
        model = linker(self.connection, self.records, measured)
        for way in sessions:
            model.training.estimate_parameters_using_expectation_maximisation(block_on(*way), max_pairs=_LEARNING_PAIRS)
        return _completed(model.misc.save_model_to_json(), measured, unseen=1 / pairs)

    def _teaches(self, way: tuple[str, ...]) -> bool:
        """Tell whether pairs found this way are enough, and leave two fields to learn: one alone explains nothing."""
        others = [c for c in self.compared if not any(c.reads(column) for column in way)]
        return len(others) >= 2 and count(self.records, way) >= self.settings.training_pairs

    def _sample(self, strangers: pl.DataFrame) -> pl.DataFrame:
        most = self.settings.training_records
        if strangers.height <= most:
            return strangers
        rng = np.random.default_rng(self.settings.seed)
        chosen = rng.choice(strangers.height, most, replace=False, shuffle=False)
        return strangers.select(pl.all().gather(np.sort(chosen)))


def _completed(learned: dict[str, Any], before: dict[str, Any], unseen: float) -> dict[str, Any]:
    """Keep what stood before where nothing was learned; what chance never did is rarer than ``unseen``."""
    for new, old in zip(learned["comparisons"], before["comparisons"], strict=True):
        for level, assumed in zip(_levels(new), _levels(old), strict=True):
            level["m_probability"] = max(_number(level, "m_probability", assumed["m_probability"]), 1e-4)
            level["u_probability"] = _number(level, "u_probability", min(assumed["u_probability"], unseen))
    return learned


def _levels(comparison: dict[str, Any]) -> Sequence[dict[str, Any]]:
    return [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]


def _number(level: dict[str, Any], name: str, otherwise: float) -> float:
    value = level.get(name)
    return float(value) if isinstance(value, (int, float)) else otherwise
