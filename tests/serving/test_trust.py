"""The service loads nothing that can run code: it starts and answers where every such loader is out of order."""

from pathlib import Path

import httpx
import pytest

from regulars.home import Home
from regulars.ledger import Ledger
from serving.package import package
from serving.process import Plan, free_port, started

pytestmark = [pytest.mark.serving, pytest.mark.filterwarnings("ignore:The `__get_pydantic_core_schema__`")]

POISON = """
import os, pickle, sys, traceback

def refuse(*_, **__):
    with open(os.environ["POISONED"], "a") as log:
        log.write("".join(traceback.format_stack()))
    raise RuntimeError("a loader that can run code was used")

class Refusing:
    def __init__(self, *_, **__):
        refuse()

pickle.load = pickle.loads = pickle._load = pickle._loads = refuse
pickle.Unpickler = pickle._Unpickler = Refusing
with open(os.environ["POISONED"] + ".present", "a") as log:
    log.write(" ".join(sys.argv[:4]) + "\\n")
"""
"""Runs first in every Python process that has it on its path."""


def test_no_loader_that_can_run_code_is_used(
    champions: Path, ledger: Ledger, home: Home, release_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = package(champions, ledger, home)
    (tmp_path / "first").mkdir()
    (tmp_path / "first" / "sitecustomize.py").write_text(POISON, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "first"))
    monkeypatch.setenv("POISONED", str(tmp_path / "used"))
    plan = Plan(tag, home, release_path.parent, tmp_path / "purchases", free_port(), clock="data", workers=1)
    with started(plan, tmp_path / "log"), httpx.Client(base_url=plan.url) as client:
        for body in ({"explain": True}, {"as_of": "2024-05-15", "explain": True}):  # prepared, and computed
            client.post("/v1/score", json={"customer_id": "C003", **body}).raise_for_status()
        client.post("/v1/recommend", json={"customer_id": "C003", "filter": {"new_only": True}}).raise_for_status()
        client.get("/v1/customers/C003/profile").raise_for_status()
    assert (tmp_path / "used.present").read_text().count(tag.replace(":", "/")) == 2  # the head and its worker
    assert not (tmp_path / "used").exists(), (tmp_path / "used").read_text()
