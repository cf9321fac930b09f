"""What a run says of its origins."""

import re
import subprocess
from pathlib import Path

import pytest

from regulars import passport
from regulars.config import Experiment, Training, read_model
from regulars.ledger import Ledger

ASKED = Experiment(
    name="who", task="churn", question="Who?", metric="auc", baseline="churn_recency", models=("churn_recency",)
)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with one commit, which the passport takes for ours."""
    (tmp_path / "model.py").write_text("a = 1\n")
    _git(tmp_path, "init", "-q")
    _git(tmp_path, "add", ".")
    _git(tmp_path, "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-q", "-m", "first")
    monkeypatch.setattr(passport, "_ROOT", tmp_path)
    monkeypatch.setattr(passport, "checkout", passport.checkout.__wrapped__)
    return tmp_path


def _git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True, text=True).stdout


def test_a_clean_checkout_is_its_commit(checkout: Path, small_ledger: Ledger) -> None:
    found = passport.tags(small_ledger, [ASKED])
    assert found["regulars.commit"] == _git(checkout, "rev-parse", "HEAD").strip()
    assert found["regulars.dirty"] == "false"
    assert "regulars.diff" not in found


def test_the_diff_of_a_dirty_one_makes_it_again(checkout: Path, small_ledger: Ledger, tmp_path: Path) -> None:
    (checkout / "model.py").write_text("a = 2\n")
    (checkout / "new.py").write_text("b = 3")
    (checkout / "customers.csv").write_text("customer_id\nanna\n")
    found = passport.tags(small_ledger, [ASKED])
    diff = passport.checkout().diff
    assert found["regulars.dirty"] == "true"
    assert re.fullmatch("[0-9a-f]{32}", found["regulars.diff"])
    assert "anna" not in diff  # data stay where they are
    _git(checkout, "stash", "-u", "-q")
    (checkout / ".git" / "patch").write_text(diff)
    _git(checkout, "apply", ".git/patch")
    assert (checkout / "model.py").read_text() == "a = 2\n"
    assert (checkout / "new.py").read_text() == "b = 3"
    assert passport.tags(small_ledger, [ASKED])["regulars.dirty"] == "true"


def test_without_a_checkout_the_commit_is_unknown(
    small_ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passport, "_ROOT", tmp_path)
    assert passport.checkout.__wrapped__() == passport.Checkout("unknown", dirty=False, diff="")


def test_seeds_and_machine_are_told_and_nobody_s_name(small_ledger: Ledger) -> None:
    found = passport.tags(small_ledger, [ASKED, read_model("churn_recency")])
    assert found["regulars.seeds"] == "0, 1, 2, 3, 4"
    assert int(found["regulars.processors"]) >= 1
    assert int(found["regulars.memory_mb"]) > 100
    assert found["regulars.python"].startswith("3.")
    names = {name.removeprefix("regulars.") for name in found}
    assert names - {"diff"} == {
        "fingerprint", "config", "seeds", "code", "commit", "dirty", "lock", "version", "processors", "memory_mb",
        "system", "python",
    }  # fmt: skip


def test_the_document_is_all_that_was_configured(small_ledger: Ledger) -> None:
    spec, settings = read_model("churn_recency"), Training(horizon_days=30)
    told = passport.document(small_ledger, [ASKED, spec])
    assert Experiment.model_validate(told["experiment"]) == ASKED
    assert type(spec).model_validate(told["models"]["churn_recency"]) == spec
    assert told["data"]["fingerprint"] == small_ledger.fingerprint
    of_a_champion = passport.document(small_ledger, [spec, settings])
    assert of_a_champion["experiment"] is None
    assert Training.model_validate(of_a_champion["others"][0]) == settings


def test_differences_are_what_is_not_alike(small_ledger: Ledger) -> None:
    now = passport.tags(small_ledger, [ASKED])
    then = {**now, "regulars.version": "0.0.1", "regulars.key": "k", "mlflow.user": "somebody"}
    del then["regulars.python"]
    found = passport.differences(then, now)
    assert found == {
        "version": ("0.0.1", now["regulars.version"]),
        "python": ("-", now["regulars.python"]),
    }


def test_another_version_of_a_library_is_another_key(small_ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its numbers may differ, so that nothing which was made with the old one is taken for them."""
    before, known = passport.key(small_ledger, [ASKED]), passport.libraries()
    assert {"python", "lightgbm", "numpy", "polars"} <= {each.split(" ")[0] for each in known}
    assert not any("pyspark" in each for each in known)  # an extra's
    monkeypatch.setattr(passport, "libraries", lambda: (*known[:-1], f"{known[-1]}.1"))
    assert passport.key(small_ledger, [ASKED]) != before
