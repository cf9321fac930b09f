"""The benchmark of next baskets measures what it says."""

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from benchmarks import next_basket
from benchmarks.baskets import judge, models, published, tuning
from benchmarks.baskets.file import AS_OF, PARTS, read
from regulars.errors import DataError
from regulars.evaluation.ranking import ranking_metrics

ONE = {"a": [[3], [12, 3, 3], [7]]}
Told = dict[str, Any]


def written(folder: Path, told: object) -> Path:
    file = folder / "shop.json"
    file.write_text(json.dumps(told))
    return file


def small(n: int = 90, seed: int = 0) -> Told:
    """Return a file of customers with habits: 60% to learn from."""
    rng = np.random.default_rng(seed)
    told: Told = {name: {} for name in PARTS}
    for customer in range(n):
        habits = rng.choice(30, 4, replace=False)
        baskets = [
            [int(item) for item in {*rng.choice(habits, 2), int(30 * rng.random() ** 2)}]
            for _ in range(int(rng.integers(3, 8)))
        ]
        told[PARTS[max(0, customer % 5 - 2)]][f"c{customer}"] = baskets
    return told


def test_a_file_becomes_a_shop_without_a_calendar(tmp_path: Path) -> None:
    test = {"late": [["x"], ["y", "x"]], "early": [["x"], ["y"], ["z", "x"], ["z"]]}
    part = read(written(tmp_path, {"train": ONE, "validate": {"b": [[1], [2]]}, "test": test}))["test"]
    whole = part.whole.sort("customer_id", "purchased_at", "item_id")
    ago = (dt.datetime.combine(AS_OF, dt.time()) - whole["purchased_at"]).dt.total_days()
    assert list(zip(whole["customer_id"], ago, whole["item_id"], strict=True)) == [
        ("early", 28, "x"), ("early", 21, "y"), ("early", 14, "x"), ("early", 14, "z"), ("early", 7, "z"),
        ("late", 14, "x"), ("late", 7, "x"), ("late", 7, "y"),
    ]  # fmt: skip
    known = part.known.sort("customer_id", "purchased_at", "item_id")
    ago = (dt.datetime.combine(AS_OF, dt.time()) - known["purchased_at"]).dt.total_days()
    assert list(zip(known["customer_id"], ago, known["item_id"], strict=True)) == [
        ("early", 21, "x"), ("early", 14, "y"), ("early", 7, "x"), ("early", 7, "z"), ("late", 7, "x"),
    ]  # fmt: skip
    assert dict(part.truth.iter_rows()) == {"late": ["x", "y"], "early": ["z"]}
    assert part.n_customers == 2


def test_repeated_items_count_once_and_numbers_keep_their_order(tmp_path: Path) -> None:
    part = read(written(tmp_path, {"train": ONE, "validate": {"b": [[1], [2]]}, "test": {"c": [[1], [2]]}}))["train"]
    assert part.whole.sort("purchased_at", "item_id")["item_id"].to_list() == ["03", "03", "12", "07"]


def test_backwards_and_shuffled(tmp_path: Path) -> None:
    part = read(written(tmp_path, {"train": ONE, "validate": {"b": [[1], [2]]}, "test": {"c": [[1], [2]]}}))["train"]
    assert part.backwards.sort("purchased_at", "item_id")["item_id"].to_list() == ["03", "12", "03"]
    assert part.shuffled["customer_id"].n_unique() == 2
    assert part.shuffled["purchased_at"].n_unique() == 1


GOOD = {"b": [[1], [2]]}


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ([], "no customers under 'train'; the file needs train, validate, test"),
        ({"train": ONE, "validate": GOOD}, "no customers under 'test'"),
        ({"train": ONE, "validate": GOOD, "test": {}}, "no customers under 'test'"),
        ({"train": ONE, "validate": GOOD, "test": {"x": [[1]]}}, r"test: customer 'x' has 1 basket\(s\); 2 to"),
        ({"train": ONE, "validate": GOOD, "test": {"x": [[1], []]}}, "test: customer 'x': basket 2 is empty"),
        ({"train": ONE, "validate": GOOD, "test": {"a": [[1], [2]]}}, "test: customer 'a' is under 'train' as well"),
        ({"train": ONE, "validate": GOOD, "test": {"x": [1, 2]}}, "test: customer 'x' has no list of baskets"),
        ({"train": ONE, "validate": GOOD, "test": {"x": [[1], [None]]}}, "basket 2 holds None, which is no item"),
        ({"train": ONE, "validate": GOOD, "test": {"x": [[1.5], [2]]}}, "basket 1 holds 1.5, which is no item"),
    ],
)
def test_files_that_are_none(told: object, says: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=says):
        read(written(tmp_path, told))


