"""The log can give back the parameters that made it, within what chance allows."""

import numpy as np
import polars as pl
import pytest
from scipy import stats

from regulars.ingest.simulate import population, trips
from regulars.ingest.simulate.plan import Plan
from regulars.ingest.simulate.season import Season
from regulars.ingest.simulate.world import World
from tests.ingest.simulate.conftest import Shop

N = 30_000
PLAN = Plan()
SEASON = Season.of(PLAN)


@pytest.fixture(scope="module")
def who() -> population.People:
    return population.people(PLAN, SEASON, np.arange(N), np.random.default_rng(1))


@pytest.fixture(scope="module")
def log(who: population.People) -> trips.Trips:
    return trips.natural(who, SEASON, np.random.default_rng(2))


def _spans(who: population.People) -> np.ndarray:
    """Days alive and in the log, in the time of trips."""
    until = np.minimum(who.stopped, PLAN.days)
    return SEASON.warped(until) - SEASON.warped(who.entered)


def test_rates_are_gamma_and_lives_are_pareto(who: population.People) -> None:
    shape, rate = population.RATE
    assert stats.kstest(who.rate, stats.gamma(shape, scale=1 / rate).cdf).pvalue > 0.01
    s, beta = population.DROPOUT
    lives = (who.stopped - who.entered)[~who.one_time]
    assert stats.kstest(lives, lambda t: 1 - (beta / (beta + t)) ** s).pvalue > 0.01
    assert abs(who.one_time[:N].mean() - population.ONE_TIME) < 4 * np.sqrt(0.12 * 0.88 / N)


def test_people_buy_at_their_rate_while_they_live(who: population.People, log: trips.Trips) -> None:
    again = np.bincount(log.person, minlength=len(who.rate)) - 1
    mean = who.rate * _spans(who)
    random = who.regularity == 1
    spread = np.sqrt(mean[random].sum())
    assert abs(again[random].sum() - mean[random].sum()) < 4 * spread
    for low, high in ((0, 0.01), (0.01, 0.04), (0.04, 1)):
        part = random & (who.rate >= low) & (who.rate < high)
        assert abs(again[part].sum() - mean[part].sum()) < 4 * np.sqrt(mean[part].sum())


def test_nobody_buys_before_entering_or_after_stopping(who: population.People, log: trips.Trips) -> None:
    assert (log.day >= who.entered[log.person] - 1e-9).all()
    assert (log.day <= np.minimum(who.stopped, PLAN.days)[log.person] + 1e-9).all()
    assert (np.bincount(log.person, minlength=len(who.rate))[who.one_time] == 1).all()


def test_gaps_of_the_regular_are_as_regular_as_they_should(who: population.People, log: trips.Trips) -> None:
    own_time = SEASON.warped(log.day)
    same = log.person[1:] == log.person[:-1]
    person = log.person[1:][same]
    scaled = (np.diff(own_time)[same] * who.rate[person])[:, None]
    long = _spans(who)[person] * who.rate[person] > 60  # so that the end of the log cuts off few gaps
    for shape in (1, 3, 6):
        part = scaled[long & (who.regularity[person] == shape)]
        assert len(part) > 1000
        assert part.std() / part.mean() == pytest.approx(1 / np.sqrt(shape), rel=0.08)


def test_the_calendar_has_seasons(log: trips.Trips) -> None:
    day = np.floor(log.day).astype(int)
    per_day = np.bincount(day, minlength=PLAN.days)
    weekday = (PLAN.start.weekday() + np.arange(PLAN.days)) % 7
    assert per_day[weekday == 5].mean() > 1.5 * per_day[weekday == 6].mean()
    assert per_day[0] == 0
    assert SEASON.cumulative[-1] == pytest.approx(PLAN.days)
    middle = np.linspace(1.5, 700.5, 40)
    assert SEASON.day(SEASON.warped(middle)) == pytest.approx(middle)


