"""An order counts once: as the release tells it, else as it came in; what is acknowledged is in the next answer."""

import dataclasses
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from starlette.testclient import TestClient

from regulars.errors import DataError
from regulars.ledger import Ledger
from serving import fresh, pruning, release_build
from serving.app import create_app
from serving.contract import ScoreRequest
from serving.live import Live
from serving.recommend_contract import RecommendRequest
from serving.release import Release
from serving.sales import Numbered, Sales, SalesError
from serving.sales_sqlite import SqliteSales
from serving.scorer import Scorer
from tests.serving import shop
from tests.serving.test_metrics import change, samples
from tests.serving.test_sales import SALE, line

WHO = "C005"
DAY = dt.timedelta(days=1)


def last_order(scorer: Scorer, who: str = WHO) -> list[dict[str, Any]]:
    """The lines of the customer's last order, as a till sends them."""
    lines = scorer.release.store.history(who)
    return [
        {
            "customer_id": who,
            "order_id": row["order_id"],
            "item_id": row["item_id"],
            "purchased_at": row["purchased_at"].isoformat(),
            "quantity": row["quantity"],
            "amount": f"{row['amount'] / 100:.2f}",
            "discount": f"{row['discount'] / 100:.2f}",
            "store_id": row["store_id"],
        }
        for row in lines.filter(pl.col("order_id") == lines["order_id"][-1]).iter_rows(named=True)
    ]


def bare(sent: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in sent.items() if name not in {"discount", "store_id"}}


def later(sent: dict[str, Any]) -> dict[str, Any]:
    return {**sent, "purchased_at": str(dt.datetime.fromisoformat(sent["purchased_at"]) + dt.timedelta(hours=5))}


VARIANTS: dict[str, Callable[[list[dict[str, Any]]], list[dict[str, Any]]]] = {
    "equal": lambda sent: sent,
    "without discount and store": lambda sent: [bare(each) for each in sent],
    "another spelling": lambda sent: [{**each, "item_id": each["item_id"].lower()} for each in sent],
    "another time": lambda sent: [later(each) for each in sent],
    "fewer lines": lambda sent: sent[:1],
}


def told(client: TestClient, who: str = WHO, **more: Any) -> list[Any]:
    """What is answered of a customer, but for the request's id."""
    score = client.post("/v1/score", json={"customer_id": who, "explain": True, **more}).json()
    offers = client.post("/v1/recommend", json={"customer_id": who, **more}).json()
    rank = client.post("/v1/rank", json={"customer_id": who, "item_ids": ["I01", "I02"], **more}).json()
    batch = client.post("/v1/score/batch", json={"customer_ids": [who]}).json()
    profile = client.get(f"/v1/customers/{who}/profile").json()
    due = client.post("/v1/replenishment/due", json={"customer_ids": [who], "window_days": 90}).json()
    return [{**answer, "request_id": ""} for answer in (score, offers, rank, batch, profile, due)]


def codes_of(answer: dict[str, Any]) -> list[str]:
    """What is said of the purchases, and not of the models."""
    return [each["code"] for each in answer["warnings"] if each["code"] in {"STALE_DATA", "LINES_IGNORED"}]


@pytest.mark.parametrize("variant", VARIANTS)
def test_an_order_that_the_release_holds_counts_as_it_says(client: TestClient, scorer: Scorer, variant: str) -> None:
    before, sent = told(client), VARIANTS[variant](last_order(scorer))
    client.post("/v1/purchases", json=sent).raise_for_status()
    counted = samples(client)
    assert told(client) == before
    assert change(counted, samples(client), "regulars_answers_total", source="prepared") == 4  # all but rank and due


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_same_of_a_history(client: TestClient, scorer: Scorer, variant: str) -> None:
    sent = [{**each} for each in VARIANTS[variant](last_order(scorer))]
    history = [{name: value for name, value in each.items() if name != "customer_id"} for each in sent]
    assert told(client, history=history)[:3] == told(client)[:3]


def test_an_order_that_came_in_is_not_counted_again_by_a_history(client: TestClient) -> None:
    client.post("/v1/purchases", json=[line(customer_id=WHO)]).raise_for_status()
    history = [{name: value for name, value in line(discount="0.10").items() if name != "customer_id"}]
    before, after = told(client)[0], told(client, history=history)[0]
    assert (after["evidence"], after["churn"]) == (before["evidence"], before["churn"])


