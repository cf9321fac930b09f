import numpy as np
import polars as pl
import pytest

from regulars.ingest.simulate import campaigns as offers
from regulars.ingest.simulate import population, trips
from regulars.ingest.simulate.plan import Plan
from regulars.ingest.simulate.season import Season
from tests.ingest.simulate.conftest import Shop

PLAN = Plan()


@pytest.fixture(scope="module")
def drawn() -> pl.DataFrame:
    """One row a member of 20,000 people's campaigns: truth, group and outcome."""
    rng = np.random.default_rng(5)
    season = Season.of(PLAN)
    who = population.people(PLAN, season, np.arange(20_000), rng)
    plan = offers.campaigns(PLAN, rng)
    before = trips.natural(who, season, rng)
    asked = offers.members(who, before, plan, season, rng)
    after = offers.respond(who, before, asked, plan, season, rng)
    came = np.zeros((plan.count + 1, len(who.rate)), dtype=bool)
    came[offers.running(after.day, plan), after.person] = True
    return pl.DataFrame(
        {
            "campaign": asked.campaign,
            "treated": asked.treated,
            "untreated": asked.untreated_chance,
            "chance": np.where(asked.treated, asked.treated_chance, asked.untreated_chance),
            "uplift": asked.treated_chance - asked.untreated_chance,
            "bought": came[asked.campaign, asked.person].astype(int),
            "rate": who.rate[asked.person],
            "responsiveness": who.responsiveness[asked.person],
        }
    )


def test_outcomes_are_as_likely_as_the_truth_says(drawn: pl.DataFrame) -> None:
    for treated in (True, False):
        part = drawn.filter(pl.col("treated") == treated)
        for low in np.arange(0, 1, 0.2):
            bin_ = part.filter(pl.col("chance").is_between(low, low + 0.2))
            spread = np.sqrt((bin_["chance"] * (1 - bin_["chance"])).sum())
            assert abs(bin_["bought"].sum() - bin_["chance"].sum()) < 4 * spread + 1e-9, (treated, low)


def test_the_difference_of_the_groups_is_the_mean_uplift(drawn: pl.DataFrame) -> None:
    means = (
        drawn.group_by("treated")
        .agg(pl.col("bought").mean().alias("mean"), pl.col("bought").var() / pl.len())
        .sort("treated")
    )
    found = means["mean"][1] - means["mean"][0]
    spread = np.sqrt(means["bought"].sum())
    assert abs(found - drawn["uplift"].mean()) < 4 * spread
    assert found > 4 * spread


def test_offers_keep_some_away(drawn: pl.DataFrame) -> None:
    dogs = drawn.filter((pl.col("responsiveness") < 0) & (pl.col("untreated") > 0))
    assert (dogs["uplift"] < 0).all()
    groups = dogs.group_by("treated").agg(pl.col("bought").mean()).sort("treated")
    assert groups["bought"][1] < groups["bought"][0]
    assert (drawn.filter(pl.col("responsiveness") > 0)["uplift"] >= 0).all()


def test_control_groups_are_drawn_by_chance(drawn: pl.DataFrame) -> None:
    n = drawn.height
    assert abs(drawn["treated"].mean() - 0.5) < 4 * np.sqrt(0.25 / n)
    for name in ("rate", "untreated", "responsiveness"):
        means = drawn.group_by("treated").agg(pl.col(name).mean()).sort("treated")[name]
        assert abs(means[0] - means[1]) < 4 * drawn[name].std() * 2 / np.sqrt(n), name


def test_no_two_campaigns_overlap(shop: Shop) -> None:
    frame = shop.csv("campaigns.csv")
    assert (frame["starts_at"][1:] > frame["ends_at"][:-1]).all()
    assert offers.running(
        np.array([69.9, 70.0, 83.9, 84.0]), offers.campaigns(PLAN, np.random.default_rng(0))
    ).tolist() == [
        offers.campaigns(PLAN, np.random.default_rng(0)).count,
        0,
        0,
        offers.campaigns(PLAN, np.random.default_rng(0)).count,
    ]


def test_files_and_truth_of_campaigns_agree(shop: Shop) -> None:
    asked, truth = shop.csv("campaign_members.csv"), shop.truth("uplift")
    people = shop.truth("people").filter(pl.col("record_source") == "crm")
    asked = asked.with_columns(record_id=pl.col("customer_id").str.strip_prefix("crm:")).join(people, on="record_id")
    both = asked.join(truth, on=["campaign_id", "person_id"], validate="1:1")
    assert both.height == asked.height == truth.height > 1000
    assert ((both["treated"] == "true") == both["treated_right"]).all()
    used = shop.csv("redemptions.csv").with_columns(pl.col("order_id").str.replace("^(till|web):", ""))
    treated = asked.filter(pl.col("treated") == "true")
    assert used.join(treated, on=["campaign_id", "customer_id"], validate="m:1").height == used.height > 50
    assert used.select("campaign_id", "customer_id").is_duplicated().sum() == 0
    lines = shop.truth("lines").filter(pl.col("kind") == "sale").group_by("order_id").agg(pl.col("discount").sum())
    both = used.join(lines, on="order_id")
    assert both.height == used.height
    assert (both["value"].str.replace(".", "", literal=True).cast(pl.Int64) == both["discount"]).all()


def test_letters_go_to_the_treated_only(shop: Shop) -> None:
    sent = shop.csv("events.csv").filter(pl.col("kind").str.starts_with("email"))
    treated = shop.csv("campaign_members.csv").filter(pl.col("treated") == "true")
    keys = ["campaign_id", "customer_id"]
    assert sent.join(treated, on=keys, how="anti").is_empty()
    kinds = sent["kind"].value_counts().sort("count", descending=True)["kind"].to_list()
    assert kinds == ["email_sent", "email_open", "email_click"]
