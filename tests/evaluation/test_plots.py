import datetime as dt
import io
import sys
from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from matplotlib.figure import Figure

from regulars.errors import DataError
from regulars.evaluation import plots
from regulars.evaluation.intervals import Interval

CURVES = np.tile(np.linspace(0.9, 0.3, 10), (4, 1))
OUTCOME = ([1, 4, 10, 10], [True, True, False, False])


def drawn(figure: Figure) -> Figure:
    """Render the figure, so that what only fails when drawn fails here."""
    figure.savefig(io.BytesIO(), format="png")
    return figure


def legend(figure: Figure) -> list[str]:
    found = figure.axes[0].get_legend()
    return [] if found is None else [text.get_text() for text in found.get_texts()]


def test_calibration_plot_draws_the_bins_of_each_candidate() -> None:
    figure = drawn(
        plots.calibration_plot([1, 0, 1, 1], {"rule": [0.65, 0.65, 0.95, 0.95], "model": [0.9, 0.1, 0.9, 1.0]})
    )
    axes = figure.axes[0]
    assert legend(figure) == ["perfect calibration", "rule", "model"]
    assert axes.lines[1].get_xydata() == pytest.approx(np.array([[0.65, 0.5], [0.95, 1.0]]))
    assert axes.get_xlabel()
    assert axes.get_ylabel()
    assert axes.get_title()


@pytest.mark.parametrize("outcome", [[0, 0], [1, 1]])
def test_calibration_plot_of_one_class(outcome: list[int]) -> None:
    figure = drawn(plots.calibration_plot(outcome, {"rule": [0.2, 0.8]}))
    assert figure.axes[0].lines[1].get_ydata() == pytest.approx(np.array(outcome))


def test_survival_plot_shows_the_observed_curve_and_each_mean() -> None:
    figure = drawn(plots.survival_plot(*OUTCOME, {"own gap": CURVES, "hazard": CURVES**2}))
    observed, own_gap = figure.axes[0].lines[:2]
    assert legend(figure) == ["observed (Kaplan-Meier)", "own gap", "hazard"]
    assert observed.get_xydata() == pytest.approx(np.array([[0, 1], [1, 0.75], [4, 0.5], [10, 0.5]]))
    assert np.asarray(own_gap.get_xydata())[[0, 1, 10]] == pytest.approx(np.array([[0, 1], [1, 0.9], [10, 0.3]]))
    assert "Days" in figure.axes[0].get_xlabel()


def test_survival_plot_where_nobody_bought() -> None:
    figure = drawn(plots.survival_plot([10, 10], [False, False], {"hazard": CURVES[:2]}))
    assert figure.axes[0].lines[0].get_ydata() == pytest.approx(np.ones(2))


def test_interval_plot_lists_candidates_from_the_top() -> None:
    intervals = {"rule": Interval(0.8, 0.78, 0.82), "model": Interval(0.9, float("nan"), float("nan"))}
    figure = drawn(plots.interval_plot(intervals, metric="AUC (higher is better)", title="Who wins?", reference=0.8))
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["rule", "model"]
    assert axes.yaxis.get_inverted()
    assert (axes.get_xlabel(), axes.get_title()) == ("AUC (higher is better)", "Who wins?")


