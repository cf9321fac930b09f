"""Which record each order names: loyalty cards in the till, accounts in the web shop, sheets in the CRM."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from regulars.ingest.simulate.arrays import Ints, scramble
from regulars.ingest.simulate.orders import Orders
from regulars.ingest.simulate.plan import Plan
from regulars.ingest.simulate.population import People
from regulars.ingest.simulate.profiles import instants

LOST_CARD = 0.08
"""Share of people who lose their loyalty card once and get another."""
NEW_ACCOUNT = 0.6
"""Share of people with a new e-mail who open a new account with it."""
SECOND_SHEET, THIRD_SHEET = 0.22, 0.25
"""Share of the CRM's people who are written down again; share of these who are, a third time."""


@dataclass(frozen=True)
class Accounts:
    """The records of a block's people."""

    frame: pl.DataFrame
    """``person`` (place in the block), ``source``, ``slot``, ``day`` and ``created_at`` of creation, ``record_id``,
    ``consented`` (to e-mail, when it was created)."""
    order_id: pl.Series
    """``record_id`` that each order names; null: none."""
    crm: pl.Series
    """``record_id`` of each person's first sheet in the CRM; null: none."""


def accounts(plan: Plan, who: People, facts: pl.DataFrame, made: Orders, rng: np.random.Generator) -> Accounts:
    """Draw the records, and say which of them each order names."""
    known = np.flatnonzero(made.person < who.known)
    slots = np.zeros(len(made.person), dtype=np.int64)
    slots[known] = _slots(plan, who, facts, made, known, rng)
    seen = pl.DataFrame({"person": made.person, "web": made.web, "slot": slots, "day": made.day})
    seen = seen.with_columns(told=pl.Series(made.identified), created_at=pl.Series(made.at.astype("datetime64[us]")))
    opened = (
        seen.filter("told")
        .group_by("person", "web", "slot", maintain_order=True)
        .agg(pl.col("day", "created_at").min())
    )
    opened = opened.with_columns(source=pl.when("web").then(pl.lit("web")).otherwise(pl.lit("till"))).drop("web")
    sheets = _sheets(plan, who, rng)
    frame = pl.concat([opened.select(sheets.columns), sheets]).sort("person", "source", "slot")
    frame = frame.with_columns(record_id=_record_id(who, facts, frame))
    consented = rng.random(frame.height) < 0.5
    first_sheet = frame.select((pl.col("source") == "crm") & (pl.col("slot") == 0)).to_series().to_numpy()
    mailed = (who.mail_until > who.crm_day)[frame["person"].to_numpy()]
    frame = frame.with_columns(consented=pl.Series(np.where(first_sheet, mailed, consented)))
    crm = pl.DataFrame({"person": np.arange(who.known)}).join(
        frame.filter((pl.col("source") == "crm") & (pl.col("slot") == 0)),
        on="person",
        how="left",
        maintain_order="left",
    )
    return Accounts(frame, _named(seen, frame), crm["record_id"])


def _slots(plan: Plan, who: People, facts: pl.DataFrame, made: Orders, known: Ints, rng: np.random.Generator) -> Ints:
    """Which card, and which account, an order names: the second after a loss, or after a new e-mail."""
    person, day, web = made.person[known], made.day[known], made.web[known]
    n = who.known
    life = np.minimum(who.stopped[:n], plan.days) - who.entered[:n]
    lost = np.where(rng.random(n) < LOST_CARD, who.entered[:n] + rng.random(n) * life, np.inf)
    changed = facts["email_day"].to_numpy()
    first_web = np.full(n, np.inf)
    np.minimum.at(first_web, person[web], day[web])
    opens = (rng.random(n) < NEW_ACCOUNT) | (first_web >= changed)
    return np.where(web, opens[person] & (day >= changed[person]), day >= lost[person]).astype(np.int64)


def _sheets(plan: Plan, who: People, rng: np.random.Generator) -> pl.DataFrame:
    """The CRM writes people down on their ``crm_day``, and some again later, as if they were new."""
    n = who.known
    day = [who.crm_day[:n]]
    for share in (SECOND_SHEET, THIRD_SHEET):
        again = rng.random(n) < share
        day.append(np.where(again, day[-1] + 5 + rng.exponential(250, n), np.inf))
    slot, person = np.nonzero(np.array(day) < plan.days)
    days = np.array(day)[slot, person]
    office = np.floor(days) + rng.uniform(9, 17, len(days)) / 24
    frame = pl.DataFrame({"person": person, "source": ["crm"] * len(person), "slot": slot, "day": days})
    return frame.with_columns(instants(plan, office).alias("created_at"))


def _record_id(who: People, facts: pl.DataFrame, frame: pl.DataFrame) -> pl.Series:
    person, slot = frame["person"].to_numpy(), frame["slot"].to_numpy()
    number = who.number[person]
    kind = frame["source"]
    ids: dict[str, pl.Series] = {
        "till": "K" + _digits(number * 2 + slot),
        "crm": "C" + _digits(number * 3 + slot),
    }
    mails = [facts[f"email_{i}"].gather(person) for i in (0, 1)]
    ids["web"] = pl.select(pl.when(pl.Series(slot == 0)).then(mails[0]).otherwise(mails[1])).to_series()
    return pl.select(pl.coalesce(pl.when(kind == name).then(value) for name, value in ids.items())).to_series()


def _digits(number: Ints) -> pl.Series:
    return pl.Series(scramble(number, 8)).cast(pl.String).str.zfill(8)


def _named(seen: pl.DataFrame, frame: pl.DataFrame) -> pl.Series:
    source = pl.when("web").then(pl.lit("web")).otherwise(pl.lit("till"))
    named = seen.with_columns(source=source).join(
        frame.select("person", "source", "slot", "record_id"),
        on=["person", "source", "slot"],
        how="left",
        maintain_order="left",
    )
    return named.select(pl.when("told").then("record_id")).to_series().alias("customer_id")
