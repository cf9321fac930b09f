"""How well, and how fast, records become people.

    python -m benchmarks.identity [--data DIR] [--customers N] [--json]

Two shops whose truth is known: Splink's demo data ``fake_1000.parquet`` (in ``--data``; skipped without it), where
Splink's own tutorial model is measured beside ours, and a simulated shop of ``--customers`` people. Ours is measured at
its default threshold, which no truth has chosen; the tutorial's at the threshold it uses and at the one that is best
for it on this very truth.
"""

import argparse
import dataclasses
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import polars as pl
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from regulars import console
from regulars.ingest.identity import PAIRS, Quality, link, measure, people
from regulars.ingest.identity.engine import workspace
from regulars.ingest.simulate import Plan, write

TUTORIAL_THRESHOLD = 0.2
"""The probability at which the tutorial clusters (its chapter on predicting results)."""
THRESHOLDS = (0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.97, 0.99, 0.999)
"""Among which the best one for the tutorial is sought."""
TUTORIAL_BLOCKS = (("first_name", "city"), ("surname",))
"""Candidates of the tutorial's chapters on estimating and predicting."""
EVALUATION_BLOCKS = (("first_name",), ("city",), ("email",), ("dob",))
"""Looser candidates, which its chapter on evaluation uses for the same model."""
SYSTEMS = ("till", "web", "crm")


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of the answer."""

    data: str
    model: str
    threshold: float
    seconds: float
    quality: Quality

    def told(self) -> dict[str, Any]:
        """Return it flat, for JSON."""
        told = dataclasses.asdict(self)
        quality: dict[str, Any] = told.pop("quality")
        return told | quality


def fake_1000(data: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the demo records as Splink's tutorial has them, and their truth."""
    records = pl.read_parquet(data / "fake_1000.parquet")
    truth = records.select(pl.col("unique_id").cast(pl.String).alias("customer_id"), person_id="cluster")
    return records.drop("cluster"), truth


def shop(folder: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the customer records of a simulated shop's systems, and their truth."""
    own_id = pl.concat_str(pl.col("source"), pl.lit(":"), pl.col("customer_id"))
    files = (pl.read_csv(folder / f"{system}_customers.csv", infer_schema=False) for system in SYSTEMS)
    truth = pl.read_parquet(folder / "truth" / "people.parquet")
    name = pl.concat_str(pl.col("record_source"), pl.lit(":"), pl.col("record_id"))
    return pl.concat(files).with_columns(customer_id=own_id), truth.select(name.alias("customer_id"), "person_id")


def ours(data: str, records: pl.DataFrame, truth: pl.DataFrame) -> Row:
    """Measure our people at the default threshold."""
    start = time.perf_counter()
    links = link(records)
    found = links.people()
    return Row(data, "regulars", links.settings.threshold, time.perf_counter() - start, measure(found, truth))


def theirs(model: str, records: pl.DataFrame, truth: pl.DataFrame, blocks: tuple[tuple[str, ...], ...]) -> list[Row]:
    """Measure the tutorial's model at its threshold and at its best one."""
    start = time.perf_counter()
    pairs = tutorial(records, blocks)
    seconds = time.perf_counter() - start
    ids = records["unique_id"].cast(pl.String)

    def at(threshold: float, suffix: str) -> Row:
        found = people(ids, pairs.filter(pl.col("probability") >= threshold))
        return Row("fake_1000", model + suffix, threshold, seconds, measure(found, truth))

    best = max((at(threshold, ", best threshold") for threshold in THRESHOLDS), key=lambda row: row.quality.f1)
    return [at(TUTORIAL_THRESHOLD, ""), best]


def tutorial(records: pl.DataFrame, blocks: tuple[tuple[str, ...], ...]) -> pl.DataFrame:
    """Return the pairs that Splink's tutorial model predicts: its comparisons, training and guesses as published.

    https://moj-analytical-services.github.io/splink/demos/tutorials/04_Estimating_model_parameters.html
    """
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.NameComparison("first_name"),
            cl.NameComparison("surname"),
            cl.LevenshteinAtThresholds("dob", 1),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
            cl.EmailComparison("email"),
        ],
        blocking_rules_to_generate_predictions=[block_on(*block) for block in blocks],
    )
    close_surnames = "l.first_name = r.first_name and levenshtein(r.surname, l.surname) <= 2"
    known: list[Any] = [block_on("first_name", "dob"), close_surnames, block_on("email")]
    with workspace() as connection:
        api = DuckDBAPI(connection=connection)
        model = Linker(api.register(records.to_arrow()), settings, log_level=None)
        model.training.estimate_probability_two_random_records_match(known, recall=0.7)
        model.training.estimate_u_using_random_sampling(max_pairs=2e6)
        model.training.estimate_parameters_using_expectation_maximisation(block_on("first_name", "surname"))
        model.training.estimate_parameters_using_expectation_maximisation(block_on("dob"))
        predicted = model.inference.predict(threshold_match_probability=min(THRESHOLDS), warning_mode="never")
        table: pl.DataFrame = predicted.as_duckdbpyrelation().pl()
    return table.select(
        left_id=pl.col("unique_id_l").cast(pl.String),
        right_id=pl.col("unique_id_r").cast(pl.String),
        rule=pl.lit("splink"),
        probability="match_probability",
        evidence=pl.lit("{}"),
    ).cast(PAIRS)


def compared(data: Path) -> list[Row]:
    """Measure ours and the tutorial's model on the demo data."""
    records, truth = fake_1000(data)
    named = records.rename({"unique_id": "customer_id", "surname": "last_name", "dob": "birthday"})
    rows = [ours("fake_1000", named, truth)]
    rows += theirs("Splink's tutorial", records, truth, TUTORIAL_BLOCKS)
    return rows + theirs("its evaluation chapter", records, truth, EVALUATION_BLOCKS)


def simulated(customers: int) -> Row:
    """Measure ours on a simulated shop of three years, which is written into a folder of its own and removed."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder) / "shop", Plan(customers=customers))
        records, truth = shop(Path(folder) / "shop")
    return ours(f"simulated, {records.height:,} records", records, truth)


def main() -> None:
    """Measure, and print a table, or JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.identity", description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of fake_1000.parquet; without it only the simulated shop")
    parser.add_argument("--customers", type=int, default=5000, help="people in the simulated shop")
    parser.add_argument("--json", action="store_true", help="print JSON")
    asked = parser.parse_args()
    rows = [*(compared(asked.data) if asked.data else []), simulated(asked.customers)]
    if asked.json:
        console.out.print_json(json.dumps([row.told() for row in rows]))
        return
    console.table(
        "Records into people",
        ["data", "model", "threshold", "precision", "recall", "F1", "seconds"],
        [_cells(row) for row in rows],
    )


def _cells(row: Row) -> list[str]:
    quality = row.quality
    figures = [f"{value:.3f}" for value in (quality.precision, quality.recall, quality.f1)]
    return [row.data, row.model, f"{row.threshold:g}", *figures, f"{row.seconds:.1f}"]


if __name__ == "__main__":
    main()
