"""The lock holds versions and hashes, nothing that ties it to one package registry."""

import re

from tests.conventions.project import ROOT, name, pyproject, texts

HOSTS = re.compile("|".join(("py" + r"pi\.org", "python" + r"hosted\.org", "ana" + r"conda\.org")))
NOT_LOCKED = {"spark"}


def test_lock_has_no_urls() -> None:
    assert "://" not in (ROOT / "requirements.lock").read_text(encoding="utf-8")


def test_every_locked_package_has_a_hash() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", text.strip())
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_lock_covers_what_pyproject_asks_for() -> None:
    project = pyproject()["project"]
    extras = (asked for extra, asked in project["optional-dependencies"].items() if extra not in NOT_LOCKED)
    asked = {re.split(r"[<>=]", line)[0] for lines in (project["dependencies"], *extras) for line in lines}
    locked = set(re.findall(r"^([\w.-]+)==", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE))
    assert asked - locked == set(), "run make lock"


def test_no_file_names_a_package_registry() -> None:
    assert [name(path) for path in texts() if HOSTS.search(path.read_text(encoding="utf-8"))] == []
