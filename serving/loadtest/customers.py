"""Whom to ask about: customers of the release that answers."""

import contextlib
from pathlib import Path

from regulars.errors import MissingError
from serving import release
from serving.loadtest.scenarios import Shop
from serving.sqlite import ReadOnly
from serving.store import Store


def shop(releases: Path, at_most: int = 5000) -> Shop:
    """Return customers of the release that answers, and the day of its data.

    Args:
        releases: folder of the releases.
        at_most: number of customers.

    Raises:
        MissingError: there is no release, or it has no customers.
    """
    folder = release.current(releases)
    if folder is None:
        raise MissingError(f"nothing to answer from in {releases}; make it with: regulars package")
    path = folder / release.STORE
    with Store(path) as store:
        day = store.header.data_through
    with contextlib.closing(ReadOnly(path)) as file:
        rows = file.all("SELECT customer_id FROM histories ORDER BY customer_id LIMIT ?", at_most)
    if not rows:
        raise MissingError(f"{folder} knows no customers; make another with: regulars package")
    return Shop([who for (who,) in rows], day)
