"""What is the case right now, for Prometheus: read off the release when a worker is asked, so it costs no request."""

import contextlib
import datetime as dt
from collections.abc import Iterator

from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from serving import drift
from serving.live import Live
from serving.release import Release
from serving.sales import Sales, SalesError


def facts(live: Live, release: Release | None, today: dt.date | None, sales: Sales | None) -> Iterator[Metric]:
    """Yield what is known of the release that answers.

    Args:
        live: whether a newer release could not be loaded.
        release: the one that answers; None where there is none.
        today: which day it is; None where there is no release.
        sales: the purchases that came in; None where none are taken.
    """
    yield _gauge("regulars_ready", "1 where there is a release to answer from.", float(release is not None))
    failed = float(live.failed is not None)
    yield _gauge("regulars_release_failed", "1 where the release that should answer could not be loaded.", failed)
    yield from _waiting(sales)
    if release is None or today is None:
        return
    header = release.store.header
    stale, age = (today - header.data_through).days, (today - release.as_of).days
    yield _gauge("regulars_data_staleness_days", "Days from the last purchase in the data to today.", stale)
    yield _gauge("regulars_release_age_days", "Days from the day of the prepared answers to today.", age)
    yield _gauge("regulars_customers", "Customers with a history.", header.n_customers)
    yield _models(release)
    yield from _drift(release)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value)


def _waiting(sales: Sales | None) -> Iterator[Metric]:
    if sales is None:
        return
    with contextlib.suppress(SalesError):  # which others count and log
        text = "Lines of purchases that came in and that not all releases hold yet."
        yield _gauge("regulars_purchases_waiting", text, sales.count())


def _models(release: Release) -> Metric:
    found = GaugeMetricFamily(
        "regulars_model_info", "The champions that answer; always 1.", labels=["task", "name", "version", "release"]
    )
    for task, model in release.models.items():
        found.add_metric([task, model["name"], model["version"], release.name], 1)
    return found


def _drift(release: Release) -> Iterator[Metric]:
    if release.drift is None:
        return
    found = GaugeMetricFamily(
        "regulars_feature_drift_psi",
        "Population stability index of the features that drifted most since the training cut.",
        labels=["feature"],
    )
    for feature, psi in release.drift.largest(drift.TOLD):
        found.add_metric([feature], psi)
    yield found
    yield _gauge("regulars_feature_drift_psi_max", "The largest of all features.", release.drift.highest)
