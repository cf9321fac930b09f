"""What customers run out of: the kept part of a forecast, and the lists that are made of it.

The forecast lies in an Arrow file without compression, a batch a bucket of the ledger. It is mapped, so that all
workers of a machine share one copy, and computed with only where a list is asked for that is not at hand.
"""

import datetime as dt
import functools
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from regulars import reminders
from regulars.errors import DataError
from regulars.estimators.replenishment import SCHEMA, Forecast

SURVIVAL = "survival"
"""The column of the curves, behind those of the pairs: P(not bought within so many days), for 1 up to the horizon."""

LISTS = 8
"""Lists at hand: those of the windows, leads and probabilities asked for last."""

ORDER = ("remind_on", "customer_id", "unit")
"""How a list is sorted; no two rows are equal in these."""


class Due:
    """The kept forecast of one day, for any number of threads."""

    def __init__(self, path: Path, as_of: dt.date) -> None:
        """Map the forecast at ``path``, which was made for ``as_of``.

        Raises:
            DataError: it is damaged.
        """
        try:
            table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
            self.horizon_days: int = table.schema.field(SURVIVAL).type.list_size
        except (OSError, KeyError, AttributeError, pa.ArrowException) as error:
            raise DataError(f"{path} is damaged or old; make it again with: regulars refresh") from error
        self._table: pa.Table = table
        # It knows the batches and not this object: in a circle they would outlive it.
        made = functools.partial(_listed, table.to_batches(), self.horizon_days, as_of)
        self._lists = functools.lru_cache(maxsize=LISTS)(made)

    def close(self) -> None:
        """Let go of the file and of the lists; nobody may ask from then on."""
        self.__dict__.pop("_lists", None)
        self.__dict__.pop("_table", None)

    def check(self) -> None:
        """Read the whole file.

        Raises:
            pyarrow.ArrowException: it is damaged.
        """
        self._table.validate(full=True)

    def listed(self, window_days: int, lead_days: int, min_probability: float) -> pl.DataFrame:
        """Return :func:`regulars.reminders.due` of all customers, by ORDER.

        Raises:
            ConfigError: the window is longer than the forecast.
        """
        return self._lists(window_days, lead_days, min_probability)


def _listed(
    batches: list[pa.RecordBatch],
    horizon_days: int,
    as_of: dt.date,
    window_days: int,
    lead_days: int,
    min_probability: float,
) -> pl.DataFrame:
    nobody = Forecast(pl.DataFrame(schema=SCHEMA), np.empty((0, horizon_days)))
    forecasts = [nobody, *(_forecast(batch, horizon_days) for batch in batches)]
    asked = as_of, window_days, lead_days, min_probability
    return pl.concat([reminders.due(forecast, *asked) for forecast in forecasts]).sort(ORDER)


def _forecast(batch: pa.RecordBatch, horizon_days: int) -> Forecast:
    curves = batch.column(SURVIVAL).flatten().to_numpy(zero_copy_only=True)
    pairs = pl.DataFrame(pl.from_arrow(batch.drop_columns([SURVIVAL])), schema=SCHEMA)
    return Forecast(pairs, curves.reshape(-1, horizon_days))