def test_files_that_are_not_json_or_not_there(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{train")
    with pytest.raises(DataError, match=r"a\.json is not JSON"):
        read(tmp_path / "a.json")
    with pytest.raises(DataError, match=r"b\.json cannot be read \(No such file"):
        read(tmp_path / "b.json")


def test_top_frequencies_by_hand(tmp_path: Path) -> None:
    """The target of a train customer does not count; of equally frequent own items the earliest comes first."""
    train = {"t": [["p", "q"], ["p", "q"], ["p"], ["z", "z"]], "u": [["r"], ["z"]], "v": [["r", "z"], ["z"]]}
    test = {"x": [["b"], ["c", "a"], ["a", "p"], ["d"]]}
    parts = read(written(tmp_path, {"train": train, "validate": GOOD, "test": test}))
    lists = {
        name: of.way(parts, 0).offered["item_id"].to_list() for name, of in models.CONTENDERS.items() if "Top" in name
    }
    assert lists["G-TopFreq"] == ["p", "q", "r", "z"]
    assert lists["P-TopFreq"] == ["a", "b", "c", "p"]
    assert lists["GP-TopFreq"] == ["a", "b", "c", "p", "q", "r", "z"]
    assert lists["OwnTop"][:4] == ["a", "p", "c", "b"]


def test_intervals_over_customers_and_seeds() -> None:
    ours, theirs = np.full((40, len(judge.METRICS)), 0.6), np.full((40, len(judge.METRICS)), 0.1)
    ours[:20] = 0.4
    ours[:, 1] = theirs[:, 1] = np.nan
    runs = [ours - 0.01, ours, ours + 0.01]
    row = {"recall_at_1": 0.55}
    found = judge.judged({"x": [theirs], "ours": runs}, {"they": row, "x": row}, np.random.default_rng(0))
    figure = found.figures["ours"]["recall_at_1"]
    assert figure.value == pytest.approx(0.5)
    assert 0.45 < figure.customers[0] < 0.5 < figure.customers[1] < 0.55
    assert figure.seeds == pytest.approx((0.5 - 0.02484, 0.5 + 0.02484), abs=1e-4)  # t(.975, 2) x .01 / sqrt(3)
    assert judge.METRICS[1] not in found.figures["ours"]
    exact = found.figures["x"]["recall_at_1"]
    assert (exact.value, exact.seeds) == (pytest.approx(0.1), None)
    over = found.over["x"]["recall_at_1"]
    assert over.value == pytest.approx(0.4)
    assert over.customers[1] - over.customers[0] == pytest.approx(figure.customers[1] - figure.customers[0])
    assert over.better
    assert set(found.over) == {"x", "they"}
    published_one = found.over["they"]
    assert set(published_one) == {"recall_at_1"}
    assert published_one["recall_at_1"].value == pytest.approx(-0.05)
    assert not published_one["recall_at_1"].better


def test_a_difference_counts_only_where_both_intervals_say_so() -> None:
    assert judge.Figure(0.1, (0.05, 0.2), None).better
    assert judge.Figure(0.1, (0.05, 0.2), (0.01, 0.3)).better
    assert not judge.Figure(0.1, (0.05, 0.2), (-0.01, 0.3)).better
    assert not judge.Figure(0.1, (-0.05, 0.2), (0.01, 0.3)).better


def test_values_are_the_metrics_of_the_library(tmp_path: Path) -> None:
    parts = read(written(tmp_path, small()))
    offered = models.CONTENDERS["OwnTop"].way(parts, 0).offered
    values = dict(zip(judge.METRICS, np.nanmean(judge.values(offered, parts["test"]), axis=0), strict=True))
    for k in (1, 10):
        expected = ranking_metrics(offered, parts["test"].truth, parts["test"].known, k=k)
        for name in set(values) & set(expected):
            assert values[name] == pytest.approx(expected[name])
    assert values["recall_new_at_10"] < values["recall_repeat_at_10"]


def test_tifuknn_is_tuned_on_validate_customers_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tuning, "TRIALS", 3)
    told = small()
    parts = read(written(tmp_path, told))
    found = models.CONTENDERS["TIFUKNN"].way(parts, 0)
    assert found.parameters["trials"] == 3
    assert found.parameters["on_validate"] >= found.parameters["default_on_validate"]
    told["test"] = {name: baskets[::-1] for name, baskets in told["test"].items()}
    assert models.CONTENDERS["TIFUKNN"].way(read(written(tmp_path, told)), 0).parameters == found.parameters


def test_our_lists_differ_by_seed_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "OURS", {**models.OURS, "rounds": 5, "n_snapshots": 2, "min_baskets": 10})
    told = small()
    lists = [models.CONTENDERS["ours"].way(read(written(tmp_path, told)), seed).offered for seed in (0, 0, 1)]
    assert lists[0].equals(lists[1])
    assert not lists[0].equals(lists[2])
    told["test"] = {name: [*baskets[:-1], [1]] for name, baskets in told["test"].items()}
    assert models.CONTENDERS["ours"].way(read(written(tmp_path, told)), 0).offered.equals(lists[0])


