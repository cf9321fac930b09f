"""Events of customers, counted a day once, and handed out to those a table is about."""

import numpy as np
import polars as pl

from regulars.features.codes import coded
from regulars.features.rollup import DAY_US, Ints, Rollup, keys, running, starts, sums

KINDS = {"looks": ("view", "cart", "wish", "email_click"), "mails": ("email_sent", "email_open", "email_click")}
"""Roll-up -> the kinds of events it counts."""


class Contacts:
    """All events of a shop, by customer and day.

    >>> import datetime as dt
    >>> at = [dt.datetime(2024, 1, 2), dt.datetime(2024, 1, 2), dt.datetime(2024, 1, 3)]
    >>> events = pl.DataFrame({"customer_id": ["ben", "ben", "ann"], "kind": ["view", "cart", "view"], "at": at})
    >>> looks = Contacts(events, KINDS["looks"]).of(pl.Series(["ben"]))
    >>> looks.columns["n"].tolist(), looks.columns["cart"].tolist()
    ([2], [1])
    """

    def __init__(self, events: pl.DataFrame, kinds: tuple[str, ...]) -> None:
        """Count the events (``schema.EVENTS``) of some kinds: a column a kind, and ``n`` for all of them."""
        wanted = events.filter(pl.col("kind").is_in(kinds))
        customer, names = coded(wanted["customer_id"])
        key = keys(customer, wanted["at"].to_physical().to_numpy() // DAY_US)
        order = np.argsort(key, kind="stable")
        start, kind = starts(key[order]), wanted["kind"].to_numpy()[order]
        counts = {name: sums(kind == name, start) for name in kinds}
        self._code = {name: code for code, name in enumerate(names.to_list())}
        self._all = Rollup(key[order][start], counts | {"n": np.diff(start, append=len(order))})

    def of(self, customer_ids: pl.Series) -> Rollup:
        """Return the roll-up of some customers, whose codes are their places."""
        code = np.array([self._code.get(name, -1) for name in customer_ids.to_list()], np.int64)
        begin, end = (np.searchsorted(self._all.customer, code, side) for side in ("left", "right"))
        n: Ints = end - begin
        place = np.arange(n.sum()) + np.repeat(begin - running(n)[:-1], n)
        key = keys(np.repeat(np.arange(len(code)), n), self._all.day[place])
        return Rollup(key, {name: values[place] for name, values in self._all.columns.items()})
