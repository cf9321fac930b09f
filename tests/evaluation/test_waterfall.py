"""Waterfalls: where bars start and end, which are enlarged, and the SVG for a page."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from regulars.errors import DataError
from regulars.evaluation.plots.waterfall import Fall, waterfall_plot, waterfall_svg

MINUS = "\N{MINUS SIGN}"
FALLS = [
    Fall("read", 1000, total=True),
    Fall("copies", -300),
    Fall("refunds", 5),
    Fall("none", 0),
    Fall("fees", -2),
    Fall("left", 703, total=True),
]


def bars(figure: Figure, panel: int) -> list[tuple[float, float]]:
    """Where the bars of a panel start and end, from top to bottom."""
    patches = [patch for patch in figure.axes[panel].patches if isinstance(patch, Rectangle)]
    ordered = sorted(patches, key=lambda patch: (patch.get_y(), patch.get_x()))
    return [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in ordered]


def numbers(figure: Figure, panel: int) -> list[str]:
    return [text.get_text() for text in figure.axes[panel].texts]


def test_each_step_starts_where_the_one_before_it_ended() -> None:
    figure = waterfall_plot(FALLS, unit="lines")
    assert bars(figure, 0) == [(0, 1000), (1000, 700), (700, 705), (705, 703), (0, 703)]
    assert numbers(figure, 0) == ["1,000", f"{MINUS}300", "+5", "0", f"{MINUS}2", "703"]
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == [fall.name for fall in FALLS]
    assert figure.axes[0].get_xlabel() == "lines"


def test_short_steps_are_enlarged_and_long_ones_broken_there() -> None:
    figure = waterfall_plot(FALLS, unit="lines")
    assert np.array(bars(figure, 1)) == pytest.approx(np.array([(0, 5.25), (5.5, 6), (0, 5), (0, 2)]))
    assert numbers(figure, 1) == ["300", "5", "2"]
    assert "enlarged" in figure.axes[1].get_xlabel()


def test_without_short_steps_there_is_one_panel() -> None:
    figure = waterfall_plot([Fall("in", 10, total=True), Fall("out", -4), Fall("left", 6, total=True)], unit="lines")
    assert len(figure.axes) == 1
    assert len(waterfall_plot([Fall("in", 0, total=True), Fall("out", 0)], unit="lines").axes) == 1


def test_money_is_written_in_units() -> None:
    figure = waterfall_plot([Fall("in", 123456, total=True), Fall("fees", 7)], unit="GBP", scale=100, places=2)
    assert numbers(figure, 0) == ["1,234.56", "+0.07"]
    figure.draw_without_rendering()
    ticks = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert ticks[:2] == ["0", "400"]


def test_money_may_fall_below_nothing() -> None:
    falls = [Fall("in", -500, total=True), Fall("refunds", 800), Fall("left", 300, total=True)]
    figure = waterfall_plot(falls, unit="EUR", title="Odd")
    assert bars(figure, 0) == [(0, -500), (-500, 300), (0, 300)]
    low, high = figure.axes[0].get_xlim()
    assert low < -500
    assert high > 300
    assert figure.get_suptitle() == "Odd"


def test_numbers_do_not_overlap_the_edge() -> None:
    figure = waterfall_plot(FALLS, unit="lines")
    figure.draw_without_rendering()
    for axes in figure.axes:
        right = axes.get_window_extent().x1
        assert max(text.get_window_extent().x1 for text in axes.texts) <= right


def test_nothing_to_draw() -> None:
    with pytest.raises(DataError, match="give at least one"):
        waterfall_plot([], unit="lines")


def test_svg_is_one_element_with_its_words_and_the_same_each_time() -> None:
    first, second = (waterfall_svg(waterfall_plot(FALLS, unit="lines"), 'of "a" < b') for _ in range(2))
    assert first == second
    root = ElementTree.fromstring(first)  # noqa: S314 - our own drawing
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert (root.get("role"), root.get("aria-label")) == ("img", 'of "a" < b')
    assert {"copies", f"{MINUS}300"} <= {text.text for text in root.iter("{http://www.w3.org/2000/svg}text")}
    assert "metadata" not in first
    assert "#000000" not in first  # black would vanish on a dark page


def test_svgs_of_a_page_share_no_ids() -> None:
    found = [re.findall(r' id="([^"]*)"', waterfall_svg(waterfall_plot(FALLS, unit="lines"), alt)) for alt in "ab"]
    assert found[0]
    assert not set(found[0]) & set(found[1])
