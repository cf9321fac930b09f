"""Who wins, by candidates made by hand: one test a branch of the rule."""

import pytest

from regulars.evaluation.intervals import Interval
from regulars.report.comparison import Lead
from regulars.report.rule import Standing, choose

NAN = float("nan")


def lead(value: float, low: float, high: float, snapshots: tuple[float, ...] | None = None) -> Lead:
    """A lead; at every snapshot the same where nothing else is said."""
    each = snapshots if snapshots is not None else (value, value, value)
    return Lead(Interval(value, low, high), tuple(Interval(v, NAN, NAN) for v in each))


CLEAR, TIE, WORSE = lead(0.05, 0.03, 0.07), lead(0.01, -0.01, 0.03), lead(-0.04, -0.06, -0.02)


def level(_: str, __: str) -> Lead:
    """Nobody beats anybody."""
    return TIE


def clear(_: str, __: str) -> Lead:
    """Who has the better mean beats the other."""
    return CLEAR


def test_the_best_that_beats_the_baseline_wins() -> None:
    candidates = [Standing("simple", 0.85, CLEAR), Standing("complex", 0.90, CLEAR)]
    assert choose(candidates, "rule", "auc", clear) == (
        "complex", "better than rule on auc by 0.0500 [0.0300, 0.0700], in 3 of 3 snapshots"
    )  # fmt: skip


def test_a_tie_goes_to_the_simpler() -> None:
    candidates = [Standing("simple", 0.89, CLEAR), Standing("complex", 0.90, CLEAR)]
    winner, why = choose(candidates, "rule", "auc", level)
    assert winner == "simple"
    assert why == (
        "better than rule on auc by 0.0500 [0.0300, 0.0700], in 3 of 3 snapshots; complex leads it by "
        "0.0100 [-0.0100, 0.0300], in 3 of 3 snapshots, which is a tie, and simple is the simpler"
    )


def test_the_simplest_of_all_that_are_level_with_the_best() -> None:
    candidates = [Standing("one", 0.80, CLEAR), Standing("two", 0.89, CLEAR), Standing("three", 0.90, CLEAR)]
    beaten = {"one": CLEAR, "two": TIE}
    assert choose(candidates, "rule", "auc", lambda _, other: beaten[other])[0] == "two"


def test_the_best_needs_no_excuse_where_it_is_the_simplest() -> None:
    candidates = [Standing("simple", 0.90, CLEAR), Standing("complex", 0.89, CLEAR)]
    winner, why = choose(candidates, "rule", "auc", level)
    assert (winner, "tie" in why) == ("simple", False)


def test_a_slice_vetoes() -> None:
    broken = Standing("broken", 0.92, CLEAR, {"one purchase": ("pareto", WORSE), "5 or more": ("rule", CLEAR)})
    winner, why = choose([Standing("sound", 0.90, CLEAR), broken], "rule", "auc", clear)
    assert winner == "sound"
    assert why.endswith(
        "; broken is out, being significantly worse than pareto among 'one purchase' "
        "(-0.0400 [-0.0600, -0.0200], in 0 of 3 snapshots)"
    )


def test_a_simpler_one_that_is_vetoed_is_named_too() -> None:
    broken = Standing("broken", 0.89, CLEAR, {"one purchase": ("rule", WORSE)})
    winner, why = choose([broken, Standing("sound", 0.90, CLEAR)], "rule", "auc", level)
    assert winner == "sound"
    assert "broken is out, being significantly worse than rule among 'one purchase'" in why


def test_a_slice_that_is_worse_within_the_noise_does_not_veto() -> None:
    noisy = Standing("noisy", 0.92, CLEAR, {"one purchase": ("rule", lead(-0.04, -0.09, 0.01))})
    assert choose([noisy], "rule", "auc", clear)[0] == "noisy"


@pytest.mark.parametrize(
    ("won", "winner"),
    [((0.1, 0.1, -0.01), "model"), ((0.2, -0.01, -0.01), "rule"), ((0.1, 0.1, -0.01, -0.01), "rule")],
)
def test_two_thirds_of_the_snapshots_must_agree(won: tuple[float, ...], winner: str) -> None:
    candidate = Standing("model", 0.90, lead(0.05, 0.03, 0.07, won))
    assert choose([candidate], "rule", "auc", clear)[0] == winner


def test_snapshots_without_a_value_have_no_say() -> None:
    found = lead(0.05, 0.03, 0.07, (NAN, 0.05, 0.05))
    assert (found.snapshots, found.snapshots_won, found.beyond_doubt) == (2, 2, True)


def test_where_nobody_is_sure_the_baseline_stays() -> None:
    candidates = [Standing("simple", 0.80, TIE), Standing("complex", 0.81, TIE)]
    assert choose(candidates, "rule", "auc", clear) == (
        "rule",
        (
            "no candidate beats it on auc beyond doubt; the best of them, complex, is not ahead beyond doubt "
            "(0.0100 [-0.0100, 0.0300], in 3 of 3 snapshots)"
        ),
    )


def test_where_all_are_vetoed_the_baseline_stays_and_says_so() -> None:
    broken = Standing("broken", 0.90, CLEAR, {"one purchase": ("rule", WORSE)})
    winner, why = choose([broken, Standing("unsure", 0.95, TIE)], "rule", "auc", clear)
    assert winner == "rule"
    assert why.startswith("broken beats it on auc (0.0500 [0.0300, 0.0700], in 3 of 3 snapshots) but is significantly")


def test_a_better_mean_that_is_not_sure_is_named() -> None:
    winner, why = choose([Standing("sure", 0.90, CLEAR), Standing("lucky", 0.95, TIE)], "rule", "auc", clear)
    assert winner == "sure"
    assert "; lucky is out, being not ahead beyond doubt" in why


def test_a_metric_without_value_never_wins() -> None:
    empty = Standing("empty", NAN, lead(NAN, NAN, NAN, (NAN, NAN, NAN)))
    assert choose([empty], "rule", "auc", clear)[0] == "rule"
    assert choose([empty, Standing("model", 0.90, CLEAR)], "rule", "auc", clear)[0] == "model"


def test_alone_the_baseline_wins() -> None:
    assert choose([], "rule", "auc", clear) == ("rule", "it is the only candidate")


def test_both_uncertainties_of_a_lead() -> None:
    found = lead(2.0, 1.5, 2.5, (1.0, 2.0, 3.0))
    over = found.over_snapshots
    assert (found.sd, over.value) == (1.0, 2.0)
    assert (over.low, over.high) == pytest.approx((2.0 - 2.4841377, 2.0 + 2.4841377))