@pytest.mark.parametrize("ahead", [[0], [1], [0, 1]])
def test_nothing_acknowledged_is_hidden(client: TestClient, scorer: Scorer, ahead: list[int]) -> None:
    """A till whose clock stands in another zone may be a day ahead."""
    today, n_orders = scorer.release.as_of, told(client)[0]["evidence"]["n_orders"]
    sent = [line(customer_id=WHO, order_id=f"o{n}", purchased_at=f"{today + n * DAY}T12:00:00") for n in ahead]
    client.post("/v1/purchases", json=sent).raise_for_status()
    score, offers, rank, batch, profile, _ = told(client)
    for answer in (score, batch["results"][0], profile):
        assert answer["evidence"]["n_orders"] == n_orders + len(ahead)
    for answer in (score, offers, rank, batch["results"][0], profile):
        assert answer["as_of"] == str(today + DAY * (max(ahead) + 1))
        assert codes_of(answer) == []


def test_a_history_of_today_counts(client: TestClient, scorer: Scorer) -> None:
    """The checkout asks before the till has told: what lies in the future is left out, and said to be."""
    today, n_orders = scorer.release.as_of, told(client)[0]["evidence"]["n_orders"]
    days = [today + n * DAY for n in (-1, 0, 1, 2)]
    history = [
        {name: value for name, value in line(order_id=str(day), purchased_at=f"{day}T12:00").items() if name in LINE}
        for day in days
    ]
    for n_sent, n_counting, as_of in ((1, 1, today), (2, 2, today + DAY), (3, 3, today + 2 * DAY)):
        answer = told(client, history=history[:n_sent])[0]
        assert (answer["evidence"]["n_orders"], answer["as_of"]) == (n_orders + n_counting, str(as_of))
        assert codes_of(answer) == []
    late = told(client, history=history)
    assert [answer["as_of"] for answer in late[:3]] == [str(today + 2 * DAY)] * 3
    assert [codes_of(answer) for answer in late[:3]] == [["LINES_IGNORED"]] * 3
    asked = told(client, history=history, as_of=str(today))[0]
    assert (asked["as_of"], asked["evidence"]["n_orders"]) == (str(today), n_orders + 1)


LINE = ("order_id", "item_id", "purchased_at", "amount")


@pytest.mark.parametrize(("days", "codes"), [(0, []), (2, ["STALE_DATA"])])
def test_staleness_is_that_of_the_day(scorer: Scorer, days: int, codes: list[str]) -> None:
    """Whoever has bought today is asked about from tomorrow on; that makes no data stale."""
    today = scorer.release.as_of + days * DAY
    client = TestClient(create_app(Live(scorer), lambda _: today))
    sold = [line(customer_id=who, order_id=who, purchased_at=f"{today}T12:00:00") for who in (WHO, "new")]
    client.post("/v1/purchases", json=sold).raise_for_status()
    for who in (WHO, "C003", "new"):
        score, offers, rank, batch, profile, _ = told(client, who)
        for answer in (offers, rank, batch):
            assert codes_of(answer) == codes
        assert score["warnings"] == batch["results"][0]["warnings"]
        assert codes_of(score) == codes_of(profile) == codes


def test_a_strangers_list_is_computed_beside_the_event_loop(client: TestClient, scorer: Scorer) -> None:
    today = scorer.release.as_of
    assert scorer.is_light(RecommendRequest(customer_id=WHO), today, [])
    assert not scorer.is_light(RecommendRequest(customer_id="nobody"), today, [])
    before = samples(client)
    client.post("/v1/recommend", json={"customer_id": "nobody"}).raise_for_status()
    assert change(before, samples(client), "regulars_answers_total", source="live") == 1


@pytest.mark.parametrize("n_lines", [10, 11])
def test_very_many_purchases_are_not_read_on_the_event_loop(
    client: TestClient, scorer: Scorer, monkeypatch: pytest.MonkeyPatch, n_lines: int
) -> None:
    monkeypatch.setattr(fresh, "MANY", 10)
    sales = scorer.sales
    assert sales is not None
    sales.add([Numbered(at, SALE._replace(customer_id=WHO)) for at in range(n_lines)])
    assert (scorer.few_fresh(WHO) is None) == (n_lines > 10)
    assert len(scorer.fresh(WHO).lines) == n_lines
    alone, batch = told(client)[0], told(client)[3]["results"][0]
    assert alone["churn"]["probability"] == batch["churn"]["probability"]


@pytest.fixture
def releases(champions: Path, tmp_path: Path) -> Callable[[dt.datetime], Path]:
    """Makes the release of the shop as it was at a time, and lets it answer; returns its folder."""
    ledger = Ledger.open_or_create(tmp_path / "growing", "EUR", buckets=4)

    def made(until: dt.datetime) -> Path:
        with ledger.writer() as writer:
            writer.add_transactions(shop.transactions().filter(pl.col("purchased_at") < until))
            writer.commit(())
        folder = release_build.build(ledger, champions, tmp_path / "releases")
        release_build.point(folder)
        return folder

    return made


