"""The model cards are what their words and the reports of the experiments make, and no figure is typed by hand."""

import dataclasses
import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from regulars import cards, config, report
from regulars.cli import app
from regulars.config import Variant
from regulars.errors import ConfigError, DataError, MissingError
from regulars.ledger import Ledger
from tests.conventions.project import ROOT
from tests.report.made import churn, outcome

MINUS = "\N{MINUS SIGN}"
N = 240
CHURNED = np.arange(N) % 4 == 0
SURE, UNSURE, WRONG = np.where(CHURNED, 0.9, 0.2), np.full(N, 0.25), np.where(CHURNED, 0.1, 0.3)


def answers(probability: Any) -> list[dict[str, Any]]:
    """What a churn candidate answers at two snapshots, with the metrics that every report has."""
    metrics = {"brier": float(np.mean((probability - CHURNED) ** 2)), "base_rate": 0.25}
    return [{**told, "metrics": metrics} for told in churn(CHURNED, probability, probability)]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with the churn models, without experiments; it is the one that is asked."""
    monkeypatch.setenv("REGULARS_MODELS", str(tmp_path / "models"))
    for name in ("churn_recency", "churn_btyd", "churn_lightgbm"):
        shutil.copytree(ROOT / "models" / name, tmp_path / "models" / name)
        (tmp_path / "models" / name / "CARD.md").unlink(missing_ok=True)
    shutil.copy(ROOT / "models/tasks.toml", tmp_path / "models")
    return tmp_path


def put(project: Path, name: str, ledger: Ledger, said: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """Put the report of a hand-made experiment into the project."""
    made = outcome("churn", "brier", {model: answers(probability) for model, probability in said.items()})
    changes = {"name": name, **changes}
    made.experiment = made.experiment.model_copy(update=changes)
    made.verdicts[:] = [
        dataclasses.replace(each, importance={f"x{n}": (15 - n) / 105 for n in range(15)})
        if each.model == "churn_lightgbm"
        else each
        for each in made.verdicts
    ]
    found = report.build(made, ledger)
    file = project / "experiments" / name / "report.json"
    file.parent.mkdir(parents=True)
    report.write(found, file)
    return found


def figures(card: str) -> str:
    """The part of a card that is made of reports."""
    return card.partition("## Measured")[2]


@pytest.fixture
def of_this_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGULARS_MODELS", str(ROOT / "models"))


@pytest.mark.usefixtures("of_this_checkout")
def test_every_card_is_what_its_words_and_the_reports_make() -> None:
    assert [file.parent.name for file in cards.outdated()] == [], "run: regulars cards"


@pytest.mark.usefixtures("of_this_checkout")
def test_the_links_of_every_card_lead_somewhere_and_it_has_a_page_at_most() -> None:
    for spec in config.read_models():
        folder = ROOT / "models" / spec.name
        text = (folder / "CARD.md").read_text(encoding="utf-8")
        links = re.findall(r"\]\(([^)#:\s]+)", text)
        assert [link for link in links if not (folder / link).exists()] == [], spec.name
        assert len(text.splitlines()) < 120


@pytest.mark.parametrize(
    "text",
    [
        "covers 11% of it",
        "11 % of it",
        "eleven per cent",
        "an AUC of .571",
        "off by 0.3 days",
        "CRPS 8",
        "recall@10 is 1",
    ],
)
def test_figures_may_not_be_typed(project: Path, text: str) -> None:
    file = project / "models/churn_btyd/card.toml"
    lines = file.read_text(encoding="utf-8").splitlines()
    number = next(n for n, line in enumerate(lines, 1) if line.startswith("sees"))
    lines[number - 1] = f'sees = "{text}"'
    file.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ConfigError, match=rf"card\.toml, line {number}: sees: .* is a figure; leave it to the reports"):
        cards.render("churn_btyd")


@pytest.mark.parametrize(
    "text",
    ["the last 365 days", "fewer than 120 customers", "Hu et al. 2020", "[14](../../docs/decisions/0014-what.md)",
     "`recall_new_at_10`", "S(t), t = 1..42", "churn-001, and so on"],
)  # fmt: skip
def test_numbers_that_nobody_measured_may(text: str) -> None:
    assert not cards.FIGURE.search(text)


def test_a_model_without_words_is_asked_for_them(project: Path) -> None:
    (project / "models/churn_btyd/card.toml").unlink()
    with pytest.raises(
        MissingError, match=r"no .*card\.toml; write one that says title, answers, use, sees, how, limits"
    ):
        cards.write()
    assert list(project.glob("models/*/CARD.md")) == []


def test_a_model_in_no_experiment_says_so(project: Path) -> None:
    card = cards.render("churn_btyd")
    assert "**how good it is has not been measured.**" in card
    assert "The **fall-back** of the task `churn`" in card
    assert "## Measured" not in card


def test_a_card_has_what_the_report_has(project: Path, small_ledger: Ledger) -> None:
    said = {"churn_recency": UNSURE, "churn_btyd": WRONG, "churn_lightgbm": SURE}
    found = put(project, "churn-001-is-it-better", small_ledger, said)
    assert found["winner"] == "churn_lightgbm"
    card = figures(cards.render("churn_lightgbm"))
    brier = f"{np.mean((SURE - CHURNED) ** 2):.3f}"
    assert re.search(rf"\| \*\*Brier score \(lower is better\)\*\* \| {brier} \[0\.\d+, 0\.\d+\] \|", card)
    assert re.search(r"\| Lead over `churn_recency` \| \+0\.155\d* \[\+0\.\d+, \+0\.\d+\], 2 of 2 snapshots \|", card)
    assert "| Lead over `churn_btyd` | +" in card
    assert "| Churned | 25% |" in card
    assert "said 20%, seen 0% (360 rows)" in card
    assert re.search(r"Top tenth of its list holds, of the customers that churned \| 40% \[\d+%, \d+%\]", card)
    assert f"`{small_ledger.fingerprint[:8]}`" in card
    assert f"{small_ledger.manifest.n_customers:,} customers" in card
    assert "| `x0` | 14% |" in card
    assert "`x9`" in card
    assert "`x10`" not in card


def test_a_group_that_is_worse_off_is_named(project: Path, small_ledger: Ledger) -> None:
    put(project, "churn-001-a", small_ledger, {"churn_recency": SURE, "churn_lightgbm": WRONG})
    card = cards.render("churn_lightgbm")
    assert "**Significantly worse than the best baseline** among '5 or more' at complete-journey" in card
    assert re.search(rf"\*\*`churn_recency`: {MINUS}0\.\d+ \[{MINUS}0\.\d+, {MINUS}0\.\d+\]\*\*", card)
    assert "`churn_recency` wins, ahead on Brier score by +0." in card
    best = cards.render("churn_recency")
    assert "**wins**, as nobody beats the baseline" in best
    assert "In no group with a say is it significantly worse" in best
    assert "it is the best baseline" in best


def test_level_with_a_simpler_winner(project: Path, small_ledger: Ledger) -> None:
    said = {"churn_recency": UNSURE, "churn_btyd": SURE, "churn_lightgbm": SURE}
    put(project, "churn-001-a", small_ledger, said)
    card = cards.render("churn_lightgbm")
    assert "`churn_btyd` wins, though not ahead beyond doubt (Brier score +0.000" in card
    assert "a tie, and the winner is the simpler" in card


def test_an_older_report_makes_a_card_without_what_it_lacks(project: Path, small_ledger: Ledger) -> None:
    said = {"churn_recency": UNSURE, "churn_btyd": WRONG, "churn_lightgbm": SURE}
    found = put(project, "churn-001-a", small_ledger, said)
    for told in found["candidates"].values():
        for key in ("importance", "calibration", "top", "kind", "summary", "parameters"):
            del told[key]
    del found["format"], found["pairs"]
    (project / "experiments/churn-001-a/report.json").write_text(json.dumps(found), encoding="utf-8")
    card = cards.render("churn_lightgbm")
    assert "Brier score" in card
    assert "Lead over `churn_btyd`" in card  # the winner's leads were known then
    assert "Lead over `churn_lightgbm`" not in cards.render("churn_btyd")
    assert "Top tenth" not in card
    assert "furthest off" not in card
    assert "What it learns most from" not in card


def test_the_newest_report_of_a_shop_counts_and_shops_stand_side_by_side(project: Path, small_ledger: Ledger) -> None:
    said = {"churn_recency": UNSURE, "churn_lightgbm": SURE}
    for name, shop in (("churn-001-a", "cdnow"), ("churn-002-b", "cdnow"), ("churn-003-c", "ta-feng")):
        put(project, name, small_ledger, said, shop=shop)
    card = cards.render("churn_lightgbm")
    assert all(f"- [churn-00{n}](../../experiments/churn-00{n}-" in card for n in (1, 2, 3))
    assert "|  | cdnow | ta-feng |" in card
    assert (
        "| Experiment | [churn-002](../../experiments/churn-002-b) | [churn-003](../../experiments/churn-003-c) |"
        in card
    )
    assert "Shops differ" in card


def test_a_question_about_a_detail_does_not_replace_how_good_the_model_is(project: Path, small_ledger: Ledger) -> None:
    put(project, "churn-001-a", small_ledger, {"churn_recency": UNSURE, "churn_lightgbm": SURE})
    variants = {"variants": {name: Variant(of="churn_lightgbm") for name in ("short", "long")}}
    put(project, "churn-002-b", small_ledger, {"short": UNSURE, "churn_lightgbm": SURE}, **variants)
    put(project, "churn-003-c", small_ledger, {"short": UNSURE, "long": SURE}, **variants)
    card = cards.render("churn_lightgbm")
    assert "(complete-journey, among variants): **wins**" in card
    assert "(complete-journey, variants of it only): Is it better?" in card
    assert "| Experiment | [churn-001]" in card
    assert "churn-002" not in cards.render("churn_recency")
    shutil.rmtree(project / "experiments/churn-001-a")
    assert "| Lead over `short` |" in cards.render("churn_lightgbm")


def test_importance_is_the_mean_over_fits_largest_first(small_ledger: Ledger) -> None:
    made = outcome("churn", "brier", {"churn_recency": answers(UNSURE), "churn_lightgbm": answers(SURE)})
    shares = iter([{"a": 0.2, "b": 0.8}, {"b": 0.4, "c": 0.6}])
    made.verdicts[:] = [
        dataclasses.replace(each, importance=next(shares)) if each.model == "churn_lightgbm" else each
        for each in made.verdicts
    ]
    told = report.build(made, small_ledger)["candidates"]
    assert list(told["churn_lightgbm"]["importance"].items()) == [("b", 0.6), ("c", 0.3), ("a", 0.1)]
    assert told["churn_recency"]["importance"] == {}


def test_a_broken_report_is_named(project: Path) -> None:
    (project / "experiments/churn-001-a").mkdir(parents=True)
    (project / "experiments/churn-001-a/report.json").write_text("{}", encoding="utf-8")
    with pytest.raises(DataError, match="run it again"):
        cards.render("churn_btyd")


def test_the_command_writes_what_is_out_of_date_and_checks(project: Path) -> None:
    run = CliRunner().invoke
    checked = run(app, ["cards", "--check", "--json"])
    assert checked.exit_code == 1
    assert len(json.loads(checked.stdout)["out_of_date"]) == 3
    assert list(project.glob("models/*/CARD.md")) == []
    one = run(app, ["cards", "churn_btyd", "--json"])
    assert json.loads(one.stdout) == {"written": [str(project / "models/churn_btyd/CARD.md")]}
    assert run(app, ["cards"]).exit_code == 0
    assert json.loads(run(app, ["cards", "--json"]).stdout) == {"written": []}
    assert run(app, ["cards", "--check"]).exit_code == 0
    assert isinstance(run(app, ["cards", "churn_btdy"]).exception, MissingError)
