"""Figures of the comparison's page: what is drawn where."""

import pytest

from regulars.errors import DataError
from regulars.evaluation import plots
from regulars.evaluation.intervals import Interval

NAN = float("nan")


def test_a_forest_tells_ahead_from_behind_and_from_level() -> None:
    leads = {"ahead": Interval(2, 1, 3), "level": Interval(0, -1, 1), "behind": Interval(-2, -3, -1)}
    [axes] = plots.forest_plot(leads, metric="Lead").axes
    dots = [line for line in axes.lines if line.get_marker() not in ("None", "")]
    assert len({dot.get_marker() for dot in dots}) == len({dot.get_color() for dot in dots}) == 3
    assert [label.get_text() for label in axes.get_yticklabels()] == list(leads)
    assert axes.get_ylim()[0] > axes.get_ylim()[1]


def test_an_unknown_lead_is_not_drawn() -> None:
    [axes] = plots.forest_plot({"unknown": Interval(NAN, NAN, NAN), "a": Interval(1, 0.5, 2)}, metric="Lead").axes
    assert axes.get_xlim()[1] < 10


def test_reliability_marks_grow_with_their_rows() -> None:
    [axes] = plots.reliability_plot({"a": [(0.1, 0.2, 90), (0.8, 0.7, 10)]}, event="left").axes
    [marks] = axes.collections
    assert marks.get_offsets().tolist() == [[0.1, 0.2], [0.8, 0.7]]
    assert marks.get_sizes()[0] > marks.get_sizes()[1]
    assert axes.get_xlabel() == "Forecast: left"


def test_what_a_list_holds_starts_at_nothing() -> None:
    [axes] = plots.held_plot({"a": [(0.1, 0.4), (0.5, NAN)]}, amount="the money").axes
    assert axes.lines[-1].get_xydata()[:2].tolist() == [[0.0, 0.0], [0.1, 0.4]]
    assert axes.get_ylabel() == "Share of the money"


def test_a_course_has_a_gap_where_there_is_no_value() -> None:
    [axes] = plots.course_plot({"a": [0.5, None, 0.7]}, ["d1", "d2", "d3"], metric="AUC").axes
    assert [label.get_text() for label in axes.get_xticklabels()] == ["d1", "d2", "d3"]
    drawn = axes.lines[0].get_ydata()
    assert str(list(drawn)[1]) == "nan"


def test_nothing_to_draw_is_refused() -> None:
    with pytest.raises(DataError, match="there is no candidate to draw"):
        plots.forest_plot({}, metric="")
    with pytest.raises(DataError, match="there is no candidate to draw"):
        plots.reliability_plot({}, event="")
    with pytest.raises(DataError, match="there is no candidate to draw"):
        plots.held_plot({}, amount="")
    with pytest.raises(DataError, match="there is no candidate to draw"):
        plots.course_plot({}, [], metric="")
