"""What deploy/serving refers to is there: files, variables and metrics. Nothing here starts a container."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped] # it ships no types
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from serving import environment
from serving.sales import opened
from tests.conventions.project import ROOT
from tests.postgres import Server

FOLDER = ROOT / "deploy/serving"
COMPOSE = FOLDER / "docker-compose.yml"
METRIC = re.compile(r"\bregulars_\w+")
VARIABLE = re.compile(r"\$\{(\w+)")


def parsed(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.fixture
def exported(client: TestClient) -> set[str]:
    """Names of the samples that a service exports once something was asked and something refused."""
    client.post("/v1/score", json={"customer_id": "C003"})
    client.get("/nothing")
    families = text_string_to_metric_families(client.get("/metrics").text)
    return {sample.name for family in families for sample in family.samples}


def expressions() -> list[str]:
    """Every question that a panel or an alert asks Prometheus."""
    board = json.loads((FOLDER / "grafana/regulars.json").read_text(encoding="utf-8"))
    rules = parsed(FOLDER / "alerts.yml")["groups"]
    asked = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    return asked + [rule["expr"] for group in rules for rule in group["rules"]]


def test_every_metric_is_exported(exported: set[str]) -> None:
    asked = {name for expression in expressions() for name in METRIC.findall(expression)}
    assert len(asked) > 10
    assert asked - exported == set()


def test_every_metric_is_watched(exported: set[str]) -> None:
    asked = {name for expression in expressions() for name in METRIC.findall(expression)}
    parts = re.compile(r"_(created|sum|count|bucket)$")
    ours = {name for name in exported if name.startswith("regulars_") and not parts.search(name)}
    assert ours - asked == set()


def test_every_file_is_there() -> None:
    services = parsed(COMPOSE)["services"]
    mounted = [volume.split(":")[0] for each in services.values() for volume in each.get("volumes", ())]
    files = [*(name for name in mounted if name.startswith(".")), *parsed(FOLDER / "prometheus.yml")["rule_files"]]
    assert len(files) >= 5
    assert [name for name in files if not (FOLDER / name).exists()] == []
    assert (FOLDER / services["mlflow"]["build"] / "Dockerfile").is_file()
    for path in FOLDER.rglob("*.yml"):
        assert parsed(path)


def test_volumes_and_services_are_declared() -> None:
    compose = parsed(COMPOSE)
    for each in compose["services"].values():
        named = {volume.split(":")[0] for volume in each.get("volumes", ()) if volume[0].isalpha()}
        assert named <= set(compose["volumes"])
        assert set(each.get("depends_on", ())) <= set(compose["services"])
    (target,) = parsed(FOLDER / "prometheus.yml")["scrape_configs"][0]["static_configs"][0]["targets"]
    assert target.partition(":")[0] in compose["services"]


def test_every_port_is_open_to_this_machine_only() -> None:
    ports = [port for each in parsed(COMPOSE)["services"].values() for port in each.get("ports", ())]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_variables_are_known() -> None:
    example = (FOLDER / ".env.example").read_text(encoding="utf-8")
    offered = set(re.findall(r"^(\w+)=", example, re.MULTILINE))
    assert set(VARIABLE.findall(COMPOSE.read_text(encoding="utf-8"))) == offered
    ours = {name for name in parsed(COMPOSE)["services"]["service"]["environment"] if name.startswith("REGULARS_")}
    known = {value for name, value in vars(environment).items() if name.isupper()}
    assert ours <= known
    assert environment.KEYS in ours


@pytest.mark.postgres
def test_purchases_have_a_database_of_their_own(postgres: Server) -> None:
    import psycopg

    postgres.created("mlflow")
    postgres.ran(FOLDER / "purchases.sql", PURCHASES_PASSWORD="it's open")  # noqa: S106 - nobody else's
    address = postgres.address("purchases").replace("postgres@", "purchases@")
    sales = opened(address)
    assert sales.count() == 0
    sales.close()
    with psycopg.connect(postgres.address("postgres")) as connection:
        found = connection.execute("SELECT rolpassword, rolsuper FROM pg_authid WHERE rolname = 'purchases'").fetchall()
    assert [(kept.startswith("SCRAM-SHA-256$"), is_super) for kept, is_super in found] == [(True, False)]
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(address.replace("/purchases?", "/mlflow?"))


def test_the_guide_names_every_alert_and_variable() -> None:
    guide = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    alerts = [rule["alert"] for group in parsed(FOLDER / "alerts.yml")["groups"] for rule in group["rules"]]
    settings = [value for name, value in vars(environment).items() if name.isupper()]
    assert [name for name in (*alerts, *settings) if f"`{name}`" not in guide] == []
