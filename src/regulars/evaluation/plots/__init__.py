"""Figures; the only door to matplotlib.

Every function returns a new ``matplotlib.figure.Figure`` and touches neither pyplot nor a display:
save it with ``figure.savefig(path)``, hand it to MLflow, or leave it as the last line of a notebook
cell. Candidates differ in colour (Okabe and Ito's, which colour-blind readers tell apart) and in
marker or line style, so that a grey print tells them apart as well.
"""

from regulars.evaluation.plots.candidates import interval_plot, ranking_plot, snapshot_plot
from regulars.evaluation.plots.comebacks import back_plot
from regulars.evaluation.plots.customers import customers_plot
from regulars.evaluation.plots.drivers import dependence_plot, swarm_plot
from regulars.evaluation.plots.due import calendar_plot
from regulars.evaluation.plots.forecasts import calibration_plot, return_plot, slice_calibration_plot, survival_plot
from regulars.evaluation.plots.groups import grouped_plot
from regulars.evaluation.plots.heat import heat_plot
from regulars.evaluation.plots.pages import course_plot, forest_plot, held_plot, reliability_plot, svg
from regulars.evaluation.plots.shares import decile_plot, lift_plot, pit_plot
from regulars.evaluation.plots.tables import bar_plot, stacked_plot
from regulars.evaluation.plots.waits import group_survival_plot

__all__ = [
    "back_plot",
    "bar_plot",
    "calendar_plot",
    "calibration_plot",
    "course_plot",
    "customers_plot",
    "decile_plot",
    "dependence_plot",
    "forest_plot",
    "group_survival_plot",
    "grouped_plot",
    "heat_plot",
    "held_plot",
    "interval_plot",
    "lift_plot",
    "pit_plot",
    "ranking_plot",
    "reliability_plot",
    "return_plot",
    "slice_calibration_plot",
    "snapshot_plot",
    "stacked_plot",
    "survival_plot",
    "svg",
    "swarm_plot",
]
