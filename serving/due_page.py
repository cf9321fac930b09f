"""A page of the list of reminders, in the words of the interface."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from typing import Any

import polars as pl

from regulars.errors import ConfigError
from regulars.features.repurchase import Units
from serving import due_cursor, identities
from serving.contract import Warned
from serving.due import ORDER, Due
from serving.due_contract import DueAnswer, DueRequest, DueRow
from serving.due_cursor import Key
from serving.fresh import Fresh
from serving.problems import Problem, invalid
from serving.release import Release
from serving.sales import Sale

Among = Callable[[Collection[str]], Fresh[dict[str, list[Sale]]]]
"""Looks up the purchases of customers that came in since the release was made."""


def answer(release: Release, among: Among, request: DueRequest, today: dt.date, request_id: str) -> DueAnswer:
    """Return a page of the list.

    Args:
        release: whose forecast and customers answer.
        among: looks up the purchases that came in since; a row that they have settled is left out.
        request: what is asked.
        today: to tell whether the list is of a day that is past.
        request_id: goes into the answer.

    Raises:
        Problem: AS_OF_OUT_OF_RANGE, MODEL_NOT_READY or INVALID_FIELD.
    """
    rows, cursor = _page(_listed(release, request), request)
    fresh = among(rows["customer_id"].unique().to_list())
    left = _unsettled(rows, fresh.lines, release) if fresh.lines else rows
    names = release.names(left["item_id"].unique().to_list())
    return {
        **release.answer(("replenish",), release.as_of, request_id, [*fresh.warnings, *_warnings(release, today)]),
        "due": _worded(left, names, release, request),
        "next_cursor": cursor,
    }


def of(release: Release, customer_id: str, bought: list[Sale]) -> list[DueRow] | None:
    """Return what one customer is about to run out of, without what they have ``bought`` since.

    None where there is no list.
    """
    if release.due is None:
        return None
    window = min(DueRequest().window_days, release.due.horizon_days)
    asked = DueRequest(customer_ids=(customer_id,), window_days=window)
    rows = _listed(release, asked)
    whose = identities.customer_of(release.store, customer_id)
    left = _unsettled(rows, {whose: bought}, release) if bought else rows
    return _worded(left, release.names(left["item_id"].to_list()), release, asked)


def _listed(release: Release, request: DueRequest) -> pl.DataFrame:
    """Return the whole list, of those who are asked about."""
    kept = _kept(release)
    if identities.day(release.store, request.as_of) not in (None, release.as_of):
        text = f"the list is for {release.as_of}, not for {request.as_of}; ask for that day, or leave as_of out"
        raise Problem("AS_OF_OUT_OF_RANGE", text)
    try:
        rows = kept.listed(request.window_days, request.lead_days, request.min_probability)
    except ConfigError as error:
        raise invalid("window_days", str(error)) from error
    if request.customer_ids is None:
        return rows
    whose = identities.customers_of(release.store, request.customer_ids).values()
    return rows.filter(pl.col("customer_id").is_in(list(whose)))


def _kept(release: Release) -> Due:
    if "replenish" not in release.champions.by_task:
        text = "no champion for replenish; train one with: regulars train --task replenish --as-of DATE"
        raise Problem("MODEL_NOT_READY", f"{text}, then: regulars refresh")
    if release.due is None:
        raise Problem("MODEL_NOT_READY", "no customers to remind; make a release with: regulars refresh")
    return release.due


def _page(listed: pl.DataFrame, request: DueRequest) -> tuple[pl.DataFrame, str | None]:
    """Return the rows behind the cursor, and the cursor behind them where there are more."""
    key = due_cursor.read(request)
    rest = listed if key is None else listed.filter(due_cursor.behind(key))
    rows = rest.head(request.limit)
    if rows.height == rest.height:
        return rows, None
    return rows, due_cursor.written(request, Key(*rows.select(ORDER).row(-1)))


def _warnings(release: Release, today: dt.date) -> list[Warned]:
    """Return a warning where the list is of a day that is past."""
    days = (today - release.as_of).days
    if days < 1:
        return []
    text = f"the list is for {release.as_of}, {days} days before today; make today's with: regulars refresh"
    return [{"code": "STALE_DATA", "text": text}]


def _unsettled(rows: pl.DataFrame, fresh: Mapping[str, list[Sale]], release: Release) -> pl.DataFrame:
    """Return the rows without those whose customer has bought something of the kind on a later day."""
    bought = pl.DataFrame(
        [(who, sale.item_id, sale.purchased_at) for who, lines in fresh.items() for sale in lines if sale.quantity > 0],
        schema={"customer_id": pl.String, "item_id": pl.String, "day": pl.Datetime("us")},
        orient="row",
    )
    units: Units = release.champions["replenish"].estimator.shop_.units
    last = units.attach(bought).group_by("customer_id", "unit").agg(pl.col("day").max().dt.date())
    joined = rows.join(last, on=["customer_id", "unit"], how="left", maintain_order="left")
    return joined.filter(pl.col("day").is_null() | (pl.col("day") <= pl.col("last_bought")))


def _worded(rows: pl.DataFrame, names: Mapping[str, str | None], release: Release, asked: DueRequest) -> list[DueRow]:
    """Return rows in the words of the interface; customers go by the ids under which they were ``asked`` about."""
    back: dict[str, str] = {}
    for written, whose in identities.customers_of(release.store, asked.customer_ids or ()).items():
        back.setdefault(whose, written)
    return [_row(row, names, back.get(row["customer_id"], row["customer_id"])) for row in rows.iter_rows(named=True)]


def _row(row: Mapping[str, Any], names: Mapping[str, str | None], customer_id: str) -> DueRow:
    return {
        "customer_id": customer_id,
        "item_id": row["item_id"],
        "name": names.get(row["item_id"]),
        "last_bought": row["last_bought"],
        "typical_days": row["typical_days"],
        "due_date": row["due_date"],
        "remind_on": row["remind_on"],
        "interval_80": (row["earliest"], row["latest"]),
        "probability": row["probability"],
        "basis": row["basis"],
    }
