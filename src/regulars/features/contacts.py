"""Events of customers, counted a day once, and handed out to those a table is about."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from regulars.features.codes import coded
from regulars.features.rollup import DAY_US, Ints, Rollup, keys, running, starts, sums

KINDS = {"looks": ("view", "cart", "wish", "email_click"), "mails": ("email_sent", "email_open", "email_click")}
"""Roll-up -> the kinds of events it counts."""
COLUMNS = ("customer_id", "kind", "at")
"""What is read of ``schema.EVENTS``."""


class Contacts:
    """All events of a shop, by customer and day.

    >>> import datetime as dt
    >>> at = pl.Series([dt.datetime(2024, 1, 2), dt.datetime(2024, 1, 2), dt.datetime(2024, 1, 3)])
    >>> events = pl.DataFrame({"customer_id": ["ben", "ben", "ann"], "kind": ["view", "email_sent", "view"], "at": at})
    >>> found = Contacts(events).of(pl.Series(["ben"]))
    >>> found["looks"].columns["n"].tolist(), found["mails"].columns["email_open"].tolist()
    ([1], [0])
    """

    def __init__(self, events: pl.DataFrame) -> None:
        """Count the events (``COLUMNS`` of ``schema.EVENTS``) of each kind."""
        customer, names = coded(events["customer_id"])
        kind, kinds = coded(events["kind"])
        key = keys(customer, events["at"].cast(pl.Int64).to_numpy() // DAY_US)
        order = np.argsort(key, kind="stable")
        key, kind = key[order], kind[order]
        start = starts(key)
        code = {name: code for code, name in enumerate(kinds.to_list())}
        wanted = sorted({name for names in KINDS.values() for name in names})
        self._code = {name: code for code, name in enumerate(names.to_list())}
        self._all = Rollup(key[start], {name: sums(kind == code.get(name, -1), start) for name in wanted})

    def of(self, customer_ids: pl.Series) -> dict[str, Rollup]:
        """Return the roll-ups of KINDS for some customers, whose codes are their places; ``n`` counts all kinds."""
        code = np.array([self._code.get(name, -1) for name in customer_ids.to_list()], np.int64)
        begin, end = (np.searchsorted(self._all.customer, code, side) for side in ("left", "right"))
        n: Ints = end - begin
        place = np.arange(n.sum()) + np.repeat(begin - running(n)[:-1], n)
        key = keys(np.repeat(np.arange(len(code)), n), self._all.day[place])
        counts = {name: values[place] for name, values in self._all.columns.items()}
        return {name: _of_kinds(key, counts, kinds) for name, kinds in KINDS.items()}


def _of_kinds(key: Ints, counts: Mapping[str, Ints], kinds: tuple[str, ...]) -> Rollup:
    """Return the days with events of some kinds."""
    n = sum((counts[kind] for kind in kinds), np.zeros(len(key), np.int64))
    some = n > 0
    return Rollup(key[some], {kind: counts[kind][some] for kind in kinds} | {"n": n[some]})
