"""Mistakes about what is foretold: labels, and the windows that models learn from."""

from tests.mutations.planted import Planted

LABELS = "tests/test_labels.py::"
SPLITS = "tests/test_splits.py::"
WINDOWS = "tests/test_windows.py::"

LABELS_AND_WINDOWS = (
    Planted(
        "a purchase on the day after the window is one in it",
        "labels/waits.py",
        'closed="left"',
        'closed="both"',
        LABELS + "test_the_day_of_as_of_is_day_one_and_the_end_is_excluded",
    ),
    Planted(
        "the day of as_of is no part of the window",
        "labels/baskets.py",
        'pl.col("day") >= pl.col("as_of")',
        'pl.col("day") > pl.col("as_of")',
        LABELS + "test_the_next_basket_is_of_the_window_alone",
    ),
    Planted(
        "labels of customers who are not known yet",
        "labels/waits.py",
        '(pl.col("day") < pl.col("as_of")).any()',
        '(pl.col("day") <= pl.col("as_of")).any()',
        LABELS + "test_those_with_labels_are_those_with_features",
    ),
    Planted(
        "the next basket of customers who are not known yet",
        "labels/baskets.py",
        'filter(pl.col("first_day") < pl.col("as_of"))',
        'filter(pl.col("first_day") <= pl.col("day"))',
        LABELS + "test_the_next_basket_is_of_the_window_alone",
    ),
    Planted(
        "windows that reach past what has been seen",
        "labels/waits.py",
        "pl.lit(observed_until, pl.Date)",
        "pl.lit(None, pl.Date)",
        LABELS + "test_what_nobody_has_seen_yet_is_censored",
    ),
    Planted(
        "days are counted from nought",
        "labels/waits.py",
        '(pl.col("next_day") - pl.col("as_of")).dt.total_days() + 1',
        '(pl.col("next_day") - pl.col("as_of")).dt.total_days()',
        LABELS + "test_the_day_of_as_of_is_day_one_and_the_end_is_excluded",
    ),
    Planted(
        "a return is a purchase to come",
        "labels/waits.py",
        'transactions.lazy().filter(pl.col("quantity") > 0).select(',
        'transactions.lazy().filter(pl.col("quantity") != 0).select(',
        LABELS + "test_churned_is_no_purchase_in_the_window",
    ),
    Planted(
        "train windows that reach into the test",
        "splits.py",
        "{*back(plan.horizon_days, plan.n_snapshots)",
        "{*back(plan.step_days, plan.n_snapshots)",
        SPLITS + "test_what_is_learned_ends_before_what_is_asked",
    ),
    Planted(
        "a last snapshot whose window ends a day after the data",
        "windows.py",
        ".moved(1 - horizon_days)",
        ".moved(2 - horizon_days)",
        WINDOWS + "test_the_last_complete_snapshot_ends_with_the_data",
    ),
)
