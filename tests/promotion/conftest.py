"""A shop and a models folder with planted models, in which contests cost seconds."""

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from regulars import config, experiment, report
from regulars.estimators import registry
from regulars.home import Home
from regulars.kept_fits import KeptFits
from regulars.ledger import Ledger
from regulars.report import Report
from regulars.tracking import Tracker
from regulars.tracking.runs import KEY, WINNER
from tests import shops
from tests.conventions.project import ROOT
from tests.promotion import made
from tests.promotion.made import Planted

Ask = Callable[..., Report]


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """A simulated shop with more than 200 customers of 2-4 purchases (do not write to it)."""
    return shops.ledger(shops.simulate(800, 180), tmp_path_factory.mktemp("promotion") / "ledger")


@pytest.fixture(scope="session")
def truth(shop: Ledger) -> dict[dt.date, dict[str, bool]]:
    """Who churned as of each test snapshot."""
    last = shop.data_through + dt.timedelta(days=1)
    return made.know(shop, [last - dt.timedelta(days=30 * n) for n in (1, 2, 3)])


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, truth: dict[dt.date, dict[str, bool]]) -> Path:
    """A models folder of the test's own: noise, a steady model, a better one, and one that is blind in a slice."""
    folder = tmp_path / "models"
    shutil.copytree(ROOT / "models", folder, ignore=shutil.ignore_patterns("champion.json*"))
    monkeypatch.setenv("REGULARS_MODELS", str(folder))
    monkeypatch.setitem(registry.KINDS, "Planted", Planted)
    monkeypatch.setattr(Planted, "truth", truth)
    made.plant("churn_noise", skill=0.0)
    made.plant("churn_steady", skill=0.3)
    made.plant("churn_better", skill=1.0)
    made.plant("churn_blind", skill=1.0, blind=True)
    made.plant("churn_sure", skill=1.0, too_sure=True)
    return folder


@pytest.fixture
def home(new_home: Callable[[Path], Home], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home of the test's own, with no champions."""
    monkeypatch.setenv("REGULARS_HOME", str(tmp_path / "home"))
    return new_home(tmp_path / "home")


@pytest.fixture
def ask(shop: Ledger, home: Home, models: Path, tmp_path: Path) -> Ask:
    """Runs an experiment of these candidates, the first of them the baseline; logs its report, and no pictures."""

    def run(name: str, *candidates: str, **told: str) -> Report:
        asked = config.read_experiment(made.asked(tmp_path, name, *candidates, **told))
        found = report.build(experiment.run(asked, shop, kept=KeptFits(home.fits)), shop)
        tags = {KEY: name, WINNER: found["winner"], "regulars.fingerprint": shop.fingerprint}
        with Tracker(home).experiment(asked.task, name, tags) as parent:
            parent.json("report.json", found)
        return found

    return run
