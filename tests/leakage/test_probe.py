"""A whole shop probed: from a ledger, as a command, and by every experiment on the features it learns."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from regulars import config, experiment, features, labels, leakage, training, windows
from regulars.config import Training
from regulars.errors import ConfigError, DataError, LeakageError
from regulars.features import Side
from regulars.ledger import Ledger
from regulars.windows import Snapshot
from tests import shops
from tests.leakage import planted
from tests.leakage.planted import KEYS, SNAPSHOT
from tests.test_cli import Say, refused, say  # noqa: F401 - fixtures
from tests.test_experiment import asked

PROBE = leakage.Probe(SNAPSHOT)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """A shop of 400 customers."""
    return shops.ledger(shops.simulate(400), tmp_path_factory.mktemp("probed") / "ledger")


@pytest.fixture
def leaky(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the feature set have a family that reads ahead."""
    honest = features.table

    def table(log: pl.LazyFrame, side: Side, snapshots: Sequence[Snapshot], *families: Any) -> pl.DataFrame:
        seen = log.lazy().filter(pl.col("purchased_at") < windows.latest(snapshots).as_of).collect()
        life = planted.known(seen, snapshots, spend_std=lambda _: pl.col("amount").std())
        return honest(log, side, snapshots, *families).drop("spend_std").join(life, on=KEYS, maintain_order="left")

    monkeypatch.setattr(features, "table", table)


def test_a_sample_is_whole_customers(ledger: Ledger) -> None:
    every, some = leakage.of(ledger), leakage.of(ledger, 50, seed=3)
    assert every.transactions["customer_id"].n_unique() > 350
    assert some.transactions["customer_id"].n_unique() == 50
    ids = some.transactions["customer_id"].unique().implode()
    assert some.transactions.height == every.transactions.filter(pl.col("customer_id").is_in(ids)).height
    assert some.transactions.equals(leakage.of(ledger, 50, seed=3).transactions)


def test_the_feature_set_of_a_ledger_is_in_order(ledger: Ledger) -> None:
    report = leakage.shop(ledger, PROBE).refuse()
    assert {(each.check, each.verdict) for each in report.findings} >= {("cut", "ok"), ("placebo", "ok")}


def columns(ledger: Ledger) -> pl.DataFrame:
    """Two columns for sale: one knows who is back in the window, one is the number of orders so far."""
    lines = ledger.transactions().collect()
    rows = planted.known(lines, [SNAPSHOT], orders=planted.orders_before)
    return rows.join(labels.churned(lines, [SNAPSHOT]), on=KEYS).rename({"churned": "risk"})


def test_columns_from_elsewhere_are_probed(ledger: Ledger) -> None:
    report = leakage.shop(ledger, PROBE, columns(ledger))
    found = {each.feature: each for each in report.findings if each.check == "column"}
    assert {name: each.verdict for name, each in found.items()} == {"orders": "ok", "risk": "leaks"}
    assert "30 days" in found["risk"].why


def test_what_has_nothing_to_do_with_a_horizon_names_none(ledger: Ledger) -> None:
    rows = columns(ledger).with_columns(
        pl.col("as_of").cast(pl.String), pl.lit(1).alias("one"), pl.col("as_of").alias("day")
    )
    found = {each.feature: each.why for each in leakage.shop(ledger, PROBE, rows).findings if each.check == "column"}
    assert found["one"] == "the same for every customer"
    assert found["day"].startswith(f"{rows.height} of {rows.height} customers have a date at or after as_of")
    assert found["risk"].startswith("of who stays away 30 days, ")


