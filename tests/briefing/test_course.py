"""What the notebooks of the course are told: cohorts, drivers, a look back, products, offers beside baskets."""

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from regulars import config
from regulars.briefing import Shop, cohorts, drivers, products, survivals
from regulars.briefing.beside import HIT, Beside
from regulars.briefing.products import Products
from regulars.errors import DataError, MissingError
from regulars.scoring import Champions


def test_cohorts_start_whole_and_never_grow(shop: Shop) -> None:
    found = cohorts.retention(shop)
    first = found.filter(months_later=0)
    assert first["share"].unique().to_list() == [1.0]
    assert (found["active"] <= found["customers"]).all()
    assert found["share"].is_between(0, 1).all()
    known = shop.ledger.transactions(before=shop.as_of).filter(pl.col("quantity") > 0)
    days = known.select("customer_id", day=pl.col("purchased_at").dt.date()).collect()
    began = days.group_by("customer_id").agg(pl.col("day").min())["day"].dt.strftime("%Y-%m").value_counts()
    counted = {name.partition(" ")[0]: n for name, n in first.select("cohort", "customers").iter_rows()}
    assert counted == {month: n for month, n in began.iter_rows() if month in counted}
    assert counted


def test_cohorts_know_nothing_of_the_month_that_runs(shop: Shop) -> None:
    whole = Shop(shop.home, shop.ledger, dt.date(2024, 3, 15))
    found = cohorts.retention(whole)
    assert not found["cohort"].str.starts_with("2024-03").any()


def test_the_map_holds_every_customer_once(shop: Shop) -> None:
    cells = cohorts.rfm_map(shop)
    assert cells["customers"].sum() == shop.scores.height
    assert cells["share_of_sales"].sum() == pytest.approx(1.0)
    assert cells["churn_probability"].is_between(0, 1).all()
    once = shop.features.filter(pl.col("frequency") == 0).height
    assert cells.filter(pl.col("purchase_days") == "1")["customers"].sum() == once
    recent = shop.features.filter(pl.col("recency") <= 7).height
    assert cells.filter(pl.col("recency") == "1-7")["customers"].sum() == recent


def test_segments_come_by_what_is_at_stake(shop: Shop) -> None:
    found = cohorts.segments(shop)
    assert found["at_stake"].is_sorted(descending=True)
    risk = shop.features.join(shop.scores.select("customer_id", "churn_probability"), on="customer_id")
    total = (risk["spend_365"] * risk["churn_probability"]).sum() / 100
    assert found["at_stake"].sum() == pytest.approx(total)
    assert f"{found['customers'][0]:,} customers" in cohorts.headline(shop)


def test_drivers_add_up_to_what_the_model_says(shop: Shop) -> None:
    found = drivers.drivers(shop)
    model = shop.champions["churn"].estimator
    sums = found.group_by("customer_id", maintain_order=True).agg(pl.col("effect").sum())
    asked = shop.features.filter(pl.col("customer_id").is_in(sums["customer_id"].implode()))
    said = model.predict(asked)
    base = np.log(said / (1 - said)) - sums["effect"].to_numpy()
    assert np.ptp(base) == pytest.approx(0.0, abs=1e-9), "the same constant for everybody"


def test_drivers_are_ranked_with_their_direction(shop: Shop) -> None:
    found = drivers.drivers(shop)
    table = drivers.ranked(found, 5)
    assert table["mean_effect"].is_sorted(descending=True)
    assert table["meaning"].null_count() == 0
    assert set(table["direction"]) <= {"more: higher risk", "more: lower risk", "it depends"}
    assert drivers.ranked(found, 1_000)["share"].sum() == pytest.approx(1.0)
    assert table["feature"][0] in drivers.headline(found)
    assert [name.partition(" ")[0] for name in drivers.strongest(found, 5, units=True)] == table["feature"].to_list()


def test_direction_follows_the_values() -> None:
    values = [1.0, 2.0, 3.0, None]
    rows = {"rises": [0.1, 0.2, 0.3, 0.0], "falls": [0.3, 0.2, 0.1, 0.0], "flat": [0.0] * 4}
    found = pl.concat(
        pl.DataFrame({"model": "m", "customer_id": list("abcd"), "feature": name, "value": values, "effect": effect})
        for name, effect in rows.items()
    )
    said = dict(drivers.ranked(found).select("feature", "direction").iter_rows())
    assert said == {"rises": "more: higher risk", "falls": "more: lower risk", "flat": "it depends"}


def test_a_rule_has_a_learned_model_speak_for_it(ruled: Shop) -> None:
    assert drivers.drivers(ruled)["model"].unique().to_list() == [drivers.MODEL]