def test_ranking_plot_leaves_gaps_for_what_is_missing() -> None:
    metrics = {
        "own top": {"recall_at_10": 0.2, "recall_new_at_10": float("nan")},
        "model": {"recall_at_10": 0.3},
    }
    figure = drawn(plots.ranking_plot(metrics))
    axes = figure.axes[0]
    assert legend(figure) == ["own top", "model"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["recall@10", "recall new@10"]
    heights = [patch.get_height() for container in axes.containers for patch in container]
    assert heights == pytest.approx([0.2, float("nan"), 0.3, float("nan")], nan_ok=True)


def test_more_candidates_than_colours() -> None:
    drawn(plots.survival_plot(*OUTCOME, {f"candidate {number}": CURVES for number in range(9)}))


def test_nothing_to_draw() -> None:
    calls: list[Callable[[], Figure]] = [
        lambda: plots.calibration_plot([1, 0], {}),
        lambda: plots.survival_plot(*OUTCOME, {}),
        lambda: plots.interval_plot({}, metric="AUC", title="none"),
        lambda: plots.ranking_plot({}),
    ]
    for call in calls:
        with pytest.raises(DataError, match="no candidate"):
            call()
    with pytest.raises(DataError, match="one row a customer"):
        plots.survival_plot([], [], {"hazard": CURVES})


def test_pyplot_is_not_touched() -> None:
    before = "matplotlib.pyplot" in sys.modules
    drawn(plots.interval_plot({"rule": Interval(1.0, 0.0, 2.0)}, metric="days", title="one"))
    assert ("matplotlib.pyplot" in sys.modules) == before


def test_return_plot_marks_the_day_of_the_reminder() -> None:
    figure = drawn(
        plots.return_plot(
            {"steady": [0.5, 0.25, 0.125], "leaving": [0.99, 0.98, 0.97]}, dt.date(2024, 1, 1), remind=0.75
        )
    )
    steady, leaving = figure.axes[0].lines
    assert list(steady.get_ydata()) == [1.0, 0.5, 0.25, 0.125]
    assert (steady.get_markevery(), leaving.get_markevery()) == ([2], [])
    assert legend(figure) == ["steady: 2024-01-02", "leaving"]
    assert legend(drawn(plots.return_plot({"steady": [0.5]}, dt.date(2024, 1, 1)))) == ["steady"]


def test_snapshot_plot_leaves_gaps_for_what_is_missing() -> None:
    days = [dt.date(2024, 1, 1), dt.date(2024, 2, 1)]
    figure = drawn(plots.snapshot_plot({"rule": [0.7, None], "model": [0.8, 0.9]}, days, metric="AUC", title="?"))
    assert legend(figure) == ["rule", "model"]
    assert figure.axes[0].lines[0].get_ydata() == pytest.approx([0.7, float("nan")], nan_ok=True)
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["2024-01-01", "2024-02-01"]


@pytest.mark.parametrize("sideways", [False, True])
def test_bar_plot_draws_a_bar_a_row(sideways: bool) -> None:
    table = pl.DataFrame({"kind": ["often", "rarely", "never"], "share": [0.5, 0.25, None]})
    figure = drawn(plots.bar_plot(table, "kind", "share", title="Who?", unit="Share", percent=True, sideways=sideways))
    axes = figure.axes[0]
    lengths = [bar.get_width() if sideways else bar.get_height() for bar in axes.patches]
    assert lengths == pytest.approx([0.5, 0.25, float("nan")], nan_ok=True)
    names, unit = (
        (axes.get_yticklabels(), axes.get_xlabel()) if sideways else (axes.get_xticklabels(), axes.get_ylabel())
    )
    assert [name.get_text() for name in names] == ["often", "rarely", "never"]
    assert unit == "Share"


def test_bar_plot_of_many_rows_labels_some() -> None:
    table = pl.DataFrame({"days": range(1, 41), "gaps": range(40)})
    labels = drawn(plots.bar_plot(table, "days", "gaps", title="Gaps", unit="Gaps")).axes[0].get_xticklabels()
    assert [label.get_text() for label in labels][:3] == ["1", "4", "7"]


def test_bar_plot_of_nothing() -> None:
    with pytest.raises(DataError, match="no kind to draw"):
        plots.bar_plot(pl.DataFrame({"kind": [], "n": []}), "kind", "n", title="?", unit="n")


def test_long_titles_are_wrapped() -> None:
    figure = drawn(plots.interval_plot({"rule": Interval(1, 0, 2)}, metric="days", title="a long question " * 9))
    assert "\n" in figure.axes[0].get_title()


def test_slice_calibration_plot_holds_each_slice_against_its_own_outcome() -> None:
    slices = {"one": ([1, 0], [0.65, 0.65]), "many": ([0, 0, 0], [0.25, 0.25, 0.25])}
    figure = drawn(plots.slice_calibration_plot(slices))
    one, many = figure.axes[0].lines[1:]
    assert legend(figure) == ["perfect calibration", "one", "many"]
    assert one.get_xydata() == pytest.approx(np.array([[0.65, 0.5]]))
    assert many.get_xydata() == pytest.approx(np.array([[0.25, 0.0]]))
    with pytest.raises(DataError, match="no candidate"):
        plots.slice_calibration_plot({})


def test_back_plot_marks_the_day_from_which_a_curve_is_flat() -> None:
    curve = pl.DataFrame({"days": [0, 1, 2], "share_back": [0.0, 0.5, 0.75]})
    figure = drawn(plots.back_plot({"first": curve, "tenth": curve}, {"first": 2, "tenth": None}))
    first, tenth = figure.axes[0].lines
    assert list(first.get_ydata()) == [0.0, 0.5, 0.75]
    assert (first.get_markevery(), tenth.get_markevery()) == ([2], [])
    assert legend(figure) == ["first: flat from day 2", "tenth"]
    assert "Days" in figure.axes[0].get_xlabel()
    with pytest.raises(DataError, match="no candidate"):
        plots.back_plot({}, {})


def test_stacked_plot_puts_the_parts_on_top_of_each_other() -> None:
    table = pl.DataFrame({"kind": ["short", "long"], "few": [0.25, 0.5], "many": [0.5, None]})
    figure = drawn(plots.stacked_plot(table, "kind", ["few", "many"], title="Who?", unit="Share"))
    bars = [(bar.get_y(), bar.get_height()) for bar in figure.axes[0].patches]
    assert bars == [(0, 0.25), (0, 0.5), (0.25, 0.5), (0.5, 0.0)]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["few", "many"]
    assert [name.get_text() for name in figure.axes[0].get_xticklabels()] == ["short", "long"]
    assert figure.axes[0].get_ylabel() == "Share"
    for nothing, parts in ((table.clear(), ["few"]), (table, [])):
        with pytest.raises(DataError, match="no kind to draw"):
            plots.stacked_plot(nothing, "kind", parts, title="?", unit="Share")