def asked(folder: Path, sales: Sales) -> TestClient:
    scorer = Scorer(Release.read(folder), sales)
    return TestClient(create_app(Live(scorer), lambda _: scorer.release.as_of))


def test_what_all_releases_hold_is_forgotten(releases: Callable[[dt.datetime], Path], tmp_path: Path) -> None:
    """Not before the oldest that is kept has it: going back to that one loses nothing."""
    ends = [dt.datetime(2024, 6, day) for day in (10, 14, 18, 22)]
    sales, folders = SqliteSales(tmp_path / "purchases.sqlite"), [releases(ends[0])]
    new = shop.transactions().filter(pl.col("purchased_at").is_between(ends[0], ends[1], closed="left"))
    old = shop.transactions().filter(pl.col("purchased_at") < ends[0]).tail(1)
    other = SALE._replace(customer_id=new["customer_id"][0], order_id="elsewhere")
    lines = [SALE._replace(**row) for row in pl.concat([new, old]).iter_rows(named=True)]
    sales.add([Numbered(None, each) for each in (*lines, other)])
    assert pruning.prune(sales, tmp_path / "releases") == 1
    for end in ends[1:]:
        assert sales.count() == len(new) + 1
        assert pruning.prune(sales, tmp_path / "releases") == 0
        folders.append(releases(end))
    assert not folders[0].exists()
    assert pruning.prune(sales, tmp_path / "releases") == len(new)
    assert (sales.count(), sales.of(other.customer_id)) == (1, [other])


def test_a_buyer_has_a_prepared_answer_again(releases: Callable[[dt.datetime], Path], tmp_path: Path) -> None:
    """With the first release that holds the purchase, though the lines are kept for longer."""
    start, end = dt.datetime(2024, 6, 20), dt.datetime(2024, 6, 22)
    sales, folder = SqliteSales(tmp_path / "purchases.sqlite"), releases(start)
    new = shop.transactions().filter(pl.col("purchased_at").is_between(start, end, closed="left"))
    sales.add([Numbered(None, SALE._replace(**row)) for row in new.iter_rows(named=True)])
    buyers = new["customer_id"].unique().to_list()
    for made, is_light in ((folder, False), (releases(end), True)):
        scorer = Scorer(Release.read(made), sales)
        held = scorer.fresh_among(buyers).lines
        for who in buyers:
            lines = scorer.fresh(who).lines
            assert (lines == []) == is_light == (who not in held)
            assert scorer.is_light(ScoreRequest(customer_id=who), scorer.release.as_of, lines) == is_light
        scorer.release.close()
    assert sales.count() == len(new)


def test_a_release_that_cannot_be_read(releases: Callable[[dt.datetime], Path], tmp_path: Path) -> None:
    """What it holds is not known, so nothing is forgotten."""
    sales, folder = SqliteSales(tmp_path / "purchases.sqlite"), releases(dt.datetime(2024, 6, 22))
    lines = shop.transactions().filter(pl.col("purchased_at") < dt.datetime(2024, 6, 22)).tail(3)
    sales.add([Numbered(None, SALE._replace(**row)) for row in lines.iter_rows(named=True)])
    old = tmp_path / "releases" / "old"
    old.mkdir()
    (old / "store.sqlite").write_bytes(b"something else" * 100)
    with pytest.raises(DataError):
        pruning.prune(sales, folder.parent)
    assert sales.count() == 3


def test_who_is_erased_is_unknown(client: TestClient, scorer: Scorer) -> None:
    client.post("/v1/purchases", json=[line(customer_id="new"), line(order_id="o2")]).raise_for_status()
    sales = scorer.sales
    assert sales is not None
    assert client.get("/v1/customers/new/profile").status_code == 200
    assert pruning.erase(sales, ["new"]) == 1
    assert client.get("/v1/customers/new/profile").status_code == 404
    assert sales.count() == 1


def test_how_many_wait(client: TestClient, scorer: Scorer, monkeypatch: pytest.MonkeyPatch) -> None:
    client.post("/v1/purchases", json=[line(), line(order_id="o2")]).raise_for_status()
    assert samples(client)["regulars_purchases_waiting"] == 2

    def broken(_: object) -> int:
        raise SalesError("no disk")

    monkeypatch.setattr(SqliteSales, "count", broken)
    assert "regulars_purchases_waiting" not in samples(client)
    without = TestClient(create_app(Live(dataclasses.replace(scorer, sales=None)), lambda _: scorer.release.as_of))
    assert "regulars_purchases_waiting" not in samples(without)
