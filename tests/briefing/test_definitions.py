"""What a definition of churn moves: each figure against the ledger or against another way to count it."""

import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from regulars import labels, windows
from regulars.briefing import Shop, definitions
from regulars.errors import ConfigError, DataError
from regulars.evaluation import classification
from regulars.home import Home
from regulars.labels.cadence import Cadence, churned_by_cadence
from regulars.ledger import Ledger
from regulars.windows import Snapshot
from tests.features.log import log

HORIZONS = (30, 60, 9999)
CADENCE = Cadence(3.0, 7, 60)
SIXTY, OWN = "60 days", definitions.OWN


@pytest.fixture(scope="module")
def rows(shop: Shop) -> pl.DataFrame:
    """Two snapshots of the shop; nobody can judge a horizon of 9999 days."""
    return definitions.study(shop, HORIZONS, CADENCE, n_tests=2)


def snapshots(rows: pl.DataFrame) -> list[Snapshot]:
    return [Snapshot(day, 60) for day in rows["as_of"].unique().sort()]


def of(rows: pl.DataFrame, definition: str) -> pl.DataFrame:
    return rows.filter(pl.col("definition") == definition).sort("as_of", "customer_id")


def test_outcomes_are_the_labels(shop: Shop, rows: pl.DataFrame) -> None:
    """Fixed and relative, at windows that end with the data."""
    lines = shop.ledger.transactions(before=shop.as_of).collect()
    at = snapshots(rows)
    for definition, truth in (
        ("30 days", labels.churned(lines, [Snapshot(each.as_of, 30) for each in at])),
        (SIXTY, labels.churned(lines, at)),
        (OWN, churned_by_cadence(lines, at, CADENCE)),
    ):
        found = of(rows, definition).select("customer_id", "as_of", "churned")
        assert found.equals(truth.sort("as_of", "customer_id"))
    assert at[-1].future.end == windows.after(lines["purchased_at"].max().date())


def test_one_curve_answers_every_definition(rows: pl.DataFrame) -> None:
    """A longer wait is outlasted less probably; own cadence is the horizon's answer where the days are the same."""
    short, long, own = (of(rows, each) for each in ("30 days", SIXTY, OWN))
    assert (long["churn_probability"] <= short["churn_probability"]).all()
    assert (own["churn_probability"] >= long["churn_probability"]).all()
    bounded = own["days"] == 60
    assert bounded.any()
    assert not bounded.all()
    assert own.filter(bounded)["churn_probability"].equals(long.filter(bounded)["churn_probability"])
    assert rows["churn_probability"].is_between(0, 1).all()


def test_flagged_counts_heads_and_money(rows: pl.DataFrame) -> None:
    found = definitions.flagged(rows)
    assert found["definition"].to_list() == ["30 days", SIXTY, OWN]
    gone = of(rows, SIXTY).filter("churned")
    row = found.row(1, named=True)
    assert row["share"] == pytest.approx(gone.height / of(rows, SIXTY).height)
    assert sum(row[each] for each in definitions.PURCHASES) == pytest.approx(row["share"])
    assert row["share_of_spend"] == pytest.approx(gone["spend_365"].sum() / of(rows, SIXTY)["spend_365"].sum())


def test_overlap_is_read_from_row_to_column(rows: pl.DataFrame) -> None:
    found = definitions.overlap(rows)
    table = {row["of_those_flagged_by"]: row for row in found.iter_rows(named=True)}
    assert all(row[name] == 1.0 for name, row in table.items())
    assert table[SIXTY]["30 days"] == 1.0  # who is away for 60 days is away for 30
    assert table[SIXTY][OWN] == 1.0  # no patience is longer
    assert table["30 days"][SIXTY] == pytest.approx(table[SIXTY]["customers"] / table["30 days"]["customers"])
    assert table[OWN]["customers"] == of(rows, OWN)["churned"].sum()


