"""One small shop, its champions, its store and its service for all tests of serving."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from regulars import artefact, features, labels, schema
from regulars.artefact import Fitted, Meta, Task
from regulars.estimators.churn import LightGBMChurn
from regulars.estimators.recommend import OwnTop
from regulars.estimators.replenishment import PoissonGamma
from regulars.estimators.timing import LightGBMHazard
from regulars.home import Home
from regulars.ledger import Ledger
from regulars.windows import Snapshot
from serving import release_build
from serving.app import create_app
from serving.live import Live
from serving.release import STORE, Release
from serving.sales import opened
from serving.scorer import Scorer
from serving.store import Store
from tests.postgres import postgres
from tests.serving import shop

__all__ = ["postgres"]

CUT = dt.date(2024, 4, 1)
"""The champions know purchases before this day."""

HORIZON = 90


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take back what a home sets when it is prepared."""
    for name in ("BENTOML_HOME", "BENTOML_ENABLE_FEATURES", "MPLCONFIGDIR"):
        monkeypatch.setenv(name, "to be taken back")
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """The shop's ledger."""
    book = Ledger.open_or_create(tmp_path_factory.mktemp("shop") / "ledger", "EUR", buckets=4)
    with book.writer() as writer:
        writer.add_transactions(shop.transactions())
        writer.add(schema.ITEMS, shop.items())
        writer.commit(())
    return book


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Where Bentos are kept; one for all tests of a process, since BentoML asks for its folder once."""
    return Home(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def release_path(ledger: Ledger, champions: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the shop's release, the one that answers."""
    folder = release_build.build(ledger, champions, tmp_path_factory.mktemp("online") / "releases")
    release_build.point(folder)
    return folder


@pytest.fixture
def store(release_path: Path) -> Iterator[Store]:
    """The online store, opened."""
    with Store(release_path / STORE) as opened:
        yield opened


@pytest.fixture(scope="session")
def champions(ledger: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the shop's champions, as ``regulars package`` resolves it."""
    lines, items = ledger.transactions(before=CUT).collect(), ledger.items()
    snapshots = [Snapshot(CUT, HORIZON).moved(-HORIZON - 30 * back) for back in range(3)]
    table = features.table(lines, features.Side(items), snapshots)
    truth = labels.next_purchase(lines, snapshots)
    duration, observed = truth["duration"].to_numpy().astype(np.int64), truth["observed"].to_numpy()
    fitted: dict[Task, Any] = {
        "churn": LightGBMChurn(rounds=20, threads=1).fit(table, duration, observed),
        "timing": LightGBMHazard(horizon_days=HORIZON, rounds=20, threads=1).fit(table, duration, observed),
        "recommend": OwnTop().fit(lines, items, CUT),
        "replenish": PoissonGamma(horizon_days=HORIZON).fit(lines, items, CUT),
    }
    folder = tmp_path_factory.mktemp("champions")
    for task, estimator in fitted.items():
        artefact.write(folder / task, Fitted(_meta(task, estimator, ledger.fingerprint), estimator))
    lineage = {task: _lineage(task, ledger.fingerprint) for task in fitted}
    (folder / "lineage.json").write_text(json.dumps(lineage), encoding="utf-8")
    return folder


def _meta(task: Task, estimator: Any, fingerprint: str) -> Meta:
    return Meta(
        task=task,
        model=f"{task}_test",
        kind=type(estimator).__name__,
        source=estimator.source,
        horizon_days=HORIZON,
        as_of=CUT,
        fingerprint=fingerprint,
        seed=0,
    )


def _lineage(task: str, fingerprint: str) -> dict[str, object]:
    return {
        "name": f"{task}_test",
        "version": 1,
        "run_id": "0" * 32,
        "alias": "champion",
        "trained_at": "2024-04-01T05:00:00Z",
        "model": f"{task}_test",
        "source": "model",
        "as_of": CUT.isoformat(),
        "fingerprint": fingerprint,
    }


@pytest.fixture
def scorer(release_path: Path, tmp_path: Path) -> Iterator[Scorer]:
    """What the service answers from."""
    release = Release.read(release_path)
    yield Scorer(release, opened(tmp_path / "purchases.sqlite"))
    release.close()


@pytest.fixture
def client(scorer: Scorer) -> TestClient:
    """The service, on the day after the data."""
    return TestClient(create_app(Live(scorer), lambda _: scorer.release.as_of))
