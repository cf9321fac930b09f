"""One customer asked live gets the numbers that the batch gives; fresh purchases count, later ones do not."""

import dataclasses
import datetime as dt
import json
import shutil
from decimal import Decimal
from pathlib import Path

import orjson
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from regulars import features, scoring
from regulars.errors import ConfigError, DataError, MissingError
from regulars.ledger import Ledger
from regulars.scoring import Champions
from regulars.windows import Snapshot
from serving import customer, prepared_build
from serving.batch_contract import BatchRequest
from serving.contract import Line, ScoreRequest
from serving.prepared import Prepared
from serving.problems import Problem
from serving.recommend_contract import RecommendRequest
from serving.release import Release
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
    day = as_of or scorer.release.as_of
    table = features.table(ledger.transactions(before=day), features.Side(ledger.items()), [Snapshot(day)])
    batch = scoring.score(Champions.read(champions), table)
    for row in batch.iter_rows(named=True):
        answer = scorer.score(ScoreRequest(customer_id=row["customer_id"]), day, "r")
        assert answer["churn"]["probability"] == pytest.approx(row["churn_probability"], abs=1e-12)
        assert answer["next_purchase"]["expected_date"] in (row["expected_date"], str(row["expected_date"]))
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


def test_what_was_made_beforehand_is_what_is_computed_now(scorer: Scorer, ledger: Ledger) -> None:
    """The same question with the whole history sent along is computed, and answered alike to the last bit."""
    day = scorer.release.as_of
    for who in ("C005", "C017", "C044"):
        for kind in (ScoreRequest, RecommendRequest):
            prepared = kind.model_validate({"customer_id": who} | ({"explain": True} if kind is ScoreRequest else {}))
            assert scorer.is_light(prepared, day, [])
            now = prepared.model_copy(update={"history": as_request(ledger.customer(who))})
            assert not scorer.is_light(now, day, [])
            answer = scorer.score if kind is ScoreRequest else scorer.recommend
            assert orjson.dumps(answer(now, day, "r")) == orjson.dumps(answer(prepared, day, "r"))


def test_profiles_made_beforehand_are_those_computed_now(scorer: Scorer, tmp_path: Path) -> None:
    """A release without answers computes them."""
    prepared_build.empty(tmp_path / "prepared.sqlite")
    bare = Scorer(dataclasses.replace(scorer.release, prepared=Prepared(tmp_path / "prepared.sqlite")))
    told = []
    for who in ("C005", "C017", "C044"):
        said, now = (each.profile(who, None, scorer.release.as_of, "r") for each in (scorer, bare))
        assert orjson.loads(orjson.dumps(said)) == orjson.loads(orjson.dumps(now))
        assert now["survival"]
        told += now["churn"]["reasons"]
    assert told


@pytest.mark.parametrize("as_of", [None, LATER])
def test_a_batch_is_its_customers_one_by_one(scorer: Scorer, as_of: dt.date | None) -> None:
    asked = ["C001", "nobody", "C002", "C001"]
    batch = scorer.batch(BatchRequest(customer_ids=tuple(asked), as_of=as_of), scorer.release.as_of, "r")
    assert batch["counts"] == {"ok": 3, "error": 1}
    assert [row["customer_id"] for row in batch["results"]] == asked
    assert batch["results"][1]["status"] == "error"
    for row in (batch["results"][0], batch["results"][2], batch["results"][3]):
        alone = scorer.score(ScoreRequest(customer_id=row["customer_id"], as_of=as_of), scorer.release.as_of, "r")
        for part in ("churn", "next_purchase", "evidence"):
            assert orjson.dumps(row[part]) == orjson.dumps(alone[part])  # type: ignore[literal-required]


def test_shops_without_a_spend_champion_say_so(scorer: Scorer) -> None:
    answer = scorer.score(ScoreRequest(customer_id="C001", want=("spend",)), scorer.release.as_of, "r")
    assert answer["spend"] is None
    assert "NO_MODEL" in [warning["code"] for warning in answer["warnings"]]


def test_fresh_purchases_count_as_if_they_were_stored(scorer: Scorer, ledger: Ledger) -> None:
    """Half of the history stored and half sent is the whole history."""
    whole = ledger.customer("C007")
    day, store = scorer.release.as_of, scorer.release.store
    half = customer.sales("C007", as_request(whole[len(whole) // 2 :]), store)
    plain = customer.purchases(store, "C007", day)
    assert_frame_equal(customer.purchases(store, "C007", day, half), plain, check_row_order=False)
    assert_frame_equal(customer.purchases(store, "C007", day, half, half), plain, check_row_order=False)
    fresh = Line(order_id="new", item_id="I00", purchased_at=dt.datetime(2024, 6, 1, 12), amount=Decimal("9.90"))
    more = customer.purchases(store, "C007", day, customer.sales("C007", [fresh], store))
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
    assert everything["warnings"][0]["code"] == "LINES_IGNORED"


def test_earlier_than_the_training_cut(scorer: Scorer) -> None:
    assert scorer.release.champions.training_cut == CUT
    with pytest.raises(Problem, match="ask for that day or later") as refused:
        scorer.score(ScoreRequest(customer_id="C001"), CUT - dt.timedelta(days=1), "r")
    assert refused.value.code == "AS_OF_OUT_OF_RANGE"
    scorer.score(ScoreRequest(customer_id="C001"), CUT, "r")


def test_stale_data_is_said(scorer: Scorer) -> None:
    fresh = scorer.release.as_of
    request = ScoreRequest(customer_id="C001", want=("churn",))
    assert scorer.score(request, fresh, "r")["warnings"] == []
    assert [w["code"] for w in scorer.score(request, fresh + dt.timedelta(days=1), "r")["warnings"]] == ["STALE_DATA"]


def test_buy_again_of_a_stranger_is_empty(scorer: Scorer) -> None:
    request = RecommendRequest(customer_id="nobody", kind="buy_again")
    answer = scorer.recommend(request, scorer.release.as_of, "r")
    assert answer["items"] == []
    assert [warning["code"] for warning in answer["warnings"]] == ["UNKNOWN_CUSTOMER"]


def test_no_champions(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="regulars train"):
        Release.read(tmp_path)


def test_champion_files_are_damaged(release_path: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(release_path, tmp_path / "release"))
    (copy / "champions" / "churn" / "model.json").write_text("{}", encoding="utf-8")
    with pytest.raises(DataError):
        Release.read(copy)
    (copy / "champions" / "lineage.json").write_text("[", encoding="utf-8")
    with pytest.raises(DataError, match="damaged"):
        Release.read(copy)


def test_store_of_other_features(release_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "NAMES", (*features.NAMES, "brand_new"))
    with pytest.raises(ConfigError, match="regulars refresh"):
        Release.read(release_path)


def test_models_come_from_the_lineage(scorer: Scorer, champions: Path) -> None:
    lineage = json.loads((champions / "lineage.json").read_text(encoding="utf-8"))
    answer = scorer.state(scorer.release.as_of, "r")
    assert set(answer["model"]) == set(lineage)
    assert answer["model"]["churn"]["version"] == "1"
