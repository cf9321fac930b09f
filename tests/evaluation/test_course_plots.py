"""The figures of the notebooks: maps, swarms, groups of curves, and a calendar."""

import datetime as dt
import io
from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from matplotlib.figure import Figure

from regulars.errors import DataError
from regulars.evaluation import plots
from regulars.evaluation.plots.due import Line

CELLS = pl.DataFrame({"down": ["a", "a", "b"], "along": ["x", "y", "x"], "value": [1.0, 0.25, None]})
AXES = ("Rows (days)", "Columns (days)")


def drawn(figure: Figure) -> Figure:
    """Render the figure, so that what only fails when drawn fails here."""
    figure.savefig(io.BytesIO(), format="png")
    return figure


def heat(table: pl.DataFrame) -> Figure:
    columns = ("down", "along", "value")
    return plots.heat_plot(table, columns, axes=AXES, unit="Share", title="Where?", percent=True)


def test_a_map_writes_each_cell_and_leaves_the_rest_white() -> None:
    figure = drawn(heat(CELLS))
    axes = figure.axes[0]
    assert {text.get_text(): text.get_position() for text in axes.texts} == {"100%": (0, 0), "25%": (1, 0)}
    assert (axes.get_ylabel(), axes.get_xlabel()) == AXES
    assert figure.axes[1].get_ylabel() == "Share"
    shown = np.ma.getmaskarray(axes.images[0].get_array())
    assert shown.tolist() == [[False, False], [True, True]]


def test_a_map_keeps_the_order_of_an_enum() -> None:
    ordered = CELLS.with_columns(pl.col("along").cast(pl.Enum(["y", "x"])))
    assert [label.get_text() for label in drawn(heat(ordered)).axes[0].get_xticklabels()] == ["y", "x"]


def test_a_map_refuses_two_cells_in_one_place() -> None:
    with pytest.raises(DataError, match="give each cell once"):
        heat(pl.concat([CELLS, CELLS]))


def test_a_swarm_puts_every_customer_at_their_effect() -> None:
    values, effects = [1.0, 2.0, float("nan"), 2.0], [-0.5, 0.5, 0.0, 0.5]
    axes = drawn(
        plots.swarm_plot({"recency": (values, effects), "same": ([1.0] * 3, [0.2] * 3)}, unit="Log-odds")
    ).axes[0]
    places = np.asarray(axes.collections[0].get_offsets())
    assert places[:, 0].tolist() == effects
    assert np.abs(places[:, 1]).max() < 0.5
    assert len({tuple(place) for place in places.tolist()}) == 4, "no dot hides another"
    colours = np.asarray(axes.collections[0].get_facecolors())
    assert (colours[1] == colours[3]).all()
    assert not (colours[0] == colours[1]).all()
    assert np.ptp(colours[2][:3]) == 0, "grey"
    assert axes.get_xlabel() == "Log-odds"


def test_a_swarm_of_one_customer() -> None:
    axes = drawn(plots.swarm_plot({"recency": ([3.0], [0.5])}, unit="Log-odds")).axes[0]
    assert np.asarray(axes.collections[0].get_offsets()).tolist() == [[0.5, 0.0]]


def test_dependence_draws_medians_where_enough_is_known() -> None:
    many = np.arange(40.0)
    drivers = {"recency (days)": (many, many / 10), "n_orders (orders)": ([1.0, float("nan")], [0.1, 0.2])}
    figure = drawn(plots.dependence_plot(drivers, unit="Log-odds"))
    full, thin = figure.axes
    assert len(full.lines[1].get_xydata()) == 10
    assert len(thin.lines[1].get_xydata()) == 0
    assert len(np.asarray(thin.collections[0].get_offsets())) == 1
    assert [full.get_xlabel(), thin.get_xlabel(), full.get_ylabel()] == [*drivers, "Log-odds"]


def test_groups_show_what_was_seen_and_what_was_said_in_one_colour() -> None:
    curve = np.tile(np.linspace(0.9, 0.3, 10), (4, 1))
    axes = drawn(plots.group_survival_plot({"late": ([1, 4, 10, 10], [True, True, False, False], curve)})).axes[0]
    seen, said = axes.lines
    assert seen.get_xydata() == pytest.approx(np.array([[0, 1], [1, 0.75], [4, 0.5], [10, 0.5]]))
    assert np.asarray(said.get_ydata())[[0, 1, 10]] == pytest.approx([1.0, 0.9, 0.3])
    assert seen.get_color() == said.get_color()
    assert (seen.get_linestyle(), said.get_linestyle()) == ("-", "--")


def test_a_calendar_shows_what_was_bought_expected_and_came() -> None:
    day = dt.date(2024, 1, 10)
    lines = [Line("a: milk", [day], day.replace(day=20), day.replace(day=18), day.replace(day=25), day.replace(day=21))]
    figure = drawn(plots.calendar_plot([*lines, Line("b: tea", [], None)], day.replace(day=15)))
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        "as of 2024-01-15",
        "bought",
        "expected",
        "came",
    ]
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["a: milk", "b: tea"]


@pytest.mark.parametrize(
    "draw",
    [
        lambda: heat(CELLS.clear()),
        lambda: heat(CELLS.with_columns(value=pl.lit(None, pl.Float64))),
        lambda: plots.swarm_plot({}, unit="?"),
        lambda: plots.dependence_plot({}, unit="?"),
        lambda: plots.group_survival_plot({}),
        lambda: plots.group_survival_plot({"nobody": ([], [], np.empty((0, 3)))}),
        lambda: plots.calendar_plot([], dt.date(2024, 1, 1)),
    ],
    ids=["map", "null map", "swarm", "dependence", "groups", "empty group", "calendar"],
)
def test_nothing_to_draw_is_refused(draw: Callable[[], Figure]) -> None:
    with pytest.raises(DataError):
        draw()
