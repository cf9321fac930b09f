"""Ready-made columns: those that know more than the past explains are named, honest ones are not."""

import numpy as np
import polars as pl
import pytest

from regulars import features, labels
from regulars.errors import DataError
from regulars.leakage import Sample, exam, probe_columns
from regulars.leakage.columns import beyond
from regulars.windows import Snapshot
from tests.leakage import planted
from tests.leakage.planted import KEYS, SNAPSHOT
from tests.shops import FIRST

Exam = tuple[pl.DataFrame, pl.DataFrame]
TRUSTED = features.NAMES


def exams(shop: Sample, snapshot: Snapshot = SNAPSHOT) -> Exam:
    return exam(shop, snapshot, FIRST.date())


@pytest.fixture(scope="module")
def shop() -> Sample:
    return planted.sample(500)


@pytest.fixture(scope="module")
def tables(shop: Sample) -> Exam:
    return exams(shop)


def noisy(churned: pl.Series, wrong: float, seed: int = 1) -> pl.Series:
    """A copy of the label that is wrong as often as ``wrong``."""
    flips = np.random.default_rng(seed).random(len(churned)) < wrong
    return pl.Series(churned.to_numpy() ^ flips)


def test_planted_columns_are_named_and_honest_ones_are_not(shop: Sample, tables: Exam) -> None:
    train, test = tables
    ahead = planted.known(
        shop.transactions, [SNAPSHOT], to_come=planted.spend_to_come,
        last=lambda _: pl.col("purchased_at").max().dt.date(), first=lambda _: pl.col("purchased_at").min().dt.date(),
    )  # fmt: skip
    rows = test.join(ahead, on=KEYS, maintain_order="left").with_columns(
        copy=noisy(test["churned"], 0.05),
        text=pl.when("churned").then(pl.lit("closed")).otherwise(pl.lit("active")),
        hole=pl.when(~pl.col("churned")).then(1.0),
        root=pl.col("spend").abs().sqrt(),
        dice=pl.Series(np.random.default_rng(1).normal(size=test.height)),
        months=pl.col("tenure") // 30,
    )
    report = probe_columns(train, rows, ["to_come", "last", "copy", "text", "hole", "root", "dice", "months", "first"])
    verdicts = {each.feature: each.verdict for each in report.findings}
    assert [name for name, verdict in verdicts.items() if verdict == "leaks"] == [
        "to_come",
        "last",
        "copy",
        "text",
        "hole",
    ]
    assert [verdicts[name] for name in ("root", "dice", "months", "first")] == ["ok"] * 4
    assert "customers have a date at or after as_of" in report.findings[1].why
    for finding in report.findings[2:]:
        assert finding.explained == report.findings[0].explained
        assert finding.auc is not None
        assert finding.low is not None
        assert finding.low < (finding.lift or 0) < (finding.high or 0)


@pytest.mark.parametrize("seed", range(3))
def test_a_feature_left_out_and_put_back_is_honest(seed: int) -> None:
    train, test = exams(planted.sample(250, seed))
    names = ["recency", "overdue", "n_orders", "spend", "days_30", "gap_mean", "looks_30"]
    probe_columns(train, test, names, seed=seed).refuse()


def test_some_days_too_many_are_found_by_who_is_back_at_once(shop: Sample) -> None:
    """By itself it says little; beside the honest count it says everything of who is back at once."""
    soon = Snapshot(SNAPSHOT.as_of, 4)
    train, test = exams(shop, soon)
    rows = test.with_columns(visits=pl.col("frequency") + 1 + (~pl.col("churned")).cast(pl.Int64))
    [finding] = probe_columns(train, rows, ["visits"]).leaks
    assert finding.auc is not None
    assert finding.auc < 0.8
    assert finding.lift == pytest.approx(1 - (finding.explained or 0), abs=0.02)


def test_a_weak_leak_passes_unless_the_bound_is_lowered(tables: Exam) -> None:
    train, test = tables
    rows = test.with_columns(copy=noisy(test["churned"], 0.4))
    probe_columns(train, rows, ["copy"]).refuse()
    strong = test.with_columns(copy=noisy(test["churned"], 0.1))
    assert probe_columns(train, strong, ["copy"], max_share=0.99).findings[0].lift is not None
    assert probe_columns(train, strong, ["copy"], max_share=0.05).leaks


def test_few_customers_or_one_outcome_are_not_judged() -> None:
    train, test = exams(planted.sample(40))
    rows = test.with_columns(copy="churned")
    assert probe_columns(train, rows, ["copy"]).refuse().findings[0].verdict == "not judged"
    everyone = rows.with_columns(churned=pl.lit(value=True))
    assert "fewer than 30" in probe_columns(train, everyone, ["copy"]).findings[0].why


