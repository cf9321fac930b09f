"""promote, rollback and journal on the command line."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from regulars import cli
from regulars.home import Home
from regulars.ledger import Ledger
from regulars.tracking import Registry
from tests.promotion.conftest import Ask

Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Runs a command line in this process; returns exit code, output and errors."""

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["regulars", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


def ok(said: tuple[int, str, str]) -> Any:
    assert said[0] == 0, said
    return json.loads(said[1])


def test_from_promotion_to_rollback(say: Say, ask: Ask, home: Home, shop: Ledger) -> None:
    where = ("--ledger", shop.path)
    ask("first", "churn_noise", "churn_steady")
    [promoted] = ok(say("promote", *where, "--json"))
    assert (promoted["model"], promoted["refused"], promoted["decision"]["would"]) == ("churn_steady", False, "promote")
    ask("second", "churn_noise", "churn_blind")
    ask("money", "spend_pace", task="spend")
    code, out, err = say("promote", *where, "--dry-run")
    assert (code, err) == (0, "")
    for word in (
        "churn_blind against churn_steady is refused",
        "slices: failed",
        "so ",
        "'2-4 purchases'",
        "not judged",
    ):
        assert word in out
    dry = {each["task"]: each["would"] for each in ok(say("promote", *where, "--dry-run", "--json"))}
    assert dry == {"churn": "refuse", "spend": "promote"}
    assert set(Registry(home).champions()) == {"churn"}
    code, out, err = say("promote", *where, "--json")
    assert code == 1
    assert {each["task"]: each["refused"] for each in json.loads(out)} == {"churn": True, "spend": False}
    assert err.startswith("error: refused churn: churn_steady stays, as churn_blind is not good enough: ")
    assert err.endswith("; champions as the experiments say: spend\n")
    forced = ok(say("promote", *where, "--task", "churn", "--force", "they left", "--json"))
    assert [each["model"] for each in forced] == ["churn_blind"]
    assert ok(say("rollback", "--task", "churn", "--reason", "returned", "--json"))["model"] == "churn_steady"
    told = ok(say("journal", "--task", "churn", "--json"))
    assert [each["action"] for each in told] == ["rollback", "forced", "refused", "promote"]
    assert [each["live_from"] is not None for each in told] == [True, True, False, True]
    assert (told[1]["live_to"], told[3]["live_to"], told[0]["live_to"]) == (told[0]["when"], told[1]["when"], None)
    code, out, _ = say("journal")
    assert code == 0
    for word in ("spend_pace 1", "returned", "never", "refused:", "- now", "nobody"):
        assert word in " ".join(out.split())


def test_what_cannot_be_rolled_back(say: Say, home: Home) -> None:
    assert say("rollback", "--task", "churn")[::2] == (
        1, "error: no champion of churn came before now, so there is nothing to go back to; promote or train another\n"
    )  # fmt: skip
    assert say("rollback", "--task", "all")[2] == "error: name one task to roll back, as in --task churn\n"


def test_an_empty_journal(say: Say, home: Home) -> None:
    assert ok(say("journal", "--json")) == []
