"""The Bento holds the champions and everything they need; built once, it is a service of its own."""

import ast
import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from regulars.errors import MissingError
from regulars.home import Home
from regulars.ledger import Ledger
from serving.package import OPTIONAL, package, required
from serving.process import Plan, free_port, started
from serving.store import Store
from tests.serving.test_process import gone

# BentoML, on import; it is loaded here as a user's process loads it.
pytestmark = pytest.mark.filterwarnings("ignore:The `__get_pydantic_core_schema__` method:DeprecationWarning")

LOADED = """
import json, sys
import serving.service
before = [name for name in sys.modules if name in ("polars", "lightgbm", "regulars.scoring")]
app = serving.service.load()
import serving.sales_breaker, serving.sales_postgres, serving.sales_sqlite
ours = [module for name, module in sys.modules.items() if name.split(".")[0] in ("regulars", "serving")]
from starlette.testclient import TestClient
print(json.dumps({
    "before": before,
    "modules": {module.__name__: module.__file__ for module in ours},
    "ready": TestClient(app).get("/readyz").json(),
}))
"""


def bento_of(home: Home, tag: str) -> Path:
    return home.bentoml / "bentos" / tag.replace(":", "/")


def left(home: Home) -> list[str]:
    """What lies half-made in the home, but for what the workers that another test kills could not clear away."""
    return [path.name for path in home.staging.iterdir() if not path.name.startswith("bentoml-client-")]


