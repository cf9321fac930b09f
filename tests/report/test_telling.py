"""Five telling customers, out of a table made by hand."""

from typing import Any

import polars as pl

from regulars.recording.telling import telling

COLUMNS = ("customer_id", "frequency", "recency", "gap_median", "overdue", "regularity")
ROWS: dict[str, tuple[Any, ...]] = {
    "daily": (90, 1, 2.0, 0.5, 3.0),
    "weekly": (20, 4, 7.0, 0.6, 9.0),
    "often and weekly, less regular": (30, 4, 7.0, 0.6, 2.0),
    "late": (12, 40, 14.0, 2.9, 2.0),
    "gone": (15, 300, 10.0, 20.0, 2.0),
    "new": (0, 3, None, 0.1, None),
    "old": (0, 250, None, 4.0, None),
}


def table(*names: str) -> pl.DataFrame:
    rows = [dict(zip(COLUMNS, (name, *ROWS[name]), strict=True)) for name in names]
    schema = {name: pl.String if name == "customer_id" else pl.Float64 for name in COLUMNS}
    return pl.DataFrame(rows, schema=schema)


def test_one_customer_of_each_kind() -> None:
    names = list(ROWS)
    found = telling(table(*names))
    assert {who.split(" (")[0]: names[row] for who, row in found.items()} == {
        "comes most often": "daily",
        "comes every week": "weekly",
        "is slipping away": "late",
        "came once, lately": "new",
        "came once, long ago": "old",
    }
    assert "came once, long ago (1 purchase day, the last 250 days ago)" in found


def test_nobody_is_shown_twice_and_missing_kinds_are_left_out() -> None:
    assert list(telling(table("new"))) == ["came once, lately (1 purchase day, the last 3 days ago)"]
    assert list(telling(table("often and weekly, less regular", "weekly")).values()) == [0, 1]
    assert telling(table()) == {}


def test_the_order_of_the_rows_does_not_matter() -> None:
    names = list(ROWS)
    turned = telling(table(*reversed(names)))
    assert {who: list(reversed(names))[row] for who, row in turned.items()} == {
        who: names[row] for who, row in telling(table(*names)).items()
    }
