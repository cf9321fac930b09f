"""A refusal is one sentence with names, figures and what to do."""

import pytest

from regulars.errors import LeakageError
from regulars.leakage import Finding, Report


def test_a_report_with_nothing_to_say_refuses_nothing() -> None:
    report = Report((Finding("cut", "recency", "ok", "the same"), Finding("column", "x", "not judged", "too few")))
    assert report.refuse() is report
    assert Report().refuse().table.is_empty()


def test_a_refusal_names_columns_figures_and_the_way_out() -> None:
    peeks = Finding("column", "vendor", "leaks", "AUC 0.990 by itself", 0.99, 0.8, 0.19, 0.15, 0.21)
    ahead = Finding("cut", "visits", "leaks", "rows from 2023-08-01 on, when cut off, change 3 of 9 customers")
    report = Report((peeks,)) + Report((ahead,))
    with pytest.raises(LeakageError) as refused:
        report.refuse()
    assert str(refused.value) == (
        "2 columns know what happened at or after as_of: vendor (column: AUC 0.990 by itself), visits (cut: rows from "
        "2023-08-01 on, when cut off, change 3 of 9 customers); find out when their values were written, and leave out "
        "what was written at or after as_of, and compute them from rows before as_of only"
    )


def test_what_depends_on_others_is_not_called_the_future() -> None:
    rank = Finding("alone", "rank", "leaks", "another")
    with pytest.raises(LeakageError, match=r"^1 column depends on other customers: rank \(alone: another\); compute"):
        Report((rank,)).refuse()
    both = Report((rank, Finding("cut", "visits", "leaks", "why")))
    with pytest.raises(
        LeakageError, match=r"^2 columns know what happened at or after as_of or depend on other customers"
    ):
        both.refuse()


def test_many_columns_are_counted_and_each_is_named_once() -> None:
    report = Report(
        tuple(Finding(check, f"f{n}", "leaks", "why") for n in range(8) for check in ("cut", "placebo"))  # type: ignore[arg-type]
    )
    with pytest.raises(LeakageError, match=r"^8 columns know .*f0 \(cut: why; placebo: why\).*f4 .*, 3 more; "):
        report.refuse()


def test_the_table_is_one_row_a_finding() -> None:
    report = Report((Finding("placebo", "x", "ok", "chance", 0.51, 0.5, 0.01, -0.02, 0.04),))
    assert report.to_pandas().loc[0, "lift"] == 0.01
    assert report.table.columns == [
        "check", "feature", "verdict", "auc", "explained", "lift", "low", "high", "why",
    ]  # fmt: skip
