"""The same on PostgreSQL: only the address differs."""

import shutil
from pathlib import Path

import pytest

from regulars import artefact
from regulars.errors import MissingError
from regulars.home import Home
from regulars.tracking import Registry, Tracker
from regulars.tracking import client as door
from tests.test_tracking import fitted
from tests.tracking.families import at_once, family, found, whole

pytestmark = pytest.mark.postgres


@pytest.mark.parametrize("homes", [("home", "home"), ("here", "there")])
def test_families_logged_at_once_into_an_empty_database_are_all_there(
    database: str, homes: tuple[str, str], tmp_path: Path
) -> None:
    assert at_once(family, [(tmp_path / home, f"of {n}") for n, home in enumerate(homes)]) == [0, 0]
    assert found(Home(tmp_path / "home")) == whole(["of 0", "of 1"])
    assert not (tmp_path / "home" / "mlflow.db").exists()


def test_champions_are_registered_and_read_from_another_home(database: str, tmp_path: Path) -> None:
    told = fitted(tmp_path / "model")
    champion = Registry(Home(tmp_path / "here")).register(tmp_path / "model", told.meta, {"why": "it is the first"})
    shutil.rmtree(tmp_path / "model")
    again = Registry(Home(tmp_path / "there")).champion("churn")
    assert again == champion
    assert artefact.read(again.folder).meta == told.meta


def test_artefacts_go_where_the_settings_say(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGULARS_ARTIFACTS", (tmp_path / "bucket").as_uri())
    family(tmp_path / "home", "one")
    assert len(list((tmp_path / "bucket" / "churn").rglob("report.json"))) == 1
    assert list((tmp_path / "home" / "artifacts").iterdir()) == []


def test_a_database_that_does_not_answer_is_named_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mlflow.store.db.utils.MAX_RETRY_COUNT", 1)  # MLflow waits for minutes
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"postgresql://me:secret@/runs?host={tmp_path}")
    with pytest.raises(MissingError, match=r"no tracking database answers at postgresql://me:\*\*\*@/runs") as error:
        Tracker(Home(tmp_path / "home"))
    assert "secret" not in str(error.value)
    assert door.mlflow.get_tracking_uri().startswith("postgresql")
