"""The goals: a simulated shop, and Splink's own tutorial model on its demo data."""

import os
from pathlib import Path

import pytest

from benchmarks import identity as benchmark
from regulars.ingest.identity import Settings, link, measure
from regulars.ingest.simulate import Plan, write


def test_people_of_a_simulated_shop_are_found(tmp_path: Path) -> None:
    write(tmp_path / "shop", Plan(customers=300, years=1, seed=3))
    records, truth = benchmark.shop(tmp_path / "shop")
    links = link(records, Settings(seed=11))
    quality = measure(links.people(), truth)
    assert quality.n_records == records.height > 500
    assert quality.f1 >= 0.95
    assert quality.precision >= 0.97
    assert links.expected_precision() >= links.settings.threshold
    assert link(records.sample(fraction=1, shuffle=True, seed=5), Settings(seed=11)).pairs.equals(links.pairs)


def test_the_tutorial_of_splink_is_beaten_at_our_default_threshold() -> None:
    data = os.environ.get("REGULARS_DATA")
    if not data or not (Path(data) / "fake_1000.parquet").exists():
        pytest.skip("REGULARS_DATA names no folder with fake_1000.parquet")
    ours, *theirs = benchmark.compared(Path(data))
    assert ours.threshold == Settings().threshold
    assert len(theirs) == 4
    assert all(ours.quality.f1 > row.quality.f1 + 0.01 for row in theirs)


@pytest.mark.slow
def test_a_hundred_thousand_records_take_less_than_two_minutes() -> None:
    row = benchmark.simulated(customers=44_500)
    assert row.quality.n_records > 100_000
    assert row.quality.f1 >= 0.95
    assert row.seconds < 120
