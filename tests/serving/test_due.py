"""The list of reminders is that of the batch, page by page, without what was bought since."""

import base64
import datetime as dt
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest
from starlette.testclient import TestClient

from regulars import artefact, batch, scale, schema
from regulars.artefact import Fitted
from regulars.errors import DataError
from regulars.estimators.replenishment import PoissonGamma
from regulars.ledger import Ledger
from regulars.scoring import Champions
from serving import release_build
from serving.app import create_app
from serving.due_contract import DueAnswer, DueRequest
from serving.live import Live
from serving.problems import Problem
from serving.purchase_contract import PurchasesRequest
from serving.release import DUE, Release
from serving.sales import opened
from serving.scorer import Scorer
from tests.serving import shop
from tests.serving.conftest import CUT, HORIZON
from tests.serving.test_contract import roundtrip

LAST = dt.date(2024, 6, 1)
"""When the customer CLOCK bought I00 the last time, as every 30 days."""


def asked(scorer: Scorer, **request: Any) -> DueAnswer:
    return scorer.due(DueRequest.model_validate({"window_days": 30, **request}), scorer.release.as_of, "r")


def rows(answer: DueAnswer) -> list[dict[str, Any]]:
    return [dict(row) for row in answer["due"]]


def pages(scorer: Scorer, **request: Any) -> list[DueAnswer]:
    """Every page of a list."""
    found = [asked(scorer, **request)]
    while (cursor := found[-1]["next_cursor"]) is not None:
        found.append(asked(scorer, **request, cursor=cursor))
    return found


@pytest.mark.parametrize(
    ("window", "lead", "least"), [(7, 2, 0.0), (30, 2, 0.5), (30, 0, 0.6), (60, 9, 0.1), (90, 60, 0.0)]
)
def test_the_list_is_that_of_the_batch(
    scorer: Scorer, ledger: Ledger, champions: Path, window: int, lead: int, least: float
) -> None:
    job = batch.remind_job(Champions.read(champions), scorer.release.as_of, window, lead, least)
    wanted = scale.rows(ledger, job, scale.HERE, scale.silently).sort("remind_on", "customer_id", "unit")
    assert wanted.height >= (1 if window == 7 else 50)
    found = rows(asked(scorer, window_days=window, lead_days=lead, min_probability=least, limit=1000))
    same = ("customer_id", "item_id", "last_bought", "typical_days", "due_date", "remind_on", "probability", "basis")
    assert [tuple(row[name] for name in same) for row in found] == wanted.select(same).rows()
    assert [row["interval_80"] for row in found] == wanted.select("earliest", "latest").rows()
    names = dict(ledger.items().select("item_id", "name").iter_rows())
    assert [row["name"] for row in found] == [names.get(row["item_id"]) for row in found]


def test_pages_make_the_list(scorer: Scorer) -> None:
    whole = asked(scorer, min_probability=0.1, limit=1000)
    parts = pages(scorer, min_probability=0.1, limit=7)
    assert [row for part in parts for row in rows(part)] == rows(whole)
    assert whole["next_cursor"] is None
    assert [len(part["due"]) for part in parts[:-1]] == [7] * (len(parts) - 1)
    assert len(parts) > 3


def test_the_list_of_some_is_part_of_the_list(scorer: Scorer) -> None:
    whole = rows(asked(scorer, min_probability=0.1, limit=1000))
    some = {row["customer_id"] for row in whole[:3]}
    found = rows(asked(scorer, min_probability=0.1, limit=1000, customer_ids=[*some, "nobody"]))
    assert found == [row for row in whole if row["customer_id"] in some]
    assert len(found) < len(whole)


def test_a_last_page_that_is_full_is_the_last(scorer: Scorer) -> None:
    n = len(asked(scorer, limit=1000)["due"])
    assert asked(scorer, limit=n)["next_cursor"] is None
    assert asked(scorer, limit=n - 1)["next_cursor"] is not None


def test_a_cursor_outlives_its_release(scorer: Scorer, release_path: Path, tmp_path: Path) -> None:
    first, second = pages(scorer, limit=5)[:2]
    other = Release.read(Path(shutil.copytree(release_path, tmp_path / "other")))
    assert rows(asked(Scorer(other), limit=5, cursor=first["next_cursor"])) == rows(second)
    other.close()


