"""The pictures of an experiment: lead, slices, lift, deciles, PIT, telling customers."""

import io

import numpy as np
import pytest
from matplotlib.figure import Figure

from regulars.errors import DataError
from regulars.evaluation import plots
from regulars.evaluation.intervals import Interval

NAN = float("nan")


def drawn(figure: Figure) -> Figure:
    """Render the figure, so that what only fails when drawn fails here."""
    figure.savefig(io.BytesIO(), format="png")
    return figure


def below(figure: Figure) -> list[str]:
    """The legend below the axes."""
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_grouped_plot_puts_candidates_side_by_side_in_each_group() -> None:
    series = {
        "rule": {"one": Interval(0.5, 0.4, 0.6), "many": Interval(0.8, 0.7, 0.9)},
        "model": {"one": Interval(NAN, NAN, NAN), "many": Interval(0.9, NAN, NAN), "all": Interval(0.7, 0.6, 0.8)},
    }
    figure = drawn(plots.grouped_plot(series, metric="AUC", title="For whom?", reference=0.5))
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["one", "many", "all"]
    assert axes.yaxis.get_inverted()
    rule, model = (line for line in axes.lines if line.get_marker() in ("o", "s"))
    assert list(rule.get_xdata()) == [0.5, 0.8]
    assert list(rule.get_ydata()) == pytest.approx([-0.175, 0.825])
    assert list(model.get_ydata()) == pytest.approx([0.175, 1.175, 2.175])
    assert below(figure) == ["rule", "model"]


def test_lift_plot_counts_from_the_top_and_shares_ties() -> None:
    figure = drawn(
        plots.lift_plot([1, 0, 0, 1], {"sharp": [0.9, 0.1, 0.1, 0.8], "blind": [0.5] * 4}, amount="them", title="?")
    )
    chance, ideal, sharp, blind = figure.axes[0].lines
    assert list(chance.get_ydata()) == [0, 1]
    assert np.asarray(ideal.get_ydata())[[50, 100, 200]] == pytest.approx([0.5, 1.0, 1.0])
    assert np.asarray(sharp.get_ydata())[[50, 100]] == pytest.approx([0.5, 1.0])
    assert np.asarray(blind.get_ydata()) == pytest.approx(np.asarray(blind.get_xdata()))
    assert figure.axes[0].get_ylabel() == "Share of them"


def test_pit_plot_shows_each_histogram_against_the_perfect_one() -> None:
    figure = drawn(plots.pit_plot({"wide": [0.1, 0.4, 0.4, 0.1], "sure": [0.5, 0.0, 0.0, 0.5]}))
    axes = figure.axes[0]
    wide = axes.patches[0]
    assert list(wide.get_data().values) == [0.1, 0.4, 0.4, 0.1]  # type: ignore[attr-defined]
    assert axes.lines[0].get_ydata()[0] == 0.25  # type: ignore[index]
    assert axes.get_ylim()[1] == pytest.approx(0.575)


def test_decile_plot_holds_tenths_against_what_they_spent() -> None:
    expected = np.arange(20.0)
    figure = drawn(plots.decile_plot(2.0 * expected, {"half": expected}, unit="EUR"))
    points = np.asarray(figure.axes[0].lines[0].get_xydata())
    assert points == pytest.approx(np.column_stack([0.5 + 2 * np.arange(10), 1.0 + 4 * np.arange(10)]))
    assert "EUR" in figure.axes[0].get_xlabel()
    few = drawn(plots.decile_plot([0.0, -3.0], {"nothing": [0.0, 0.0]}, unit="EUR"))
    assert len(few.axes[0].lines[0].get_xdata()) == 2  # type: ignore[arg-type]


def test_customers_plot_marks_the_day_that_came() -> None:
    figure = drawn(plots.customers_plot({"weekly": [0.5, 0.25], "gone": [0.9, 0.9]}, [1, None]))
    weekly, gone = figure.axes[0].lines
    assert (weekly.get_markevery(), gone.get_markevery()) == ([1], [2])
    assert gone.get_markerfacecolor() == "white"
    assert below(figure) == ["weekly: back on day 1", "gone: not back in 2 days"]


def test_nothing_to_draw() -> None:
    for call in (
        lambda: plots.grouped_plot({}, metric="AUC", title="?"),
        lambda: plots.lift_plot([1], {}, amount="them", title="?"),
        lambda: plots.pit_plot({}),
        lambda: plots.decile_plot([1.0], {}, unit="EUR"),
        lambda: plots.customers_plot({}, []),
    ):
        with pytest.raises(DataError, match="no candidate"):
            call()
    with pytest.raises(DataError, match="nothing to be caught"):
        plots.lift_plot([0, 0], {"model": [0.1, 0.2]}, amount="them", title="?")
    with pytest.raises(DataError, match="no customer to draw"):
        plots.decile_plot([], {"model": []}, unit="EUR")
    with pytest.raises(DataError, match="1 customers but 0 days"):
        plots.customers_plot({"weekly": [0.5]}, [])
