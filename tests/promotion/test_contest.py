"""Challenger against champion: real experiments on a simulated shop, with models planted into it."""

import json
from pathlib import Path
from typing import Any

import pytest

from regulars import workshop
from regulars.contest import Choice, configured, entered, rehearse
from regulars.errors import ConfigError, DataError, MissingError, RegularsError
from regulars.home import Home
from regulars.ledger import Ledger
from regulars.tracking import Registry, Tracker
from regulars.tracking import client as door
from tests.promotion import made
from tests.promotion.conftest import Ask


def promote(home: Home, shop: Ledger, **choice: str) -> Any:
    [found] = workshop.promote(home, shop, ["churn"], choice=Choice(**choice))
    return found


def state(home: Home) -> tuple[Any, ...]:
    """What a dry run must leave as it is: runs, versions, files (the database's own apart)."""
    client = door.connect(home)
    experiments = client.search_experiments()
    runs = client.search_runs([each.experiment_id for each in experiments])
    versions = client.search_model_versions()
    files = [path for path in home.root.rglob("*") if path.is_file() and ".db" not in path.name]
    return (
        sorted(each.name for each in experiments), sorted(run.info.run_id for run in runs),
        sorted((each.name, each.version, tuple(each.aliases)) for each in versions), sorted(files),
    )  # fmt: skip


def test_a_challenger_that_is_better_everywhere_is_promoted(ask: Ask, home: Home, shop: Ledger, models: Path) -> None:
    assert ask("first", "churn_noise", "churn_steady")["winner"] == "churn_steady"
    first = promote(home, shop)
    assert (first.champion.meta.model, first.reused) == ("churn_steady", False)
    report = ask("second", "churn_noise", "churn_steady", "churn_better")
    assert report["winner"] == "churn_better"
    won = promote(home, shop)
    assert (won.champion.meta.model, won.champion.version, won.refused) == ("churn_better", "2", False)
    assert won.why.startswith("ahead of churn_steady on auc by +")
    passed = {check.name: check.passed for check in won.decision.checks}
    assert passed == {"better": True, "slices": True, "calibrated": True, "coherent": None}
    again = promote(home, shop)
    assert (again.champion, again.reused, again.refused) == (won.champion, True, False)
    new, old = Registry(home).journal.entries("churn")
    assert (new.change.action, new.to.model, new.instead_of.model) == ("promote", "churn_better", "churn_steady")
    assert new.change.losers.keys() == {"churn_noise", "churn_steady"}
    assert (new.change.experiment, old.change.experiment) == ("second", "first")
    assert [file.parent.name for file in models.glob("*/champion.json")] == ["churn_better"]


def test_a_promotion_that_would_hurt_a_slice_is_refused(ask: Ask, home: Home, shop: Ledger, models: Path) -> None:
    """It wins its experiment, where the champion is no candidate, and it is better in the mean: see the checks."""
    ask("first", "churn_noise", "churn_steady")
    champion = promote(home, shop).champion
    report = ask("second", "churn_noise", "churn_blind")
    assert report["winner"] == "churn_blind"
    before = state(home)
    [(stage, found)] = entered(home, shop, ["churn"])
    dry = stage.decide(found, dry=True)
    assert state(home) == before
    refused = promote(home, shop)
    assert refused.decision == dry
    assert (refused.champion, refused.refused) == (champion, True)
    checks = {check.name: check for check in dry.checks}
    assert {name: check.passed for name, check in checks.items()} == {
        "better": True, "slices": False, "calibrated": True, "coherent": None
    }  # fmt: skip
    assert checks["slices"].said.startswith("significantly worse than churn_steady among '2-4 purchases' (-0.")
    assert refused.why == f"churn_steady stays, as churn_blind is not good enough: {checks['slices'].said}"
    entry = Registry(home).journal.entries("churn")[0]
    assert (entry.change.action, entry.to.model, entry.to.version) == ("refused", "churn_blind", "")
    assert json.loads((models / "churn_steady/champion.json").read_text(encoding="utf-8"))["version"] == "1"