def test_the_files_keep_the_rates(shop: Shop) -> None:
    """The whole way: orders of people whom no offer keeps away, against their true rates."""
    season = Season.of(shop.plan)
    people = shop.truth("customers").filter(
        ~pl.col("one_time") & (pl.col("regularity") == 1) & (pl.col("responsiveness") > 0)
    )
    span = season.warped(np.minimum(people["stopped"].to_numpy(), shop.plan.days)) - season.warped(
        people["entered"].to_numpy()
    )
    expected = (people["rate_per_day"].to_numpy() * span).sum()
    sold = shop.truth("lines").filter((pl.col("kind") == "sale") & pl.col("campaign_id").is_null())
    orders = sold.join(people, on="person_id", how="semi").select("person_id", "order_id").n_unique()
    assert abs(orders - len(people) - expected) < 4 * np.sqrt(expected)


def test_dropout_days_are_told_where_they_lie_in_the_log(shop: Shop) -> None:
    people = shop.truth("customers")
    gone = people["stopped"] < shop.plan.days
    assert (people["dropout_day"].is_not_null() == gone).all()
    last = shop.truth("lines").filter(pl.col("kind") == "sale").group_by("person_id").agg(pl.col("purchased_at").max())
    both = people.drop_nulls("dropout_day").join(last, on="person_id")
    assert (both["purchased_at"].dt.date() <= both["dropout_day"]).all()
    assert 0.2 < gone.mean() < 0.9


def test_what_runs_out_is_bought_again_in_its_cycle(shop: Shop) -> None:
    sold = shop.truth("lines").filter((pl.col("why") == "ran out") & (pl.col("kind") == "sale"))
    sold = sold.sort("person_id", "item_id", "purchased_at")
    gaps = sold.with_columns(gap=pl.col("purchased_at").diff().over("person_id", "item_id").dt.total_seconds() / 86400)
    cycles = gaps.drop_nulls("gap").join(shop.truth("cycles"), on=["person_id", "item_id"], how="left")
    assert cycles["cycle_days"].null_count() == 0
    busy = shop.truth("customers").filter(pl.col("rate_per_day") > 0.08).select("person_id")
    ratio = cycles.join(busy, on="person_id", how="semi").filter(pl.col("cycle_days") > 20)
    ratio = (ratio["gap"] / ratio["cycle_days"]).log()
    assert len(ratio) > 200
    assert 0 < ratio.median() < 0.6  # a little later than it ran out, as it waits for the next trip
    assert ratio.std() < 0.6


def test_price_drops_raise_choice_and_more_so_for_those_who_look_at_prices(shop: Shop) -> None:
    world = World.of(shop.plan, np.random.SeedSequence(shop.plan.seed).spawn(1)[0])
    assert world.items.frame["item_id"].to_list() == shop.csv("items.csv")["item_id"].to_list()
    week = ((pl.col("purchased_at").dt.date() - shop.plan.start).dt.total_days() // 7).alias("week")
    places = world.items.frame.select("item_id").with_row_index("item")
    liked = shop.truth("lines").filter((pl.col("why") == "liked") & pl.col("person_id").is_not_null())
    liked = liked.join(places, on="item_id").join(shop.truth("customers"), on="person_id").with_columns(week)
    drop = world.prices.drop[liked["item"].to_numpy(), liked["week"].to_numpy()] > 0
    usual = (world.prices.drop > 0).mean()
    careful = liked["price_sensitivity"].to_numpy() > 4
    assert drop[~careful].mean() > usual
    assert drop[careful].mean() > 1.3 * drop[~careful].mean()


def test_tastes_show_in_what_is_liked(shop: Shop) -> None:
    world = World.of(shop.plan, np.random.SeedSequence(shop.plan.seed).spawn(1)[0])
    places = world.items.frame.select("item_id").with_row_index("item")
    liked = shop.truth("lines").filter(pl.col("why") == "liked").join(places, on="item_id")
    liked = liked.join(shop.truth("customers"), on="person_id")
    tastes = liked["taste"].to_numpy()
    vectors = world.items.vectors[liked["item"].to_numpy()]
    match = (tastes * vectors).sum(axis=1).mean()
    by_chance = (tastes * np.random.default_rng(0).permutation(vectors)).sum(axis=1).mean()
    assert match > by_chance + 0.5
