import datetime as dt
from typing import Any

import pytest

from regulars.errors import ConfigError
from regulars.ingest.simulate import Plan


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("customers", 0),
        ("customers", 5_000_000),
        ("customers", 10.0),
        ("customers", True),
        ("years", 0),
        ("years", 11),
        ("seed", -1),
        ("n_items", 49),
        ("mess", -0.1),
        ("mess", 5.1),
        ("mess", float("nan")),
        ("mess", "much"),
        ("start", dt.datetime(2021, 1, 1)),
        ("start", dt.date(1970, 1, 1)),
        ("start", "2021-01-01"),
    ],
)
def test_a_plan_that_cannot_be_simulated_is_refused_by_the_name_of_its_field(field: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=field):
        Plan(**{field: value})


def test_a_year_is_a_year_also_from_a_leap_day() -> None:
    plan = Plan(years=1, start=dt.date(2024, 2, 29))
    assert (plan.end, plan.days, plan.weeks) == (dt.date(2025, 3, 1), 366, 53)


def test_dirt_is_never_more_common_than_not() -> None:
    assert Plan(mess=5).chance(0.2) == 0.5
    assert Plan(mess=0).chance(0.2) == 0