def test_a_reason_promotes_against_the_rule_and_the_journal_says_so(ask: Ask, home: Home, shop: Ledger) -> None:
    ask("first", "churn_noise", "churn_steady")
    promote(home, shop)
    ask("second", "churn_noise", "churn_blind")
    forced = promote(home, shop, force="the shop has no such customers any more")
    assert (forced.champion.meta.model, forced.refused) == ("churn_blind", False)
    entry = Registry(home).journal.entries("churn")[0]
    assert entry.change.action == "forced"
    assert entry.change.why.startswith("the shop has no such customers any more (against the rule: ")
    assert any(check.startswith("slices: failed: ") for check in entry.change.checks)


def test_who_is_too_sure_is_refused(ask: Ask, home: Home, shop: Ledger) -> None:
    """The order of the customers is right, and the probabilities are not."""
    ask("first", "churn_noise", "churn_steady")
    promote(home, shop)
    assert ask("second", "churn_noise", "churn_sure")["winner"] == "churn_sure"
    failed = [check.name for check in promote(home, shop).decision.checks if check.passed is False]
    assert failed == ["calibrated"]


def test_a_named_candidate_meets_the_champion(ask: Ask, home: Home, shop: Ledger) -> None:
    ask("only", "churn_noise", "churn_steady", "churn_better")
    assert promote(home, shop).champion.meta.model == "churn_better"
    refused = promote(home, shop, model="churn_steady")
    assert refused.refused
    assert "behind churn_better on auc" in refused.why
    with pytest.raises(MissingError, match=r"no candidate .* is called 'churn_stedy' \(did you mean 'churn_steady'"):
        promote(home, shop, model="churn_stedy")


def test_where_nobody_is_champion_a_named_candidate_meets_the_winner(ask: Ask, home: Home, shop: Ledger) -> None:
    ask("only", "churn_noise", "churn_steady", "churn_better")
    with pytest.raises(DataError, match="nobody is promoted, as churn_steady is not good enough: behind churn_better"):
        promote(home, shop, model="churn_steady")
    assert Registry(home).champions() == {}
    assert promote(home, shop, model="churn_better").champion.meta.model == "churn_better"


def test_a_level_challenger_must_be_the_simpler(ask: Ask, home: Home, shop: Ledger) -> None:
    made.plant("churn_twin", skill=0.3)
    ask("first", "churn_noise", "churn_twin", "churn_steady")
    assert promote(home, shop, model="churn_twin").champion.meta.model == "churn_twin"
    assert "and not simpler" in promote(home, shop, model="churn_steady").why
    ask("second", "churn_noise", "churn_steady", "churn_twin")
    turned = promote(home, shop, model="churn_steady")
    assert (turned.champion.meta.model, turned.refused) == ("churn_steady", False)
    assert "nor behind, and simpler" in turned.why


def test_the_same_model_on_newer_settings_is_a_refresh(ask: Ask, home: Home, shop: Ledger) -> None:
    ask("first", "churn_noise", "churn_steady")
    promote(home, shop)
    [fresh] = workshop.promote(home, shop, ["churn"], as_of=shop.data_through)
    assert (fresh.champion.version, fresh.reused) == ("2", False)
    assert fresh.decision is not None
    assert (fresh.decision.verb, fresh.decision.checks) == ("refresh", ())
    assert [entry.change.action for entry in Registry(home).journal.entries()] == ["refresh", "promote"]
    assert (
        fresh.why == f"churn_steady is the champion already, and is fitted anew on what is known by {shop.data_through}"
    )


