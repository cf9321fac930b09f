"""Keeping what any list of reminders of a day may hold, bucket by bucket."""

import datetime as dt
from pathlib import Path

import polars as pl
import pyarrow as pa

from regulars import reminders, scale
from regulars.estimators.replenishment import SCHEMA, Forecast
from regulars.ledger import Ledger
from regulars.scoring import Champions
from serving.due import SURVIVAL


def build(
    champions: Champions, ledger: Ledger, as_of: dt.date, path: Path, track: scale.Track[int] = scale.silently
) -> None:
    """Write the forecast of all customers of ``ledger`` to the new file ``path``; nothing without a champion.

    Raises:
        LeakageError: the replenish champion knows rows at or after ``as_of``.
    """
    if "replenish" not in champions.by_task:
        return
    estimator = champions["replenish"].estimator
    columns = pl.Schema({**SCHEMA, SURVIVAL: pl.Array(pl.Float64, estimator.horizon_days)})
    schema = pl.DataFrame(schema=columns).to_arrow().schema
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, schema) as writer:
        for bucket in track(ledger.buckets, "reminders", len(ledger.buckets)):
            lines = ledger.transactions(bucket, before=as_of).collect()
            writer.write_table(_table(reminders.coming(estimator.forecast(lines, as_of), as_of)).cast(schema))


def _table(kept: Forecast) -> pa.Table:
    return kept.pairs.with_columns(pl.Series(SURVIVAL, kept.survival)).to_arrow()