def test_it_prints_one_document(tmp_path: Path) -> None:
    asked = [str(written(tmp_path, small())), "--models", "GP-TopFreq", "--seeds", "2"]
    done = CliRunner().invoke(next_basket.app, [*asked, "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["customers"] == {"train": 54, "validate": 18, "test": 18}
    model = found["models"]["GP-TopFreq"]
    assert set(model["metrics"]) == set(judge.METRICS)
    assert model["runs"] == 1
    assert model["metrics"]["recall_at_10"]["customers"][0] < model["metrics"]["recall_at_10"]["value"]
    assert found["cpu_seconds"] == model["cpu_seconds"][0] > 0
    assert found["peak_mb"] == model["peak_mb"] > 0
    assert found["ours_less"] == {}


def test_it_prints_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def measured(name: str, data: Path, seed: int) -> tuple[pl.DataFrame, next_basket.report.Cost]:
        offered = models.CONTENDERS["OwnTop" if name == "ours" else name].way(read(data), seed).offered
        return offered, next_basket.report.Cost(1.0, 2.0, 100.0, {"rounds": 17})

    monkeypatch.setattr(next_basket, "measured", measured)
    monkeypatch.setattr(published, "ROWS", {"shop": {"they": {"ndcg_at_10": 0.1234}}})
    asked = [str(written(tmp_path, small())), "--models", "G-TopFreq,ours", "--seeds", "3"]
    done = CliRunner().invoke(next_basket.app, asked)
    assert done.exit_code == 0, done.output
    for part in ("recall, 95%", "ndcg, 95%", "hit, 95%", "repeat and new", "ours less theirs", "CPU seconds", "8.0"):
        assert part in done.output
    for part in ("they, published", "0.1234", "parameters", "rounds"):
        assert part in done.output


def test_refusals(tmp_path: Path) -> None:
    file = written(tmp_path, {})
    for asked, says in (([str(file)], "no customers under"), ([str(file), "--models", "x"], "no model 'x'")):
        done = CliRunner().invoke(next_basket.app, asked)
        assert done.exit_code == 2
        assert says in " ".join(done.output.replace("│", " ").split())


@pytest.mark.parametrize("name", ["TaFeng", "DC"])
def test_the_simple_rows_are_as_published(name: str) -> None:
    folder = os.environ.get("REGULARS_DATA")
    file = Path(folder or "", "next_basket", f"{name}.json")
    if not folder or not file.exists():
        pytest.skip("REGULARS_DATA names no folder with the next-basket files")
    parts = read(file)
    for model, row in published.ROWS[name.lower()].items():
        if model in models.CONTENDERS:
            offered = models.CONTENDERS[model].way(parts, 0).offered
            found = ranking_metrics(offered, parts["test"].truth, k=10)
            assert {metric: round(found[metric], 4) for metric in row} == row