def test_a_changed_model_must_win_against_the_one_that_was_promoted(ask: Ask, home: Home, shop: Ledger) -> None:
    ask("first", "churn_noise", "churn_steady")
    promote(home, shop)
    made.plant("churn_steady", skill=0.2)
    unjudged = promote(home, shop)
    assert (unjudged.refused, unjudged.champion.version) == (True, "1")
    told = (
        "models/churn_steady/model.toml has changed since first was run; run it again: regulars run experiments/first"
    )
    assert told in unjudged.why
    ask("worse", "churn_noise", "churn_steady")
    worse = promote(home, shop)
    assert (worse.refused, worse.champion.version) == (True, "1")
    assert "behind churn_steady 1 on auc: -0." in worse.why
    made.plant("churn_steady", skill=1.0)
    ask("sharper", "churn_noise", "churn_steady")
    won = promote(home, shop)
    assert (won.refused, won.champion.version, won.decision.verb) == (False, "2", "promote")
    assert won.why.startswith("ahead of churn_steady 1 on auc by +")
    made.plant("churn_steady", skill=0.3)
    forced = promote(home, shop, force="the old one was easier to explain")
    assert (forced.champion.version, forced.decision.verb) == ("3", "refuse")


def test_another_summary_is_no_other_model(ask: Ask, home: Home, shop: Ledger, models: Path) -> None:
    ask("first", "churn_noise", "churn_steady")
    promote(home, shop)
    file = models / "churn_steady/model.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("Planted by a test.", "Steady."), encoding="utf-8")
    assert promote(home, shop).decision.verb == "refresh"


def test_a_challenger_meets_the_champion_as_it_was_promoted(ask: Ask, home: Home, shop: Ledger) -> None:
    """The champion's model.toml is spoilt afterwards, which makes nobody else any better."""
    ask("first", "churn_noise", "churn_better")
    promote(home, shop)
    made.plant("churn_better", skill=0.0)
    assert ask("second", "churn_noise", "churn_better", "churn_steady")["winner"] == "churn_steady"
    refused = promote(home, shop)
    assert refused.refused
    assert "behind churn_better on auc" in refused.why


def test_a_champion_that_does_not_say_how_it_was_configured(ask: Ask, home: Home, shop: Ledger) -> None:
    """As one from before versions said so: its fingerprint tells that it was changed, but not from what."""
    ask("first", "churn_noise", "churn_steady")
    promote(home, shop)
    door.connect(home).delete_model_version_tag("regulars-churn", "1", configured.WHOLE)
    made.plant("churn_steady", skill=1.0)
    ask("second", "churn_noise", "churn_steady")
    refused = promote(home, shop)
    assert refused.refused
    assert "churn_steady 1 cannot be asked the same questions" in refused.why


def test_the_first_champion_was_judged_as_it_is(ask: Ask, home: Home, shop: Ledger) -> None:
    ask("first", "churn_noise", "churn_steady")
    made.plant("churn_steady", skill=0.0)
    with pytest.raises(DataError, match=r"models/churn_steady/model.toml has changed since first was run"):
        promote(home, shop)
    assert Registry(home).champions() == {}


def test_a_variant_is_refused(ask: Ask, home: Home, shop: Ledger) -> None:
    varied = '[variants.sharper]\nof = "churn_noise"\nparameters = { skill = 0.9 }\n'
    assert ask("varied", "churn_noise", "sharper", text=varied)["winner"] == "sharper"
    told = "sharper is a variant that only varied knows; write it into models/ first"
    with pytest.raises(DataError, match=told):
        promote(home, shop, force="I want it")
    ask("first", "churn_noise", "churn_steady")
    champion = promote(home, shop).champion
    [run] = [run["run_id"] for run in Tracker(home).parents("churn") if run["name"] == "varied"]
    [refused] = workshop.promote(home, shop, ["churn"], [run])
    assert (refused.champion, refused.refused, told in refused.why) == (champion, True, True)


def test_a_champion_that_is_gone_from_models(ask: Ask, home: Home, shop: Ledger, models: Path) -> None:
    ask("first", "churn_noise", "churn_steady")
    promote(home, shop)
    (models / "churn_steady/model.toml").unlink()
    ask("second", "churn_noise", "churn_better")
    [(stage, found)] = entered(home, shop, ["churn"])
    assert stage.decide(found).why.startswith("ahead of churn_steady on auc by +")  # it is known how it was promoted
    door.connect(home).delete_model_version_tag("regulars-churn", "1", configured.WHOLE)
    refused = promote(home, shop)
    assert refused.refused
    assert "churn_steady cannot be asked the same questions (no model 'churn_steady'" in refused.why
    assert promote(home, shop, force="it is gone").champion.meta.model == "churn_better"


