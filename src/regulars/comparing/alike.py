"""What two experiments must have in common for their candidates to stand in one table."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from regulars.comparing.sources import Source
from regulars.errors import ConfigError
from regulars.report import Report


def _days(found: Report) -> str:
    return ", ".join(each["as_of"] for each in found["snapshots"])


def _population(found: Report) -> list[str]:
    return [
        f"{each['rows']:,} rows of {each['customers']:,} customers as of {each['as_of']}" for each in found["snapshots"]
    ]


_MUST: Mapping[str, tuple[Callable[[Report], Any], str]] = {
    "data": (
        lambda found: found["data"]["fingerprint"],
        "run both on the same ledger",
    ),
    "test snapshots": (
        _days,
        "give both the same n_tests and test_step_days under [protocol]",
    ),
    "horizons in days": (
        lambda found: found["training"]["horizon_days"],
        "give both the same horizon_days under [training]",
    ),
    "populations": (
        _population,
        "run both again with the same version of regulars",
    ),
    "metrics that decide": (
        lambda found: found["metric"],
        "give both the same metric",
    ),
}
"""What must not differ, in the order in which it is looked at -> how to tell, and what to do."""


def check(sources: Sequence[Source]) -> None:
    """Refuse experiments on one task that did not ask the same of the same customers.

    Raises:
        ConfigError: the message names the first thing that differs, both values, and what to do.
    """
    first = sources[0]
    for other in sources[1:]:
        for what, (of, remedy) in _MUST.items():
            mine, theirs = of(first.report), of(other.report)
            if isinstance(mine, list):
                mine, theirs = next((pair for pair in zip(mine, theirs, strict=True) if pair[0] != pair[1]), ("", ""))
            if mine != theirs:
                raise ConfigError(
                    f"{first.name} and {other.name} cannot be compared, as their {what} differ "
                    f"({mine} and {theirs}); {remedy}, or compare each by itself"
                )
