"""One model, fitted as of an instant: what experiment, train and promote have in common."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from regulars import labels, scale, splits, windows
from regulars.artefact import Fitted, Meta
from regulars.config import ModelSpec, Training
from regulars.errors import DataError
from regulars.estimators.base import Bools, Ints
from regulars.ledger import Ledger
from regulars.windows import Snapshot


@dataclass(frozen=True)
class TrainSet:
    """What customer models learn from at one instant: complete and censored windows."""

    features: pl.DataFrame
    """A feature table; a row a customer and snapshot."""
    duration: Ints
    """(rows,) days to the next purchase, or watched without one."""
    observed: Bools
    """(rows,) whether the purchase was seen."""
    complete: Bools
    """(rows,) whether the row's snapshot counts as a complete one."""

    def rows(self, learns_from: str) -> tuple[pl.DataFrame, Ints, Bools]:
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
    table = scale.feature_table(ledger, snapshots, track)
    return _labelled(ledger, table, snapshots, complete, until)


def _labelled(
    ledger: Ledger,
    table: pl.DataFrame,
    snapshots: Sequence[Snapshot],
    complete: Sequence[Snapshot],
    until: dt.date,
) -> TrainSet:
    truth = scale.map_buckets(ledger, until, lambda lines: labels.next_purchase(lines, snapshots, observed_until=until))
    rows = table.join(truth, on=labels.KEYS, how="inner").sort("as_of", "customer_id")
    return TrainSet(
        features=rows.drop("duration", "observed"),
        duration=rows["duration"].to_numpy(),
        observed=rows["observed"].to_numpy(),
        complete=rows["as_of"].is_in([snapshot.as_of for snapshot in complete]).to_numpy(),
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
        learn_from: the train set as of ``as_of``; customer models need it, recommenders do not.

    Raises:
        DataError: there is too little to learn from.
    """
    estimator = spec.build(config.horizon_days, seed)
    if spec.task == "recommend":
        until = known_until(ledger, as_of)
        estimator.fit(ledger.transactions(before=until).collect(), ledger.items(until), until)
    else:
        learned = learn_from or train_set(ledger, as_of, config)
        estimator.fit(*learned.rows(estimator.learns_from))
    meta = Meta(
        task=spec.task,
        model=spec.name,
        kind=spec.kind,
        source=estimator.source,
        horizon_days=config.horizon_days,
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