def test_before_all_data_nobody_is_known(refused: Any, ledger: Ledger) -> None:  # noqa: F811
    message = refused("probe", "--ledger", ledger.path, "--as-of", "2016-01-01")
    assert f"nobody was known before 2016-01-01; the data starts on {ledger.manifest.first_day}" in message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: rows.drop("customer_id"), "have no customer_id, only as_of, orders, risk"),
        (lambda rows: rows.select(*KEYS), "no column beside customer_id and as_of"),
        (lambda rows: rows.rename({"orders": "recency"}), "called like the feature 'recency'"),
        (lambda rows: pl.concat([rows, rows.head(1)]), "customer '.*' has several rows as of 2023-08-01"),
        (lambda rows: rows.with_columns(as_of=pl.date(2023, 7, 1)), "no row as of 2023-08-01, only 2023-07-01"),
        (lambda rows: rows.with_columns(as_of=pl.lit("soon")), "as_of .* holds no dates"),
        (lambda rows: rows.with_columns(as_of=pl.lit("01/08/2023")), "as_of .* holds no dates; write YYYY-MM-DD"),
        (lambda rows: rows.rename({"risk": "churned"}), "called 'churned', which is the name of the label; rename it"),
        (lambda rows: rows.with_columns(risk=pl.concat_list("orders")), "column 'risk' holds lists"),
        (lambda rows: rows.with_columns(customer_id="x" + pl.col("customer_id")), "such as 'x.*'; write customer_id"),
    ],
)
def test_columns_that_cannot_be_matched_are_refused(
    ledger: Ledger, change: Callable[[pl.DataFrame], pl.DataFrame], message: str
) -> None:
    with pytest.raises((DataError, ConfigError), match=message):
        leakage.shop(ledger, PROBE, change(columns(ledger)))


def test_a_window_that_is_not_over_is_refused(ledger: Ledger) -> None:
    late = leakage.Probe(Snapshot(ledger.data_through, 30))
    with pytest.raises(DataError, match=r"use --as-of 2023-\d\d-\d\d or earlier, or a shorter --horizon"):
        leakage.shop(ledger, late)


def test_the_command_prints_and_passes(say: Say, ledger: Ledger, tmp_path: Path) -> None:  # noqa: F811
    honest = columns(ledger).drop("risk")
    honest.write_csv(tmp_path / "honest.csv")
    words = ("probe", "--ledger", ledger.path, "--as-of", SNAPSHOT.as_of, "--horizon", 30)
    said = say(*words, "--columns", tmp_path / "honest.csv", "--json")
    assert (said.code, json.loads(said.out)["leaks"]) == (0, [])
    assert {each["check"] for each in json.loads(said.out)["findings"]} == {"cut", "alone", "placebo", "column"}


def test_the_command_ends_with_1_where_something_leaks(say: Say, ledger: Ledger, tmp_path: Path) -> None:  # noqa: F811
    columns(ledger).write_parquet(tmp_path / "sold.parquet")
    words = ("probe", "--ledger", ledger.path, "--as-of", SNAPSHOT.as_of, "--horizon", 30)
    said = say(*words, "--columns", tmp_path / "sold.parquet")
    assert said.code == 1
    assert "in order" in said.out
    assert "risk" in said.out
    assert said.err.startswith("error: 1 column knows what happened at or after as_of: risk (column: of who stays")
    assert said.err.count("\n") == 1


@pytest.mark.parametrize("name", ["missing.parquet", "broken.parquet", "table.xlsx"])
def test_a_file_that_cannot_be_read_is_refused(refused: Any, ledger: Ledger, tmp_path: Path, name: str) -> None:  # noqa: F811
    (tmp_path / "broken.parquet").write_text("no table")
    message = refused("probe", "--ledger", ledger.path, "--as-of", SNAPSHOT.as_of, "--columns", tmp_path / name)
    assert name in message


def test_what_an_experiment_learns_is_in_order(small_ledger: Ledger) -> None:
    learned = training.train_set(small_ledger, SNAPSHOT.as_of, Training(horizon_days=30, n_snapshots=3))
    report = leakage.recheck(small_ledger, learned.features).refuse()
    assert [each.verdict for each in report.findings] == ["ok"] * len(features.NAMES)
    nobody = learned.features.clear()
    assert {each.verdict for each in leakage.recheck(small_ledger, nobody).findings} == {"not judged"}


@pytest.mark.usefixtures("leaky")
@pytest.mark.parametrize("task", ["churn", "timing"])
def test_an_experiment_refuses_features_that_read_ahead(task: str, small_ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(LeakageError, match=r"1 column knows .* spend_std \(cut: rows after the first snapshot"):
        experiment.run(config.read_experiment(asked(tmp_path, task)), small_ledger)


@pytest.mark.usefixtures("leaky")
def test_the_probe_names_a_feature_that_reads_ahead(ledger: Ledger) -> None:
    assert {each.feature for each in leakage.shop(ledger, PROBE).leaks} == {"spend_std"}
