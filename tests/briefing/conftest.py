"""One small shop with champions for the tests of what people are told."""

import datetime as dt

import numpy as np
import pytest

from regulars import features, labels, schema
from regulars.artefact import Fitted, Meta
from regulars.briefing import Shop
from regulars.estimators.churn import LightGBMChurn, RecencyRate
from regulars.estimators.recommend import OwnTop
from regulars.estimators.timing import LightGBMHazard
from regulars.home import Home
from regulars.ledger import Ledger
from regulars.scoring import Champions
from regulars.windows import Snapshot
from tests.serving import shop as lines

AS_OF = dt.date(2024, 4, 1)
HORIZON = 90


@pytest.fixture(scope="session")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """The shop's ledger."""
    book = Ledger.open_or_create(tmp_path_factory.mktemp("home") / "ledger", "EUR", buckets=4)
    with book.writer() as writer:
        writer.add_transactions(lines.transactions())
        writer.add(schema.ITEMS, lines.items())
        writer.commit(())
    return book


@pytest.fixture(scope="session")
def estimators(ledger: Ledger) -> dict[str, object]:
    """What is fitted on the shop as of AS_OF, and a rule for churn."""
    known, items = ledger.transactions(before=AS_OF).collect(), ledger.items()
    snapshots = [Snapshot(AS_OF, HORIZON).moved(-HORIZON - 30 * back) for back in range(3)]
    table, truth = features.table(known, features.Side(items), snapshots), labels.next_purchase(known, snapshots)
    learn = table, truth["duration"].to_numpy().astype(np.int64), truth["observed"].to_numpy()
    return {
        "churn": LightGBMChurn(rounds=20, threads=1).fit(*learn),
        "timing": LightGBMHazard(horizon_days=HORIZON, rounds=20, threads=1).fit(*learn),
        "recommend": OwnTop().fit(known, items, AS_OF),
        "rule": RecencyRate().fit(*learn),
    }


def opened(ledger: Ledger, **by_task: object) -> Shop:
    """A shop whose champions are given, not looked up."""
    shop = Shop(Home(ledger.path.parent), ledger, AS_OF)
    shop.__dict__["champions"] = Champions(
        {
            task: Fitted(
                Meta(
                    task=task, model=f"{task}_test", kind=type(each).__name__, source=type(each).source,
                    horizon_days=HORIZON, as_of=AS_OF, fingerprint=ledger.fingerprint, seed=0,
                ),
                each,
            )
            for task, each in by_task.items()
        }
    )  # fmt: skip
    return shop


@pytest.fixture(scope="session")
def shop(ledger: Ledger, estimators: dict[str, object]) -> Shop:
    """The shop with learned champions."""
    return opened(ledger, **{task: estimators[task] for task in ("churn", "timing", "recommend")})


@pytest.fixture(scope="session")
def ruled(ledger: Ledger, estimators: dict[str, object]) -> Shop:
    """The shop with a rule for churn."""
    return opened(ledger, churn=estimators["rule"], timing=estimators["timing"])