@pytest.fixture(scope="module")
def named(shop: Shop) -> Shop:
    """The shop with champions called as those of models/, which a look back fits again."""
    names = {"timing": "timing_median_gap", "recommend": "recommend_own_top", "churn": "churn_recency"}
    fitted = {
        task: replace(champion, meta=champion.meta.model_copy(update={"model": names[task]}))
        for task, champion in shop.champions.by_task.items()
    }
    copy = Shop(shop.home, shop.ledger, shop.as_of)
    copy.__dict__["champions"] = Champions(fitted)
    return copy


def test_a_look_back_ends_where_the_data_do(named: Shop) -> None:
    found = survivals.LookBack.of(named)
    assert found.exam.snapshot.future.end <= named.as_of
    assert found.survival.shape == (len(found.exam.duration), found.exam.snapshot.horizon_days)
    groups = found.by_purchases()
    assert sum(len(duration) for duration, _, _ in groups.values()) <= len(found.survival)
    assert set(found.by_overdue()) <= set(survivals.OVERDUE.values())
    table = found.table()
    assert table.select(found.shares()).to_numpy().min() >= 0
    assert table.select(found.shares()).to_numpy().max() <= 1
    assert f"{len(found.survival):,} customers" in found.headline()


@pytest.fixture(scope="module")
def back(named: Shop) -> Products:
    return Products.of(named, back_days=28, model="replenish_own_gap")


def test_products_know_nothing_of_what_came_later(named: Shop, back: Products) -> None:
    assert (named.as_of - back.as_of).days == 28
    assert back.forecast.pairs["last_bought"].max() < back.as_of
    assert back.log.lines["day"].cast(pl.Date).max() < back.as_of


def test_gaps_of_products(back: Products, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(products, "FEWEST_GAPS", 2)
    table = back.rhythms(5)
    assert table["customers"].is_sorted(descending=True)
    assert (table["p10"] <= table["median"]).all()
    assert set(back.spreads(5)) == set(table["unit"])
    unit = back.steadiest()
    assert back.gaps(unit)["share"].sum() == pytest.approx(1.0)
    with pytest.raises(DataError, match="twice"):
        back.gaps("no such thing")
    monkeypatch.setattr(products, "FEWEST_GAPS", 10**6)
    with pytest.raises(DataError, match="no product"):
        back.steadiest()


def test_a_list_of_the_past_meets_what_came(named: Shop, back: Products) -> None:
    outcome = back.outcome()
    assert outcome["probability"].is_between(0, 1).all()
    assert outcome["duration"].is_between(1, 28).all()
    held = back.held(min_probability=0.0)
    assert held["who"].to_list() == ["reminded", "regular, reminded", "not reminded"]
    assert held["pairs"][0] + held["pairs"][2] == outcome.height
    due = back.due(window_days=14, min_probability=0.0)
    assert due["probability"].is_sorted(descending=True)
    assert [line.due for line in back.timelines(due, 3)] == due["due_date"].head(3).to_list()
    came = back.outcome().filter("came").select("customer_id", "unit", "duration").join(due, on=["customer_id", "unit"])
    lines = {line.name: line.came for line in back.timelines(due, due.height)}
    for who, unit, day in came.select("customer_id", "unit", "duration").iter_rows():
        found = lines[f"{who}: {unit.lower()}"]
        assert found is not None
        assert (found - back.as_of).days == day - 1
    assert back.model in back.headline()
    with pytest.raises(DataError, match="look back"):
        Products.of(named, model="replenish_own_gap").outcome()


def test_offers_stand_beside_what_was_bought(named: Shop) -> None:
    beside = Beside.of(named, days=30, k=5)
    baskets = {each: set(items) for each, items in beside.exam.baskets.select("customer_id", "item_ids").iter_rows()}
    assert all(
        hit == (item in baskets[who])
        for who, item, hit in beside.offers.select("customer_id", "item_id", "hit").iter_rows()
    )
    for table in (beside.by_source(), beside.by_newness()):
        assert table["offers"].sum() == beside.offers.height
        assert table["hits"].sum() == beside.offers["hit"].sum()
    hits = dict(beside.offers.group_by("customer_id").agg(pl.col("hit").sum()).iter_rows())
    least, middle, most = beside.telling()
    assert hits[least] <= hits[middle] <= hits[most]
    table = beside.side_by_side(most)
    assert (table["hit"] == HIT).sum() == hits[most] == (table["found"] == HIT).sum()
    assert HIT in beside.shown(most).to_html()
    assert f"{len(hits):,} customers" in beside.headline()
    with pytest.raises(MissingError, match="telling"):
        beside.side_by_side("nobody")


def test_another_model_may_offer(named: Shop) -> None:
    assert Beside.of(named, days=30, k=5, model="recommend_global_top").model == "recommend_global_top"
    assert config.read_model("recommend_global_top").task == "recommend"
