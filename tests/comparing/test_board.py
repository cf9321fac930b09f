"""Candidates side by side: their order, who is level, what may be compared across experiments."""

import pytest

from regulars import report
from regulars.comparing import boards, words
from regulars.comparing.differences import differences
from regulars.config import Variant
from regulars.ledger import Ledger
from tests.comparing.made import ANSWERS, FAIR, LOST, SURE, source

SLOW = Variant(of="churn_lightgbm", parameters={"rounds": 7}, training={"n_snapshots": 3})


def test_the_best_comes_first_whichever_way_the_metric_points(small_ledger: Ledger) -> None:
    for metric in ("auc", "brier"):
        [board] = boards([source(small_ledger, metric=metric)])
        assert [row.name for row in board.rows] == ["churn_hazard", "churn_btyd", "churn_recency"]
        assert [row.is_winner for row in board.rows] == [True, False, False]
        assert [board.standing(row) for row in board.rows] == ["best", "behind", "behind"]


def test_who_cannot_be_told_from_the_best_is_level(small_ledger: Ledger) -> None:
    [board] = boards([source(small_ledger, answers={**ANSWERS, "churn_lightgbm": (SURE, SURE)})])
    assert [board.standing(row) for row in board.rows] == ["best", "level", "behind", "behind"]
    # Of two that are equal the simpler wins, and neither is the better.
    assert [row.is_winner for row in board.rows] == [True, False, False, False]
    assert words.level(board) == (
        "churn_hazard has the best value; churn_lightgbm cannot be told from it, as the interval of the difference "
        "holds 0."
    )


def test_a_board_without_values_has_no_order_and_says_so(small_ledger: Ledger) -> None:
    made = source(small_ledger)
    for candidate in made.report["candidates"].values():
        candidate["intervals"]["auc"] = {"value": None, "low": None, "high": None}
    for others in made.report["pairs"].values():
        for lead in others.values():
            lead |= {"better_by": None, "low": None, "high": None, "behind": False}
    [board] = boards([made])
    assert [row.name for row in board.rows] == list(ANSWERS)
    assert [board.standing(row) for row in board.rows] == ["best", "not known", "not known"]


def test_the_same_candidate_of_two_experiments_is_one_row_and_links_them(small_ledger: Ledger) -> None:
    one = source(small_ledger, answers={"churn_recency": (LOST, LOST), "churn_btyd": (FAIR, FAIR)})
    two = source(small_ledger, answers={"churn_recency": (LOST, LOST), "churn_hazard": (SURE, SURE)}, name="two")
    [board] = boards([one, two])
    assert [row.name for row in board.rows] == ["churn_hazard", "churn_btyd", "churn_recency"]
    best, fair, rule = board.rows
    assert [each.name for each in rule.sources] == ["made-up", "two"]
    assert fair.versus(best) is None
    assert board.standing(fair) == "not paired"
    assert rule.versus(best) == report.versus(two.report, "churn_recency", "churn_hazard")
    assert rule.versus(fair) == report.versus(one.report, "churn_recency", "churn_btyd")
    assert [row.name for row in board.winners] == ["churn_hazard", "churn_btyd"]
    assert "paired on the same resamples within an experiment only" in words.unpaired(board)


def test_the_same_name_with_other_settings_stays_apart(small_ledger: Ledger) -> None:
    answers = {"churn_recency": (LOST, LOST), "slow": (SURE, SURE)}
    one = source(small_ledger, answers=answers, variants={"slow": SLOW})
    other = SLOW.model_copy(update={"parameters": {"rounds": 9}})
    two = source(small_ledger, answers=answers, variants={"slow": other}, name="two")
    [board] = boards([one, two])
    assert sorted(row.name for row in board.rows) == ["churn_recency", "slow (made-up)", "slow (two)"]
    told = differences(board)
    assert told["rounds"] == [{"made-up": "7", "two": "9"}.get(row.source.name, "") for row in board.rows[:2]] + [
        "default"
    ]


def test_only_settings_that_differ_are_told(small_ledger: Ledger) -> None:
    answers = {"churn_recency": (LOST, LOST), "churn_lightgbm": (FAIR, FAIR), "slow": (SURE, SURE)}
    [board] = boards([source(small_ledger, answers=answers, variants={"slow": SLOW})])
    told = differences(board)
    assert [row.name for row in board.rows] == ["slow", "churn_lightgbm", "churn_recency"]
    assert told["estimator"] == ["LightGBMChurn", "LightGBMChurn", "RecencyRate"]
    assert told["rounds"][0] == "7"
    assert told["training.n_snapshots"] == ["3", "10", "10"]
    assert "training.horizon_days" not in told
    assert "seeds" not in told


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (ANSWERS, "churn_hazard wins: on AUC the lead of churn_hazard over churn_recency is +"),
        ({"churn_recency": (LOST,)}, "churn_recency is the only candidate."),
        (
            {"churn_recency": (SURE,), "churn_btyd": (LOST,)},
            (
                "churn_recency stays, as no other candidate is better beyond doubt: on AUC the lead of churn_btyd over "
                "churn_recency is \N{MINUS SIGN}"
            ),
        ),
    ],
)
def test_the_verdict_in_words(small_ledger: Ledger, answers: dict[str, tuple[object, ...]], said: str) -> None:
    made = source(small_ledger, answers=answers)
    assert words.verdict(made).startswith(said)
    assert words.reason(made).startswith(f"{made.report['winner']} ")


def test_who_would_win_but_for_a_group_is_named(small_ledger: Ledger) -> None:
    made = source(small_ledger)
    made.report["winner"] = "churn_recency"
    assert "but it is significantly worse for a group of customers" in words.verdict(made)


def test_a_difference_that_is_not_known_is_not_called_behind(small_ledger: Ledger) -> None:
    made = source(small_ledger)
    made.report["pairs"]["churn_recency"]["churn_hazard"] |= {"better_by": None, "low": None, "high": None}
    [board] = boards([made])
    assert [board.standing(row) for row in board.rows] == ["best", "behind", "not known"]
    assert words.level(board) == "auc is not defined for every candidate on every resample; not all can be told apart."


def test_what_a_machine_gets(small_ledger: Ledger) -> None:
    [board] = boards([source(small_ledger, costs=True)])
    told = board.summary()
    assert (told["task"], told["metric"], told["experiments"], told["runs"]) == (
        "churn",
        "auc",
        ["made-up"],
        ["f" * 32],
    )
    first, *_, last = told["candidates"]
    assert (first["name"], first["winner"], first["standing"]) == ("churn_hazard", True, "best")
    assert first["cost"] == {"fit_seconds": 4.5, "answer_seconds": 0.25, "model_mb": 2.0}
    assert last["lead"] is None