def test_a_cursor_belongs_to_its_list(scorer: Scorer) -> None:
    cursor = asked(scorer, limit=5)["next_cursor"]
    assert asked(scorer, limit=3, cursor=cursor)["due"]
    for other in ({"window_days": 8}, {"lead_days": 3}, {"min_probability": 0.25}):
        with pytest.raises(Problem, match=r"^cursor: belongs to window_days 30, lead_days 2 and min_probability 0.5"):
            asked(scorer, **other, cursor=cursor)


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"{}", b'[7,2,0.5,"yesterday","C003","I01"]', b'[7,2,0.5,"2024-06-25","C003"]']
)
def test_what_is_no_cursor(client: TestClient, content: bytes) -> None:
    cursor = base64.urlsafe_b64encode(content).decode().rstrip("=") or "A"
    response = client.post("/v1/replenishment/due", json={"cursor": cursor})
    assert (response.status_code, response.json()["errors"][0]["path"]) == (422, "cursor")
    assert "is no next_cursor" in response.json()["detail"]


def test_another_day(client: TestClient, scorer: Scorer) -> None:
    day = scorer.release.as_of
    same = client.post("/v1/replenishment/due", json={"as_of": str(day)})
    assert (same.status_code, same.json()["as_of"]) == (200, str(day))
    other = client.post("/v1/replenishment/due", json={"as_of": str(day + dt.timedelta(days=1))})
    assert (other.status_code, other.json()["code"]) == (409, "AS_OF_OUT_OF_RANGE")
    assert f"the list is for {day}" in other.json()["detail"]


def test_a_list_of_the_past_says_so(scorer: Scorer) -> None:
    tomorrow = scorer.release.as_of + dt.timedelta(days=1)
    assert asked(scorer)["warnings"] == []
    (told,) = scorer.due(DueRequest(), tomorrow, "r")["warnings"]
    assert (told["code"], "1 days before today" in told["text"]) == ("STALE_DATA", True)


def test_over_http(client: TestClient) -> None:
    response = client.post("/v1/replenishment/due", json={"window_days": 30, "limit": 3})
    assert response.status_code == 200
    assert roundtrip(DueAnswer, response.json()) == response.json()
    assert len(response.json()["due"]) == 3
    assert list(response.json()["model"]) == ["replenish"]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"window_days": HORIZON + 1}, "window_days"),
        ({"lead_days": -1}, "lead_days"),
        ({"min_probability": 1.5}, "min_probability"),
        ({"limit": 1001}, "limit"),
        ({"cursor": "not/base64"}, "cursor"),
        ({"customer_id": "C003"}, "customer_id"),
    ],
)
def test_refusals(client: TestClient, body: dict[str, Any], path: str) -> None:
    response = client.post("/v1/replenishment/due", json=body)
    assert (response.status_code, response.json()["code"]) == (422, "INVALID_FIELD")
    assert response.json()["errors"][0]["path"] == path


def test_lists_asked_for_again_are_at_hand(scorer: Scorer) -> None:
    kept = scorer.release.due
    assert kept is not None
    assert kept.listed(7, 2, 0.5) is kept.listed(7, 2, 0.5)
    first = kept.listed(7, 2, 0.5)
    for lead in range(10, 30):
        kept.listed(7, lead, 0.5)
    assert kept.listed(7, 2, 0.5) is not first  # only the last few are


def test_without_a_champion(release_path: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(release_path, tmp_path / "other"))
    (folder / DUE).unlink()
    nobody = Release.read(folder)
    with pytest.raises(Problem, match="regulars refresh") as refused:
        asked(Scorer(nobody))
    assert refused.value.code == "MODEL_NOT_READY"
    nobody.close()
    shutil.rmtree(folder / "champions" / "replenish")
    bare = Release.read(folder)
    response = TestClient(create_app(Live(Scorer(bare)), lambda _: bare.as_of)).post("/v1/replenishment/due", json={})
    assert (response.status_code, response.json()["code"]) == (503, "MODEL_NOT_READY")
    assert "regulars train --task replenish" in response.json()["detail"]
    bare.close()


def test_a_release_without_a_champion_keeps_nothing(ledger: Ledger, champions: Path, tmp_path: Path) -> None:
    others = Path(shutil.copytree(champions, tmp_path / "champions"))
    shutil.rmtree(others / "replenish")
    folder = release_build.build(ledger, others, tmp_path / "releases")
    assert not (folder / DUE).exists()


def test_a_damaged_forecast(release_path: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(release_path, tmp_path / "other"))
    (folder / DUE).write_bytes((folder / DUE).read_bytes()[:-100])
    with pytest.raises(DataError, match="regulars refresh"):
        Release.read(folder)


