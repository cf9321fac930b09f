"""What probes look at: whole customers of a shop, as many as fit in memory, with everything known beside them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from regulars import features, labels, scale, splits, windows
from regulars.errors import DataError
from regulars.ledger import Ledger
from regulars.windows import Snapshot

CUSTOMERS = 20_000
"""Most customers a probe looks at."""
_LEARNS: Mapping[str, int] = {"step_days": 20, "n_snapshots": 3, "min_history_days": 14}


@dataclass(frozen=True)
class Sample:
    """Order lines and what the shop knows beside them, the future included."""

    transactions: pl.DataFrame
    """Rows of ``schema.TRANSACTIONS``; all rows of each customer."""
    side: features.Side
    """Items, stores and events."""

    def before(self, as_of: dt.date) -> "Sample":
        """Return what was known before ``as_of``: no later line, event or name of an item."""
        items, events = self.side.items, self.side.events
        if items is not None and "known_since" in items.columns:
            since = pl.col("known_since").cast(pl.Datetime("us"))
            items = items.filter(since.is_null() | (since < pl.lit(as_of).cast(pl.Datetime("us"))))
        known = None if events is None else events.filter(pl.col("at") < as_of)
        side = features.Side(items, self.side.stores, known, self.side.since)
        return Sample(self.transactions.filter(pl.col("purchased_at") < as_of), side)


def of(
    ledger: Ledger,
    n_customers: int = CUSTOMERS,
    seed: int = 0,
    track: scale.Track[int] = scale.silently,
) -> Sample:
    """Return at most ``n_customers`` of a shop, drawn at random, with all their lines; bucket by bucket.

    Args:
        ledger: the shop.
        n_customers: how many at most.
        seed: of the draw.
        track: shows progress.
    """
    end = windows.after(ledger.data_through)
    ids = scale.map_buckets(ledger, end, _customers, track, "customers").to_series().sort()
    rng = np.random.default_rng(seed)
    chosen = ids if len(ids) <= n_customers else ids.gather(np.sort(rng.choice(len(ids), n_customers, replace=False)))
    wanted = pl.LazyFrame({"customer_id": chosen})

    def lines(transactions: pl.LazyFrame) -> pl.DataFrame:
        return transactions.join(wanted, on="customer_id", how="semi", maintain_order="left").collect()

    side = scale.side(ledger)
    if side.events is not None:
        events = side.events.filter(pl.col("customer_id").is_in(chosen.implode()))
        side = features.Side(side.items, side.stores, events, side.since)
    return Sample(scale.map_buckets(ledger, end, lines, track, "lines"), side)


def _customers(transactions: pl.LazyFrame) -> pl.DataFrame:
    return transactions.select(pl.col("customer_id").unique()).collect()


def exam(sample: Sample, snapshot: Snapshot, first_day: dt.date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return a train and a test table: the features and ``churned``, a row a customer and snapshot.

    The train table has up to three snapshots, 20 days apart, whose windows end by the test's as_of.

    Args:
        sample: order lines that reach to the end of the snapshot's window.
        snapshot: the test.
        first_day: of the shop's data.

    Raises:
        DataError: the history before the snapshot is too short to learn from.
    """
    earlier, _ = splits.train_snapshots(snapshot.as_of, first_day, splits.Plan(snapshot.horizon_days, **_LEARNS))
    if not earlier:
        days = snapshot.horizon_days + _LEARNS["min_history_days"]
        raise DataError(
            f"columns are held against what {days} days of history before {snapshot.as_of} explain, but the data "
            f"starts on {first_day}; use a later --as-of or a shorter --horizon"
        )
    train, test = (_labelled(sample, snapshots) for snapshots in (earlier, [snapshot]))
    return train, test


def nobody(as_of: dt.date, first_day: object) -> DataError:
    """Return the refusal of an as_of before which nobody had bought anything."""
    starts = f"the data starts on {first_day}" if isinstance(first_day, dt.date) else "there is no data"
    return DataError(f"nobody was known before {as_of}; {starts}, so use a later --as-of")


def _labelled(sample: Sample, snapshots: Sequence[Snapshot]) -> pl.DataFrame:
    past = sample.before(windows.latest(snapshots).as_of)
    truth = labels.churned(sample.transactions, snapshots)
    return features.table(past.transactions, past.side, snapshots).join(
        truth, on=list(features.KEYS), how="inner", maintain_order="left"
    )
