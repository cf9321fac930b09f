"""What the documents promise is there, and what is there is documented."""

import re

import pytest

from tests.conventions.project import ROOT

VERB = re.compile(r"^([a-z-]+):(.*)$", re.MULTILINE)


def verbs() -> dict[str, str]:
    """The Makefile's verbs and the sentence each has behind ``##``."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return {verb: rest.partition("## ")[2].strip() for verb, rest in VERB.findall(text)}


def test_make_explains_every_verb() -> None:
    assert [verb for verb, sentence in verbs().items() if not sentence] == []


def test_readme_mentions_every_verb() -> None:
    readme = ROOT / "README.md"
    if not readme.exists():
        pytest.skip("no README.md yet")
    text = readme.read_text(encoding="utf-8")
    assert [verb for verb in verbs() if verb != "help" and f"make {verb}" not in text] == []


def test_ci_calls_verbs_that_exist() -> None:
    called = re.findall(r"\bmake ([a-z-]+)", (ROOT / ".ci/run").read_text(encoding="utf-8"))
    assert called
    assert set(called) <= set(verbs())


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs/decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    records = [path.name for path in sorted(folder.glob("[0-9]*.md"))]
    assert records
    assert [record for record in records if f"]({record})" not in index] == []
    assert [int(record[:4]) for record in records] == list(range(1, len(records) + 1))


def test_links_between_documents_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{page.relative_to(ROOT)} -> {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []
