"""Making the answers of all customers beforehand, bucket by bucket, with the functions that answer live."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from regulars import features, scale, scoring
from regulars.ledger import Ledger
from regulars.reasons import explain
from regulars.scoring import Champions
from regulars.windows import Snapshot
from serving import offers, profile, reasons
from serving.drafts import created
from serving.drift import Drift, Gathered
from serving.prepared import TABLES
from serving.recommend_contract import RecommendRequest
from serving.standing import whole

Rows = Iterator[tuple[object, ...]]


def build(
    champions: Champions, ledger: Ledger, as_of: dt.date, path: Path, track: scale.Track[int] = scale.silently
) -> Drift | None:
    """Write the answers of all customers of ``ledger`` as of ``as_of`` to the new file ``path``.

    Returns:
        How far these customers are from those of the churn champion's training cut.
    """
    side, names = scale.side(ledger), dict(ledger.items().select("item_id", "name").iter_rows())
    currency, since = ledger.manifest.currency, champions["churn"].meta.as_of
    gathered = Gathered(since, as_of)
    with created(path, TABLES) as connection:
        for bucket in track(ledger.buckets, "answers", len(ledger.buckets)):
            lines = ledger.transactions(bucket, before=as_of).collect()
            table = _gather(gathered, lines, side, since, as_of)
            if table.is_empty():
                continue
            connection.executemany("INSERT INTO standings VALUES (?, ?, ?, ?)", _standings(champions, table, currency))
            for kind in offers.PREPARED:
                made = _offers(champions, lines.join(table, on="customer_id", how="semi"), as_of, kind, currency)
                add = f"INSERT INTO {kind} VALUES (?, ?)"  # noqa: S608 - our own word
                connection.executemany(add, _worded(table["customer_id"].to_list(), made, names))

    return gathered.drift()


def _gather(
    gathered: Gathered, lines: pl.DataFrame, side: features.Side, since: dt.date, as_of: dt.date
) -> pl.DataFrame:
    """Return the rows of a bucket as of ``as_of``, and gather them with those as of ``since``."""
    days = sorted({since, as_of}) if gathered.wants(since) else [as_of]
    table = features.table(lines, side, [Snapshot(day) for day in days])
    for day in days:
        gathered.add(table.filter(pl.col("as_of") == day), day)
    return table.filter(pl.col("as_of") == as_of)


def empty(path: Path) -> None:
    """Write answers of nobody to the new file ``path``."""
    with created(path, TABLES):
        pass


def _standings(champions: Champions, table: pl.DataFrame, currency: str) -> Rows:
    scores = scoring.score(champions, table, curve=True).iter_rows(named=True)
    known = table.iter_rows(named=True)
    why = explain(champions["churn"].estimator, table)
    for row, told, because in zip(scores, known, why, strict=True):
        parts = whole(row, told, currency), reasons.worded(because, currency), profile.view(row, told)
        yield row["customer_id"], *map(orjson.dumps, parts)


def _offers(champions: Champions, lines: pl.DataFrame, as_of: dt.date, kind: Any, currency: str) -> pl.DataFrame:
    return offers.found(
        champions, lines, RecommendRequest(customer_id="all", kind=kind, k=offers.LENGTH), as_of, currency
    )


def _worded(customer_ids: list[str], found: pl.DataFrame, names: dict[str, str | None]) -> Rows:
    """Yield the list of each customer; an empty one where there is nothing to offer."""
    lists: dict[Any, pl.DataFrame] = found.partition_by("customer_id", as_dict=True)
    nothing, order = found.clear(), "rank"
    for customer_id in customer_ids:
        rows = lists.get((customer_id,), nothing).sort(order)
        yield customer_id, orjson.dumps(offers.worded(rows, names))
