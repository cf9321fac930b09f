"""Experiments that did not ask the same of the same customers are not put into one table."""

import copy
from typing import Any

import pytest

from regulars.comparing import Source, boards
from regulars.errors import ConfigError
from regulars.ledger import Ledger
from tests.comparing.made import source


def changed(ledger: Ledger, **sections: Any) -> Source:
    """Return a source named "other" whose report differs as asked."""
    found = copy.deepcopy(source(ledger, name="other").report)
    for name, section in sections.items():
        found[name] = {**found[name], **section} if isinstance(section, dict) else section
    return Source(found)


SNAPSHOTS = [
    {"as_of": "2024-01-01", "rows": 400, "customers": 400},
    {"as_of": "2024-02-01", "rows": 400, "customers": 400},
]


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        (
            {"data": {"fingerprint": "abc"}},
            "data differ (HERE and abc); run both on the same ledger, or compare each by itself",
        ),
        (
            {"snapshots": SNAPSHOTS[:1]},
            (
                "test snapshots differ (2024-01-01, 2024-02-01 and 2024-01-01); give both the same n_tests and "
                "test_step_days under [protocol], or compare each by itself"
            ),
        ),
        (
            {"training": {"horizon_days": 30}},
            (
                "horizons in days differ (90 and 30); give both the same horizon_days under [training], "
                "or compare each by itself"
            ),
        ),
        (
            {"snapshots": [SNAPSHOTS[0], {**SNAPSHOTS[1], "rows": 1234, "customers": 399}]},
            (
                "populations differ (400 rows of 400 customers as of 2024-02-01 and 1,234 rows of 399 customers as of "
                "2024-02-01); run both again with the same version of regulars, or compare each by itself"
            ),
        ),
        (
            {"metric": "brier"},
            "metrics that decide differ (auc and brier); give both the same metric, or compare each by itself",
        ),
    ],
)
def test_what_differs_is_named_with_both_values(small_ledger: Ledger, sections: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        boards([source(small_ledger), changed(small_ledger, **sections)])
    expected = said.replace("HERE", small_ledger.fingerprint)
    assert str(caught.value) == f"made-up and other cannot be compared, as their {expected}"


def test_experiments_on_other_tasks_stand_below(small_ledger: Ledger) -> None:
    other = changed(small_ledger, data={"fingerprint": "abc"}, task="timing")
    assert [board.report["task"] for board in boards([source(small_ledger), other])] == ["churn", "timing"]