def imported(source: Path) -> Iterator[str]:
    """The top-level packages that a module imports when it is loaded."""
    tree = ast.parse(source.read_text(encoding="utf-8"))
    tests = [node for node in ast.walk(tree) if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    for_types = {id(each) for test in tests for line in test.body for each in ast.walk(line)}
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


@pytest.fixture(scope="module")
def loaded() -> dict[str, Any]:
    """What a worker that finds no champions loads, and says."""
    command = [sys.executable, "-W", "ignore", "-c", LOADED]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def test_requirements_are_what_the_service_imports(loaded: dict[str, Any]) -> None:
    packages = {name for file in loaded["modules"].values() for name in imported(Path(file))}
    foreign = packages - set(sys.stdlib_module_names) - {"regulars", "serving"}
    distributions = importlib.metadata.packages_distributions()
    needed = {distributions[name][0].lower().replace("_", "-") for name in foreign}
    unseen = {"httptools", "uvloop", "psycopg-binary", "tzdata"}
    assert needed - {"pydantic-core"} | unseen == set(required())  # pydantic itself pins its core


def test_the_driver_of_a_database_is_packaged_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(OPTIONAL) <= set(required())
    monkeypatch.setattr("serving.package.distributions", lambda **_: [])
    assert set(required()) & set(OPTIONAL) == set()


def test_the_service_loads_no_training_ground(loaded: dict[str, Any]) -> None:
    for name in ("experiment", "contest", "evaluation", "tracking", "cli", "ingest"):
        assert not any(module.startswith(f"regulars.{name}") for module in loaded["modules"])


def test_only_workers_load_models(loaded: dict[str, Any]) -> None:
    assert loaded["before"] == []


def test_a_worker_without_champions_says_so(loaded: dict[str, Any]) -> None:
    assert loaded["ready"]["code"] == "MODEL_NOT_READY"


def test_content(champions: Path, home: Home, ledger: Ledger) -> None:
    bento = bento_of(home, package(champions, ledger, home))
    held = {path.relative_to(bento).as_posix() for path in bento.rglob("*") if path.is_file()}
    assert {
        "src/serving/service.py",
        "src/regulars/scoring.py",
        "src/release/champions/lineage.json",
        "src/release/store.sqlite",
    } <= held
    assert not any("__pycache__" in path or "loadtest" in path for path in held)
    with Store(bento / "src/release/store.sqlite") as store:  # items, but no customer
        assert (store.header.n_customers, store.items(["I00"]).height, store.history("C003").height) == (0, 1, 0)
    requirements = (bento / "env/python/requirements.txt").read_text().split()
    assert sorted(set(requirements)) == sorted(f"{n}=={importlib.metadata.version(n)}" for n in required())
    assert "libgomp1" in (bento / "env/docker/Dockerfile").read_text()
    description = (bento / "bento.yaml").read_text()
    assert f"fingerprint: {ledger.fingerprint}" in description
    assert "churn: churn_test-1" in description
    assert str(champions) not in description
    assert left(home) == []


def test_unchanged_is_reused(champions: Path, home: Home, ledger: Ledger, tmp_path: Path) -> None:
    tag = package(champions, ledger, home)
    built = (bento_of(home, tag) / "bento.yaml").stat().st_mtime_ns
    assert package(champions, ledger, home) == tag
    assert (bento_of(home, tag) / "bento.yaml").stat().st_mtime_ns == built
    # What an interrupted build leaves is no Bento.
    (bento_of(home, tag) / ".complete").unlink()
    assert package(champions, ledger, home) == tag
    assert (bento_of(home, tag) / "bento.yaml").stat().st_mtime_ns > built
    other = Path(shutil.copytree(champions, tmp_path / "champions"))
    lineage = (other / "lineage.json").read_text().replace('"version": 1', '"version": 2')
    (other / "lineage.json").write_text(lineage)
    assert package(other, ledger, home) != tag


def test_no_champions(home: Home, ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="regulars train"):
        package(tmp_path, ledger, home)


@pytest.mark.serving
def test_the_code_of_the_bento_answers(
    champions: Path, home: Home, ledger: Ledger, release_path: Path, tmp_path: Path
) -> None:
    """Not that of the environment that starts it, which may be of another version by now."""
    tag, other = package(champions, ledger, home), Home(tmp_path / "other")
    shutil.copytree(bento_of(home, tag), bento_of(other, tag))
    code = bento_of(other, tag) / "src" / "regulars" / "scoring.py"
    code.write_text(re.sub(r"(?m)^WITHIN_DAYS = .*", "WITHIN_DAYS = (13,)", code.read_text(encoding="utf-8")))
    plan = Plan(tag, other, release_path.parent, other.purchases, free_port(), clock="data", workers=1)
    with started(plan, tmp_path / "log"), httpx.Client(base_url=plan.url) as client:
        told = client.post("/v1/score", json={"customer_id": "C003", "as_of": "2024-05-15"}).json()
    assert list(told["next_purchase"]["probability_within_days"]) == ["13"]


def test_two_services_of_a_home_count_by_themselves(
    champions: Path, home: Home, ledger: Ledger, release_path: Path
) -> None:
    tag = package(champions, ledger, home)
    plans = [Plan(tag, home, release_path.parent, home.purchases, free_port(), workers=1) for _ in range(2)]
    with started(plans[0], home.root / "one.log"), httpx.Client(base_url=plans[0].url) as client:
        client.get("/nothing")
        with started(plans[1], home.root / "two.log"):
            other = httpx.get(f"{plans[1].url}/metrics").text
        assert 'route="(none)",status="404"} 1.0' in client.get("/metrics").text
        assert 'route="(none)",status="404"' not in other


def test_service(champions: Path, home: Home, ledger: Ledger, release_path: Path) -> None:
    tag = package(champions, ledger, home)
    plan = Plan(tag, home, release_path.parent, home.purchases, free_port(), clock="data", workers=1)
    with started(plan, home.root / "service.log") as head, httpx.Client(base_url=plan.url) as client:
        family = [head.pid, *(child.pid for child in psutil.Process(head.pid).children(recursive=True))]
        assert len(family) == 2
        score = client.post("/v1/score", json={"customer_id": "C003", "explain": True}).json()
        assert score["as_of"] == "2024-06-25"
        assert score["model"]["churn"]["name"] == "churn_test"
        assert {warning["code"] for warning in score["warnings"]} <= {"BEYOND_HORIZON"}
        items = client.post("/v1/recommend", json={"customer_id": "C003", "k": 2}).json()["items"]
        assert [item["rank"] for item in items] == [1, 2]
        assert client.get("/v1/customers/C003/profile").json()["churn"]["probability"] == score["churn"]["probability"]
        assert client.get("/v1/models").json()["store"]["currency"] == "EUR"
        assert 'route="/v1/customers/{customer_id}/profile",status="200"} 1.0' in client.get("/metrics").text
        assert client.get("/readyz").json() == {"status": "ok"}
        lost = client.get("/nothing")
        assert (lost.status_code, lost.headers["content-type"]) == (404, "application/problem+json")
    assert gone(*family)
    assert left(home) == []
