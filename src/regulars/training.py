"""One model, fitted as of an instant: what experiment, train and promote have in common."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from regulars import labels, scale, splits, windows
from regulars.artefact import Fitted, Meta, Task
from regulars.config import ModelSpec, Training
from regulars.errors import DataError
from regulars.estimators.base import Bools, Ints
from regulars.ledger import Ledger
from regulars.windows import Snapshot

OF_PRODUCTS: tuple[Task, ...] = ("recommend", "replenish")
"""Tasks whose models learn from the purchases themselves; the others learn from a feature table."""


@dataclass(frozen=True)
class TrainSet:
    """What customer models learn from at one instant: windows that are over, that run, and that begin.

    The rows of the latest as_of are the customers as they are at the training cut, watched for no day yet.
    """

    features: pl.DataFrame
    """A feature table; a row a customer and snapshot."""
    duration: Ints
    """(rows,) days to the next purchase, or watched without one."""
    observed: Bools
    """(rows,) whether the purchase was seen."""
    complete: Bools
    """(rows,) whether the row's snapshot counts as a complete one."""
    spend_ahead: Ints
    """(rows,) net spend in the days watched, minor units."""
    days_watched: Ints
    """(rows,) days that the row was watched; the horizon where its window is over."""

    def waits(self, learns_from: str) -> tuple[pl.DataFrame, Ints, Bools]:
        """Return features, durations and flags of all rows, or of the complete windows only."""
        if learns_from == "censored":
            return self.features, self.duration, self.observed
        return self.features.filter(self.complete), self.duration[self.complete], self.observed[self.complete]


def known_until(ledger: Ledger, as_of: dt.date) -> dt.date:
    """Return the day after the last purchase before ``as_of``: what comes later is not "no purchase" but unknown.

    Raises:
        DataError: nothing was bought before ``as_of``.
    """
    last = ledger.transactions(before=as_of).select(pl.col("purchased_at").max()).collect().item()
    if last is None:
        raise DataError(f"the ledger has no purchase before {as_of}; its data starts on {ledger.manifest.first_day}")
    return windows.after(last.date())


def train_set(ledger: Ledger, as_of: dt.date, config: Training, track: scale.Track[int] = scale.silently) -> TrainSet:
    """Return features and labels of every train snapshot that a model as of ``as_of`` may learn from.

    Raises:
        DataError: the history before ``as_of`` is too short for any.
    """
    until = known_until(ledger, as_of)
    first = span(ledger).start
    complete, censored = splits.train_snapshots(until, first, config.plan)
    snapshots = sorted({*complete, *censored})
    if not snapshots:
        raise DataError(
            f"the {(until - first).days} days of history before {as_of} are too few to learn from; "
            f"wait for {config.min_history_days + config.step_days} days or use a later --as-of"
        )
    now = Snapshot(until, config.horizon_days)
    table = scale.feature_table(ledger, [*snapshots, now], track)
    return _labelled(ledger, table, [*snapshots, now], complete, until)


def _labelled(
    ledger: Ledger,
    table: pl.DataFrame,
    snapshots: Sequence[Snapshot],
    complete: Sequence[Snapshot],
    until: dt.date,
) -> TrainSet:
    def label(lines: pl.LazyFrame) -> pl.DataFrame:
        waits = labels.next_purchase(lines, snapshots, observed_until=until)
        return labels.spend(lines, snapshots, observed_until=until).join(waits, on=labels.KEYS, how="left")

    truth = scale.map_buckets(ledger, until, label)
    watched_no_day = {
        "duration": pl.col("duration").fill_null(0),
        "observed": pl.col("observed").fill_null(value=False),
    }
    rows = table.join(truth, on=labels.KEYS, how="inner").with_columns(**watched_no_day).sort("as_of", "customer_id")
    return TrainSet(
        features=rows.drop(*watched_no_day, "spend_ahead", "days_watched"),
        duration=rows["duration"].to_numpy(),
        observed=rows["observed"].to_numpy(),
        complete=rows["as_of"].is_in([snapshot.as_of for snapshot in complete]).to_numpy(),
        spend_ahead=rows["spend_ahead"].to_numpy(),
        days_watched=rows["days_watched"].to_numpy(),
    )


def fit(
    spec: ModelSpec, ledger: Ledger, as_of: dt.date, config: Training, seed: int, learn_from: TrainSet | None
) -> Fitted:
    """Fit ``spec`` on what is known before ``as_of``.

    Args:
        spec: the model.
        ledger: the shop.
        as_of: the training cut.
        config: which snapshots to learn from.
        seed: of every random choice.
        learn_from: the train set as of ``as_of``; models of products do not need it.

    Raises:
        DataError: there is too little to learn from.
    """
    estimator = spec.build(config.horizon_days, seed)
    if spec.task in OF_PRODUCTS:
        until = known_until(ledger, as_of)
        estimator.fit(ledger.transactions(before=until).collect(), ledger.items(until), until)
    else:
        learned = learn_from or train_set(ledger, as_of, config)
        if spec.task == "spend":
            estimator.fit(learned.features, learned.spend_ahead, learned.days_watched)
        else:
            estimator.fit(*learned.waits(estimator.learns_from))
    meta = Meta(
        task=spec.task,
        model=spec.name,
        kind=spec.kind,
        source=estimator.source,
        horizon_days=getattr(estimator, "horizon_days", config.horizon_days),
        as_of=as_of,
        fingerprint=ledger.fingerprint,
        seed=seed,
    )
    return Fitted(meta, estimator)


def span(ledger: Ledger) -> windows.Window:
    """Return the days that the ledger's purchases cover.

    Raises:
        DataError: there are none.
    """
    last = ledger.data_through
    return windows.Window(ledger.manifest.first_day or last, windows.after(last))