@pytest.mark.parametrize("error", [DataError, ConfigError])
def test_who_cannot_be_fitted_does_not_keep_the_champion_from_staying(
    ask: Ask, home: Home, shop: Ledger, monkeypatch: pytest.MonkeyPatch, error: type[RegularsError]
) -> None:
    ask("first", "churn_noise", "churn_steady")
    champion = promote(home, shop).champion

    def thin(*_: object) -> None:
        raise error("too thin")

    monkeypatch.setattr(made.Planted, "fit", thin)
    [refused] = workshop.promote(home, shop, ["churn"], as_of=shop.data_through)
    assert (refused.champion, refused.refused) == (champion, True)
    assert (
        refused.why
        == "churn_steady stays, as churn_steady is not good enough: churn_steady cannot be fitted (too thin)"
    )


def test_timing_must_agree_with_churn(ask: Ask, home: Home, shop: Ledger) -> None:
    """The planted churn model knows nobody's future at the cut, and says .35 on the average."""
    ask("first", "churn_noise", "churn_steady")
    promote(home, shop)
    ask("dates", "timing_median_gap", "timing_btyd", task="timing")
    [first] = workshop.promote(home, shop, ["timing"], choice=Choice(model="timing_btyd"))
    [check] = [check for check in first.decision.checks if check.name == "coherent"] if first.decision else []
    assert (check.passed, check.said.endswith("but nobody answers timing yet")) == (None, True)
    [refused] = workshop.promote(home, shop, ["timing"], choice=Choice(model="timing_median_gap"))
    assert refused.refused
    assert "differs from that of churn_steady by 0." in refused.why


def test_a_rehearsal_holds_each_task_against_what_the_one_before_would_bring(
    ask: Ask, home: Home, shop: Ledger
) -> None:
    ask("first", "churn_noise", "churn_steady")
    promote(home, shop)
    ask("dates", "timing_median_gap", "timing_btyd", task="timing")
    ask("second", "churn_noise", "churn_sure")
    before = state(home)
    both = rehearse(entered(home, shop, ["churn", "timing"]), Choice(force="to see"))
    refused = rehearse(entered(home, shop, ["churn", "timing"]))
    assert state(home) == before
    assert [each.verb for each in both] == ["promote", "promote"]
    assert both[0].why.startswith("to see (against the rule: churn_steady stays")
    assert refused[0].verb == "refuse"
    for (_, timing), champion in ((both, "churn_sure"), (refused, "churn_steady")):
        [check] = [check for check in timing.checks if check.name == "coherent"]
        assert f"differs from that of {champion} by 0." in check.said


def test_a_run_of_another_task_is_not_passed_over_in_silence(ask: Ask, home: Home, shop: Ledger) -> None:
    ask("first", "churn_noise", "churn_steady")
    [run] = [run["run_id"] for run in Tracker(home).parents("churn")]
    with pytest.raises(MissingError, match=rf"run {run} is of churn, not of timing; leave --task out"):
        workshop.promote(home, shop, ["timing"], [run])
    with pytest.raises(MissingError, match="no experiment of timing has been run yet"):
        workshop.promote(home, shop, ["timing"])
    assert [each.found.run_id for each in entered(home, shop, ["churn"], [run, run])] == [run]


def test_experiments_on_other_data_are_said_to_be_there(
    ask: Ask, home: Home, shop: Ledger, small_ledger: Ledger
) -> None:
    ask("first", "churn_noise", "churn_steady")
    with pytest.raises(MissingError, match="no experiment of churn was run on the data of this ledger"):
        workshop.promote(home, small_ledger, ["churn"])
