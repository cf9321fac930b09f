"""What moves a model's answers: every customer a dot."""

from collections.abc import Mapping

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure

from regulars.evaluation.plots.canvas import COLOURS, GREY, canvas, some
from regulars.evaluation.plots.heat import SHADES, shades

FloatArray = npt.NDArray[np.float64]
Drivers = Mapping[str, tuple[npt.ArrayLike, npt.ArrayLike]]
"""Feature -> its value and its effect, (customers,) each; a value of NaN is not known."""

_BINS, _WIDEST = 60, 0.38
_TENTHS, _FEWEST = 10, 30


def swarm_plot(drivers: Drivers, *, unit: str, title: str = "What moves the risk?") -> Figure:
    """Return a row a feature from the top, in it a dot a customer: how far the feature moves them, and which way.

    A row is thick where many customers are. Dots go from dark (a low value of the feature) to light (a high one);
    those whose value is not known are grey.

    Args:
        drivers: features, strongest first.
        unit: of the effects, for the axis.
        title: what the figure says.

    Raises:
        DataError: no feature.
    """
    some(drivers)
    figure, axes = canvas(title, unit, "", width=8.4, height=1.8 + 0.42 * len(drivers))
    axes.axvline(0.0, color=GREY, linewidth=1.0, linestyle=":")
    for row, (values, effects) in enumerate(drivers.values()):
        known, moved = np.asarray(values, dtype=np.float64), np.asarray(effects, dtype=np.float64)
        colours = np.tile(np.array(mpl.colors.to_rgba(GREY)), (len(known), 1))
        told = ~np.isnan(known)
        colours[told] = shades(_places(known[told]))
        axes.scatter(moved, row + _spread(moved), c=colours, s=7, linewidths=0, alpha=0.8, rasterized=True)
    axes.set_yticks(range(len(drivers)), list(drivers))
    axes.set_ylim(len(drivers) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    scale = figure.colorbar(ScalarMappable(cmap=SHADES), ax=axes, label="Value of the feature (grey: not known)")
    scale.set_ticks([0.0, 1.0], labels=["low", "high"])
    return figure


def dependence_plot(drivers: Drivers, *, unit: str, title: str = "How the risk moves with each feature") -> Figure:
    """Return a panel a feature: its effect over its value, a dot a customer, and the median as a line.

    The line runs through tenths of the customers; there is none where fewer than 30 are known.

    Args:
        drivers: features with their units, such as "recency (days)"; the name is the label of the panel's axis.
        unit: of the effects, for the axis.
        title: what the figure says.

    Raises:
        DataError: no feature.
    """
    some(drivers)
    figure = Figure(figsize=(3.6 * len(drivers), 3.8), dpi=120, layout="constrained")
    figure.suptitle(title)
    panels = figure.subplots(1, len(drivers), sharey=True, squeeze=False)[0]
    for axes, (name, (values, effects)) in zip(panels, drivers.items(), strict=True):
        known, moved = np.asarray(values, dtype=np.float64), np.asarray(effects, dtype=np.float64)
        told = ~np.isnan(known)
        axes.axhline(0.0, color=GREY, linewidth=1.0, linestyle=":")
        axes.scatter(known[told], moved[told], s=7, linewidths=0, alpha=0.35, color=COLOURS[0], rasterized=True)
        axes.plot(*_medians(known[told], moved[told]), color=COLOURS[1], linewidth=2.0)
        axes.set_xlabel(name)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color="#dddddd", linewidth=0.6)
        axes.set_axisbelow(True)
    panels[0].set_ylabel(unit)
    return figure


def _places(values: FloatArray) -> FloatArray:
    """Return the place of each value among all, in [0, 1]; equal values share theirs."""
    different, back = np.unique(values, return_inverse=True)
    return np.asarray(back / max(1, len(different) - 1), dtype=np.float64)


def _spread(effects: FloatArray) -> FloatArray:
    """Return how far each dot stands from the middle of its row, so that a row is as thick as it is full."""
    if len(effects) == 0 or np.ptp(effects) == 0:
        return np.linspace(-_WIDEST, _WIDEST, len(effects)) if len(effects) > 1 else np.zeros(len(effects))
    counts, edges = np.histogram(effects, bins=_BINS)
    at = np.clip(np.searchsorted(edges, effects, side="right") - 1, 0, _BINS - 1)
    order = np.argsort(at, kind="stable")
    nth = np.empty(len(effects), dtype=np.int64)
    nth[order] = np.arange(len(effects)) - np.repeat(np.cumsum(counts) - counts, counts)
    side = np.where(nth % 2 == 0, 1.0, -1.0)
    return np.asarray(side * ((nth + 1) // 2) / (counts.max() / 2) * _WIDEST, dtype=np.float64)


def _medians(values: FloatArray, effects: FloatArray) -> tuple[FloatArray, FloatArray]:
    if len(values) < _FEWEST:
        return np.empty(0), np.empty(0)
    groups = np.array_split(np.argsort(values, kind="stable"), _TENTHS)
    medians = np.array([[np.median(values[group]), np.median(effects[group])] for group in groups])
    return medians[:, 0], medians[:, 1]
