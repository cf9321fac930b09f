"""One customer asked live gets the numbers that the batch gives; fresh purchases count, later ones do not."""

import datetime as dt
import json
import shutil
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from regulars import features, scoring
from regulars.errors import ConfigError, DataError, MissingError
from regulars.ledger import Ledger
from regulars.scoring import Champions
from regulars.windows import Snapshot
from serving import customer
from serving.contract import CustomerRequest, Line, ScoreRequest
from serving.problems import Problem
from serving.recommend_contract import RecommendRequest
from serving.scorer import Scorer
from tests.serving.conftest import CUT

LATER = dt.date(2024, 5, 15)
"""A day between the champions' training cut and the day after the data."""


def as_request(lines: pl.DataFrame) -> tuple[Line, ...]:
    """The lines as a client would send them."""
    return tuple(
        Line(
            order_id=line["order_id"],
            item_id=line["item_id"],
            purchased_at=line["purchased_at"],
            quantity=line["quantity"],
            amount=Decimal(line["amount"]) / 100,
            discount=Decimal(line["discount"]) / 100,
            store_id=line["store_id"],
        )
        for line in lines.iter_rows(named=True)
    )


@pytest.mark.parametrize("as_of", [None, LATER])
def test_live_is_batch(scorer: Scorer, ledger: Ledger, champions: Path, as_of: dt.date | None) -> None:
    day = as_of or scorer.store.header.as_of
    table = features.table(ledger.transactions(before=day), features.Side(ledger.items()), [Snapshot(day)])
    batch = scoring.score(Champions.read(champions), table)
    for row in batch.iter_rows(named=True):
        answer = scorer.score(ScoreRequest(customer_id=row["customer_id"]), day, "r")
        assert answer["churn"]["probability"] == pytest.approx(row["churn_probability"], abs=1e-12)
        assert answer["next_purchase"]["expected_date"] == row["expected_date"]
        assert answer["next_purchase"]["probability_within_days"]["30"] == pytest.approx(
            row["probability_within_30"], abs=1e-12
        )
        assert answer["evidence"]["source"] == row["source"]


def test_recommendations_are_the_batchs(scorer: Scorer, ledger: Ledger, champions: Path) -> None:
    lines = ledger.transactions(before=LATER).collect()
    batch = scoring.recommend(Champions.read(champions), lines, LATER, 4)
    for customer_id in ("C001", "C002", "C003"):
        answer = scorer.recommend(RecommendRequest(customer_id=customer_id, k=4), LATER, "r")
        wanted = batch.filter(pl.col("customer_id") == customer_id).sort("rank")
        assert [item["item_id"] for item in answer["items"]] == wanted["item_id"].to_list()
        assert [item["rank"] for item in answer["items"]] == wanted["rank"].to_list()


def test_the_stored_row_is_the_recomputed_one(scorer: Scorer) -> None:
    request, day = CustomerRequest(customer_id="C005"), scorer.store.header.as_of
    assert customer.is_stored(scorer.store, request, day)
    computed = features.table(
        customer.purchases(scorer.store, request, day), scorer.store.side("C005", shop_items()), [Snapshot(day)]
    )
    assert_frame_equal(customer.asked(scorer.store, request, day).features, computed)


def shop_items() -> list[str]:
    return [f"I{number:02d}" for number in range(12)]


def test_fresh_purchases_count_as_if_they_were_stored(scorer: Scorer, ledger: Ledger) -> None:
    """Half of the history stored and half sent is the whole history."""
    whole = ledger.customer("C007")
    half = CustomerRequest(customer_id="C007", history=as_request(whole[len(whole) // 2 :]))
    day = scorer.store.header.as_of
    assert_frame_equal(
        customer.purchases(scorer.store, half, day),
        customer.purchases(scorer.store, CustomerRequest(customer_id="C007"), day),
        check_row_order=False,
    )
    fresh = Line(order_id="new", item_id="I00", purchased_at=dt.datetime(2024, 6, 1, 12), amount=Decimal("9.90"))
    more = customer.purchases(scorer.store, CustomerRequest(customer_id="C007", history=(fresh,)), day)
    assert len(more) == len(whole) + 1
    assert more.filter(pl.col("order_id") == "new")["amount"].to_list() == [990]


def test_inline_history_of_a_stranger_is_that_customer(scorer: Scorer, ledger: Ledger) -> None:
    known = scorer.score(ScoreRequest(customer_id="C009"), LATER, "r")
    stranger = scorer.score(ScoreRequest(history=as_request(ledger.customer("C009"))), LATER, "r")
    assert stranger["churn"] == known["churn"]
    assert stranger["next_purchase"] == known["next_purchase"]
    assert stranger["evidence"] == known["evidence"]
    assert stranger["customer_id"] is None


def test_nothing_at_or_after_as_of_counts(scorer: Scorer, ledger: Ledger) -> None:
    sent = as_request(ledger.customer("C009"))
    earlier = tuple(line for line in sent if line.purchased_at.date() < LATER)
    everything = scorer.score(ScoreRequest(history=sent), LATER, "r")
    assert everything["churn"] == scorer.score(ScoreRequest(history=earlier), LATER, "r")["churn"]
    assert [warning["code"] for warning in everything["warnings"]] == ["LINES_IGNORED"]


def test_earlier_than_the_training_cut(scorer: Scorer) -> None:
    assert scorer.champions.training_cut == CUT
    with pytest.raises(Problem, match="ask for that day or later") as refused:
        scorer.score(ScoreRequest(customer_id="C001"), CUT - dt.timedelta(days=1), "r")
    assert refused.value.code == "AS_OF_OUT_OF_RANGE"
    scorer.score(ScoreRequest(customer_id="C001"), CUT, "r")


def test_stale_data_is_said(scorer: Scorer) -> None:
    fresh = scorer.store.header.as_of
    request = ScoreRequest(customer_id="C001")
    assert scorer.score(request, fresh, "r")["warnings"] == []
    assert [w["code"] for w in scorer.score(request, fresh + dt.timedelta(days=1), "r")["warnings"]] == ["STALE_DATA"]


def test_buy_again_of_a_stranger_is_empty(scorer: Scorer) -> None:
    request = RecommendRequest(customer_id="nobody", kind="buy_again")
    answer = scorer.recommend(request, scorer.store.header.as_of, "r")
    assert answer["items"] == []
    assert [warning["code"] for warning in answer["warnings"]] == ["UNKNOWN_CUSTOMER"]


def test_no_champions(tmp_path: Path, store_path: Path) -> None:
    with pytest.raises(MissingError, match="regulars train"):
        Scorer.load(tmp_path, store_path)


def test_champion_files_are_damaged(champions: Path, store_path: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(champions, tmp_path / "champions"))
    (copy / "churn" / "model.json").write_text("{}", encoding="utf-8")
    with pytest.raises(DataError):
        Scorer.load(copy, store_path)
    (copy / "lineage.json").write_text("[", encoding="utf-8")
    with pytest.raises(DataError, match="damaged"):
        Scorer.load(copy, store_path)


def test_store_of_other_features(champions: Path, store_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "NAMES", (*features.NAMES, "brand_new"))
    with pytest.raises(ConfigError, match="regulars package"):
        Scorer.load(champions, store_path)


def test_models_come_from_the_lineage(scorer: Scorer, champions: Path) -> None:
    lineage = json.loads((champions / "lineage.json").read_text(encoding="utf-8"))
    answer = scorer.state(scorer.store.header.as_of, "r")
    assert set(answer["model"]) == set(lineage)
    assert answer["model"]["churn"]["version"] == "1"