def test_a_column_that_says_nothing_is_not_judged(tables: Exam) -> None:
    train, test = tables
    rows = test.with_columns(constant=pl.lit(1), nothing=pl.lit(None, pl.Float64))
    verdicts = [each.verdict for each in probe_columns(train, rows, ["constant", "nothing"]).findings]
    assert verdicts == ["not judged"] * 2


def written(shop: Sample, test: pl.DataFrame, how: str, day: pl.Expr) -> pl.DataFrame:
    """The test table with a day of each customer's log as text."""
    days = shop.transactions.group_by("customer_id").agg(day=day.dt.strftime(how))
    return test.join(days, on="customer_id", how="left", maintain_order="left")


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("%d/%m/%Y", "day-month-year"),
        ("%d.%m.%Y %H:%M", "day-month-year"),
        ("%m/%d/%Y", "month-day-year"),
        ("%Y-%m-%d", "year-month-day"),
    ],
)
def test_dates_that_are_written_as_text_are_dates(shop: Sample, tables: Exam, how: str, told: str) -> None:
    train, test = tables
    at = pl.col("purchased_at")
    [ahead] = probe_columns(train, written(shop, test, how, at.max()), ["day"]).leaks
    assert ahead.why.endswith(f"read as {told}")
    past = at.filter(at < SNAPSHOT.as_of).max()
    [honest] = probe_columns(train, written(shop, test, how, past), ["day"]).findings
    [number] = probe_columns(train, test.with_columns(day=-pl.col("recency")), ["day"], TRUSTED).findings
    assert (honest.verdict, honest.auc) == ("ok", pytest.approx(number.auc, abs=0.01))


def test_a_column_with_few_values_is_not_judged_unless_they_give_it_away(tables: Exam) -> None:
    train, test = tables
    dice = pl.Series(np.random.default_rng(1).normal(size=test.height))
    first, n = pl.int_range(pl.len()), f"{test.height:,} customers have a value"
    rows = test.with_columns(
        few=pl.when(first < 20).then(dice),
        half=pl.when(first % 2 == 0).then(dice),
        hole=pl.when(~pl.col("churned")).then(1),
    )
    few, half, hole = probe_columns(train, rows, ["few", "half", "hole"]).findings
    assert (few.verdict, few.why) == ("not judged", f"20 of {n}, and fewer than 30 of them churned, or returned")
    assert half.verdict == "ok"
    assert half.why.endswith(f"{-(-test.height // 2)} of {n}")
    assert hole.verdict == "leaks"


@pytest.mark.parametrize(("value", "what"), [([1], "lists"), ({"a": 1}, "structs"), (b"1", "bytes")])
def test_what_has_no_order_is_refused(tables: Exam, value: object, what: str) -> None:
    train, test = tables
    rows = test.with_columns(odd=pl.Series([value] * test.height))
    with pytest.raises(DataError, match=f"column 'odd' holds {what}, which cannot be probed"):
        probe_columns(train, rows, ["odd"])


def test_a_missing_column_is_named(tables: Exam) -> None:
    train, test = tables
    with pytest.raises(DataError, match=r"the test table has no column 'recncy' \(did you mean 'recency'\?\)"):
        probe_columns(train, test, ["recncy"])
    with pytest.raises(DataError, match="the train table has no column 'churned'"):
        probe_columns(train.drop("churned"), test, ["recency"], ["spend"])


def test_what_is_left_of_a_sum_of_features_is_nothing() -> None:
    rng = np.random.default_rng(3)
    trusted = rng.normal(size=(100, 3))
    trusted[::7, 1] = np.nan
    filled = np.where(np.isnan(trusted), np.nanmean(trusted, axis=0), trusted)
    extra = (rng.random(100) < 0.1).astype(float)
    assert np.abs(beyond(filled @ [1.0, 2.0, 3.0], trusted)).max() == 0
    left = beyond(filled @ [1.0, 2.0, 3.0] + extra, trusted)
    assert np.corrcoef(left, extra)[0, 1] > 0.95
    few = beyond(np.array([1.0, np.nan, 2.0]), trusted[:3])
    assert np.isnan(few).tolist() == [False, True, False]


def test_the_test_is_asked_later_than_anything_learned(shop: Sample, tables: Exam) -> None:
    train, test = tables
    assert test["as_of"].unique().to_list() == [SNAPSHOT.as_of]
    for day in train["as_of"].unique():
        assert Snapshot(day, SNAPSHOT.horizon_days).future.end <= SNAPSHOT.as_of
    truth = labels.churned(shop.transactions, [SNAPSHOT])
    assert test.select(*KEYS, "churned").equals(truth)
    with pytest.raises(DataError, match="44 days of history before 2023-01-20"):
        exam(shop, Snapshot(FIRST.date().replace(day=20), 30), FIRST.date())