@pytest.fixture(scope="module")
def clockwork(champions: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release of a shop with a customer who buys the same every 30 days, and with types of items."""
    folder = tmp_path_factory.mktemp("clockwork")
    bought = [dt.datetime.combine(LAST, dt.time(12)) - dt.timedelta(days=30 * back) for back in range(6)]
    line = {"customer_id": "CLOCK", "item_id": "I00", "quantity": 1.0, "amount": 100, "discount": 0, "store_id": "S1"}
    clock = pl.DataFrame([{**line, "order_id": f"CLOCK-{at:%m}", "purchased_at": at} for at in bought])
    book = Ledger.open_or_create(folder / "ledger", "EUR", buckets=2)
    with book.writer() as writer:
        writer.add_transactions(pl.concat([shop.transactions(), clock.select(shop.transactions().columns)]))
        writer.add(schema.ITEMS, shop.items().with_columns(product_type=pl.col("category")))
        writer.commit(())
    theirs = Path(shutil.copytree(champions, folder / "champions"))
    meta = artefact.read(theirs / "replenish").meta
    estimator = PoissonGamma(horizon_days=HORIZON).fit(book.transactions(before=CUT).collect(), book.items(), CUT)
    shutil.rmtree(theirs / "replenish")
    artefact.write(theirs / "replenish", Fitted(meta, estimator))
    return release_build.build(book, theirs, folder / "releases")


@pytest.fixture
def reminding(clockwork: Path, tmp_path: Path) -> Iterator[Scorer]:
    """The service of that shop."""
    release = Release.read(clockwork)
    yield Scorer(release, opened(tmp_path / "purchases.sqlite"))
    release.close()


def clock(scorer: Scorer) -> list[dict[str, Any]]:
    found = rows(asked(scorer, lead_days=2, min_probability=0.0, limit=1000))
    assert len(found) > 20
    return [row for row in found if row["customer_id"] == "CLOCK"]


def sell(scorer: Scorer, item_id: str, day: dt.date, quantity: float = 1.0, customer_id: str = "CLOCK") -> None:
    line = {
        "customer_id": customer_id,
        "order_id": f"new-{item_id}-{day}",
        "item_id": item_id,
        "purchased_at": dt.datetime.combine(day, dt.time(9)),
        "quantity": quantity,
        "amount": Decimal(1),
    }
    scorer.add(PurchasesRequest.model_validate([line]), scorer.release.as_of, "r")


def test_who_buys_every_30_days_is_reminded_after_28(reminding: Scorer) -> None:
    (row,) = clock(reminding)
    assert row["item_id"] == "I00"
    assert row["last_bought"] == LAST
    assert row["typical_days"] == 30.0
    assert row["due_date"] == LAST + dt.timedelta(days=30)
    assert row["remind_on"] == LAST + dt.timedelta(days=28)
    assert row["basis"] == "own history (6)"


@pytest.mark.parametrize("item_id", ["I00", "I04"])
def test_what_was_bought_since_is_settled(reminding: Scorer, item_id: str) -> None:
    """I04 is of the type of I00."""
    before = asked(reminding, min_probability=0.0, limit=1000)["due"]
    sell(reminding, item_id, reminding.release.as_of)
    assert clock(reminding) == []
    after = asked(reminding, min_probability=0.0, limit=1000)["due"]
    assert after == [row for row in before if row["customer_id"] != "CLOCK"]


@pytest.mark.parametrize(
    ("item_id", "day", "quantity"),
    [
        pytest.param("I01", LAST + dt.timedelta(days=9), 1.0, id="of another type"),
        pytest.param("I00", LAST, 1.0, id="on the day of the last purchase"),
        pytest.param("I00", LAST + dt.timedelta(days=9), -1.0, id="brought back"),
    ],
)
def test_what_settles_nothing(reminding: Scorer, item_id: str, day: dt.date, quantity: float) -> None:
    sell(reminding, item_id, day, quantity)
    assert len(clock(reminding)) == 1


def test_a_settled_row_does_not_end_the_pages(reminding: Scorer) -> None:
    whole = asked(reminding, min_probability=0.0, limit=1000)["due"]
    sell(reminding, "I00", reminding.release.as_of)
    found = [row for part in pages(reminding, min_probability=0.0, limit=1) for row in rows(part)]
    assert orjson.dumps(found) == orjson.dumps([row for row in whole if row["customer_id"] != "CLOCK"])


def test_a_profile_tells_what_is_due(reminding: Scorer) -> None:
    day = reminding.release.as_of
    (row, *_) = asked(reminding, window_days=7)["due"]
    who = row["customer_id"]
    mine = [each for each in asked(reminding, window_days=7)["due"] if each["customer_id"] == who]
    assert reminding.profile(who, None, day, "r")["due"] == mine
    sell(reminding, row["item_id"], day, customer_id=who)
    assert row not in (reminding.profile(who, None, day, "r")["due"] or [])
    assert reminding.profile(who, day + dt.timedelta(days=3), day, "r")["due"] is None  # the list is of one day
