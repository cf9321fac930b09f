"""Forecasts against what happened, and one customer's forecast by itself."""

import datetime as dt
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from sksurv.nonparametric import kaplan_meier_estimator

from regulars import curves
from regulars.errors import DataError
from regulars.evaluation.classification import calibration_table
from regulars.evaluation.plots.canvas import COLOURS, GREY, LINES, MARKERS, canvas, some


def calibration_plot(
    churned: npt.ArrayLike,
    probabilities: Mapping[str, npt.ArrayLike],
    *,
    title: str = "Does a forecast of 30% come true in 30% of cases?",
    forecast: str = "Forecast churn probability",
    happened: str = "Share of customers that churned",
) -> Figure:
    """Return observed churn rate over forecast probability, in ten equal-width bins a candidate.

    On the diagonal forecasts come true; above it churn is underestimated. Larger markers hold more
    customers. Any other event that did or did not happen is drawn alike.

    Args:
        churned: (n_customers,), True = no purchase in the horizon.
        probabilities: candidate -> (n_customers,) of churning.
        title: what the figure says.
        forecast: what the probabilities are of, for the axis.
        happened: what is counted, for the other axis.

    Raises:
        DataError: no candidate, or arrays that are no outcomes or probabilities.
    """
    some(probabilities)
    series = {name: (churned, each) for name, each in probabilities.items()}
    return _calibration(series, title, forecast, happened)


def slice_calibration_plot(
    slices: Mapping[str, tuple[npt.ArrayLike, npt.ArrayLike]],
    *,
    title: str = "For whom does a forecast of 30% come true in 30% of cases?",
) -> Figure:
    """Return what :func:`calibration_plot` does for one candidate, slice by slice of its customers.

    Args:
        slices: name -> (churned, probability), each of the shape (customers of the slice,), at least one.
        title: what the figure says.

    Raises:
        DataError: no slice, or arrays that are no outcomes or probabilities.
    """
    some(slices)
    return _calibration(slices, title, "Forecast churn probability", "Share of customers that churned")


def _calibration(
    series: Mapping[str, tuple[npt.ArrayLike, npt.ArrayLike]], title: str, forecast: str, happened: str
) -> Figure:
    figure, axes = canvas(title, forecast, happened, width=5.6, height=5.2)
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle=":", label="perfect calibration")
    for index, (name, (churned, probability)) in enumerate(series.items()):
        table = calibration_table(churned, probability)
        colour, n = COLOURS[index % len(COLOURS)], table["n"].to_numpy()
        x, y = table["mean_probability"].to_numpy(), table["churn_rate"].to_numpy()
        axes.plot(x, y, color=colour, linestyle=LINES[index % len(LINES)], linewidth=1.4)
        size = 15 + 120 * np.sqrt(n / n.sum())
        axes.scatter(x, y, s=size, color=colour, marker=MARKERS[index % len(MARKERS)], alpha=0.85, label=name)
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.legend(frameon=False, markerscale=0.7)
    return figure


def survival_plot(
    duration: npt.ArrayLike,
    observed: npt.ArrayLike,
    survivals: Mapping[str, npt.ArrayLike],
    *,
    title: str = "How many customers have not come back yet?",
) -> Figure:
    """Return each candidate's mean survival curve against what was observed (Kaplan-Meier).

    Args:
        duration: (n_customers,), days to the next purchase or to the end of sight; day 1 is as_of.
        observed: (n_customers,), True = the purchase was seen.
        survivals: candidate -> (n_customers, horizon_days), column t - 1 is P(T > t).
        title: what the figure says.

    Raises:
        DataError: no candidate, no customer, or arrays that are no survival curves.
    """
    some(survivals)
    seen, last = np.asarray(observed, dtype=np.bool_), np.asarray(duration, dtype=np.float64)
    if len(last) == 0 or last.shape != seen.shape:
        raise DataError(f"duration {last.shape} and observed {seen.shape} need one row a customer")
    figure, axes = canvas(title, "Days since as_of", "Share of customers without a purchase")
    days, share = kaplan_meier_estimator(seen, last)
    steps = np.array([[0.0, *days], [1.0, *share]])
    axes.step(*steps, where="post", color=GREY, linewidth=2.4, alpha=0.7, label="observed (Kaplan-Meier)")
    for index, (name, survival) in enumerate(survivals.items()):
        mean = np.concatenate([[1.0], curves.validated(survival).mean(axis=0)])
        colour, line = COLOURS[index % len(COLOURS)], LINES[index % len(LINES)]
        axes.plot(np.arange(len(mean)), mean, label=name, linewidth=1.6, color=colour, linestyle=line)
    axes.set_ylim(0.0, 1.02)
    axes.set_xlim(left=0.0)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.legend(frameon=False)
    return figure


def return_plot(
    survivals: Mapping[str, npt.ArrayLike],
    as_of: dt.date,
    *,
    remind: float | None = None,
    title: str = "When will they be back?",
) -> Figure:
    """Return survival curves of single customers (or means of several) over the calendar.

    A curve starts at 100% on ``as_of`` and falls as the customer becomes likely to have been back; it is
    flat on days when nobody returns. A marker, whose day the legend says, stands where it reaches ``1 - remind``.

    Args:
        survivals: name -> (horizon_days,), entry t - 1 is S(t) = P(no purchase in [as_of, as_of + t days)).
        as_of: the first unknown day, where the curves start.
        remind: probability of being back by the marked day, inside (0, 1); None for no markers.
        title: what the figure says.

    Raises:
        DataError: no curve, or arrays that are no survival curves.
        ConfigError: ``remind`` is not inside (0, 1).
    """
    some(survivals)
    figure, axes = canvas(title, "", "Probability of not having been back", width=8.0)
    for index, (name, survival) in enumerate(survivals.items()):
        curve = curves.validated(np.atleast_2d(np.asarray(survival, dtype=np.float64)))
        days = np.datetime64(as_of, "D") + np.arange(curve.shape[1] + 1)
        colour, line = COLOURS[index % len(COLOURS)], LINES[index % len(LINES)]
        day = curve.shape[1] + 1 if remind is None else int(curves.quantile_days(curve, remind)[0])
        reached = day <= curve.shape[1]
        axes.plot(
            days, np.append(1.0, curve[0]), color=colour, linestyle=line, linewidth=1.8,
            marker=MARKERS[index % len(MARKERS)], markevery=[day] if reached else [],
            label=f"{name}: {days[day - 1]}" if reached else name,
        )  # fmt: skip
    axes.set_ylim(0.0, 1.02)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.legend(frameon=False)
    return figure