def test_told_ahead_is_the_mean_over_snapshots(rows: pl.DataFrame) -> None:
    found = definitions.told_ahead(rows).row(1, named=True)
    parts = of(rows, SIXTY).partition_by("as_of")
    assert found["auc"] == pytest.approx(
        np.mean([classification.auc(each["churned"], each["churn_probability"]) for each in parts])
    )
    assert found["auc_recency"] == pytest.approx(
        np.mean([classification.auc(each["churned"], each["recency"] / 1000) for each in parts])
    )
    lead = definitions.leads(of(rows, SIXTY))[SIXTY]
    assert lead.value == pytest.approx(found["auc"] - found["auc_recency"])
    assert lead.low <= lead.value <= lead.high


def test_slices_add_up(rows: pl.DataFrame) -> None:
    found = definitions.by_purchases(rows).filter(definition=SIXTY)
    whole = definitions.told_ahead(rows).filter(definition=SIXTY)
    assert found["customers"].sum() == whole["customers"].item()
    assert (found["customers"] * found["churned"]).sum() == pytest.approx(of(rows, SIXTY)["churned"].sum())
    waits = definitions.patience(rows)
    assert waits["customers"].to_list() == [*found["customers"], whole["customers"].item()]
    assert waits["at_most"].to_list()[-1] == pytest.approx((of(rows, OWN)["days"] == 60).mean())


def test_a_slice_of_one_class_has_no_auc(rows: pl.DataFrame) -> None:
    """Four one-time buyers of whom nobody came back: counted, calibrated, not ranked."""
    once = (
        rows.group_by("definition")
        .head(4)
        .with_columns(purchases=pl.lit(definitions.PURCHASES[0], rows.schema["purchases"]), churned=pl.lit(value=True))
    )
    found = definitions.by_purchases(once)
    assert found["customers"].to_list() == [4, 4, 4]
    assert all(math.isnan(value) for column in ("auc", "auc_recency", "auc_overdue") for value in found[column])
    assert math.isnan(definitions.leads(once)[SIXTY].value)
    assert list(definitions.outcomes(once, SIXTY)) == ["one purchase (4)"]
    assert "100.0% by" in definitions.headline(once)


def test_outcomes_of_an_unknown_definition(rows: pl.DataFrame) -> None:
    assert definitions.longest(rows) == SIXTY
    assert sum(len(gone) for gone, _ in definitions.outcomes(rows, SIXTY).values()) == of(rows, SIXTY).height
    with pytest.raises(DataError, match="30 days, 60 days, own cadence"):
        definitions.outcomes(rows, "45 days")


def test_horizons_need_data(shop: Shop) -> None:
    """540 days of customers: two whole windows, a fortnight, and the way from the first test to the last."""
    days = (shop.as_of - shop.ledger.manifest.first_day).days if shop.ledger.manifest.first_day else 0
    assert definitions.judgeable(shop, (90, 30, 9999, 30)) == [30, 90]
    with pytest.raises(DataError, match="too few to judge a horizon of 9999 days"):
        definitions.judgeable(shop, (9999,))
    with pytest.raises(ConfigError, match="at least one day"):
        definitions.judgeable(shop, (0,))
    assert definitions.judgeable(shop, (100,), n_tests=(days - 214) // 30) == [100]
    with pytest.raises(DataError):
        definitions.judgeable(shop, (100,), n_tests=(days - 214) // 30 + 3)


def test_nobody_ever_came_back(tmp_path: Path) -> None:
    lines = [
        (f"c{number}", f"o{number}", "tea", f"2024-{number // 28 + 1:02}-{number % 28 + 1:02}", 1.0, 100, 0, None)
        for number in range(300)
    ]
    book = Ledger.open_or_create(tmp_path / "ledger", "EUR", buckets=2)
    with book.writer() as writer:
        writer.add_transactions(log(*lines))
        writer.commit(())
    shop = Shop(Home(tmp_path), book, windows.after(book.data_through))
    with pytest.raises(DataError, match="no train customer came back"):
        definitions.study(shop, (30,))


def test_headline_says_what_the_tables_say(rows: pl.DataFrame) -> None:
    said = definitions.headline(rows)
    table = {row["definition"]: row for row in definitions.flagged(rows).iter_rows(named=True)}
    assert f"{table[SIXTY]['share']:.1%} of customers churned by {SIXTY} and " in said
    both = definitions.overlap(rows).filter(of_those_flagged_by=OWN)[SIXTY].item()
    assert f"{both:.0%} are also flagged by {SIXTY}" in said
