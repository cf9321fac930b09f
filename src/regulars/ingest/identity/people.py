"""Who is who: one ``person_id`` for each record, and the way back."""

import polars as pl

from regulars.errors import MissingError
from regulars.ingest.identity.columns import ordered
from regulars.ingest.identity.grouping import grouped

APART = pl.Schema({"left_id": pl.String, "right_id": pl.String})
"""Pairs of records of which a human has said that they are two people; the smaller id (as text) first."""


def people(customer_ids: pl.Series, pairs: pl.DataFrame, apart: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return ``customer_id`` and ``person_id`` of each record, by ``customer_id``.

    People are the connected components of ``pairs`` (``left_id``, ``right_id``, ``rule``, ``probability``). Pairs in
    ``apart`` (``left_id``, ``right_id``) are not used, and where two records that are apart would still meet through
    others, the weakest pair on the way is cut too: exact keys hold longer than the model's links, the more
    probable longer than the less probable.

    ``person_id`` is the smallest ``customer_id`` of the person, the shorter before the longer, so that ``9`` comes
    before ``10``. Systems count upwards: a record that comes later joins a person without renaming it, unless it
    joins two people or comes from a system with shorter ids.

    >>> pairs = pl.DataFrame({"left_id": ["10"], "right_id": ["9"], "rule": ["email"], "probability": [0.99]})
    >>> people(pl.Series(["9", "10", "11"]), pairs).rows()
    [('10', '9'), ('11', '11'), ('9', '9')]
    """
    ids = customer_ids.cast(pl.String).unique().sort().alias("customer_id")
    separate = ordered(apart) if apart is not None else pl.DataFrame(schema=APART)
    kept = pairs.join(separate, on=list(APART), how="anti")
    frame = ids.to_frame().with_columns(person=pl.Series(grouped(ids, kept, separate)))
    first = pl.col("customer_id").sort_by(pl.col("customer_id").str.len_chars(), "customer_id").first()
    return frame.select("customer_id", person_id=first.over("person"))


def merges(people: pl.DataFrame) -> pl.DataFrame:
    """Return the people who join two records or more: ``person_id``, ``records`` (list of ids) and ``n_records``.

    >>> merges(pl.DataFrame({"customer_id": ["a", "b", "c"], "person_id": ["a", "a", "c"]})).rows()
    [('a', ['a', 'b'], 2)]
    """
    found = people.group_by("person_id").agg(records=pl.col("customer_id").sort(), n_records=pl.len())
    return found.filter(pl.col("n_records") > 1).sort("person_id")


def undo(people: pl.DataFrame, person_id: str) -> pl.DataFrame:
    """Return the pairs to set apart so that a merge is undone: every record of the person stands alone again.

    ``person_id`` may also be the id of any record of the person. All pairs of the records are named, so that later
    evidence, or a further record, does not join them again. Add the answer to the others that are apart, and
    ``people`` gives what it gave before the merge, for these records and all others; take it out, and the merge is
    back.

    Raises:
        MissingError: no such person or record, or it joins no two records.

    >>> table = pl.DataFrame({"customer_id": ["a", "b", "c"], "person_id": ["a", "a", "c"]})
    >>> undo(table, "a").rows()
    [('a', 'b')]
    """
    members = _members(people, person_id)
    return ordered(members.join(members, how="cross", suffix="_right").rename(_NAMES))


def separate(people: pl.DataFrame, customer_id: str) -> pl.DataFrame:
    """Return the pairs to set apart so that one record leaves its person; the others stay as far as they hold.

    Records that only this one held together part as well: no evidence of their own joins them.

    Raises:
        MissingError: no such record, or it is joined to no other.

    >>> table = pl.DataFrame({"customer_id": ["a", "b", "c"], "person_id": ["a", "a", "a"]})
    >>> separate(table, "c").rows()
    [('a', 'c'), ('b', 'c')]
    """
    members = _members(people, customer_id)
    return ordered(members.with_columns(customer_id_right=pl.lit(customer_id)).rename(_NAMES))


_NAMES = {"customer_id": "left_id", "customer_id_right": "right_id"}


def _members(people: pl.DataFrame, record: str) -> pl.DataFrame:
    person = people.filter(pl.col("customer_id") == record)["person_id"]
    members = people.filter(pl.col("person_id").is_in(person.implode())).select("customer_id")
    if members.is_empty():
        raise MissingError(f"no record {record!r}; `person_id` or `customer_id` of the people table names one")
    if members.height < 2:
        raise MissingError(f"{record!r} is joined to no other record; there is nothing to undo")
    return members
