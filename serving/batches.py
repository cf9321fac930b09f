"""Batches: one customer of them, answered or not, and many computed a few at a time."""

import datetime as dt
from collections.abc import Mapping, Sequence

from serving import customer, predicted, standing
from serving.batch_contract import BatchRequest, Failed, Scored
from serving.contract import Task, Warned, Whole
from serving.release import Release
from serving.sales import Sale

CHUNK = 100
"""Customers that are computed at once: a table of a thousand takes 200 MB more, and is hardly quicker."""


def row(
    customer_id: str,
    whole: Whole | None,
    as_of: dt.date,
    want: Sequence[Task] | None,
    warnings: Sequence[Warned],
) -> Scored | Failed:
    """Return how a customer stands, as far as it is wanted, with the ``warnings`` of all; None: why there is none."""
    if whole is None:
        detail = customer.unknown(customer_id, as_of).detail
        return {"customer_id": customer_id, "status": "error", "code": "UNKNOWN_CUSTOMER", "detail": detail}
    found = standing.chosen(whole, want, [])
    told = [*warnings, *standing.warnings(found)]
    return {**found, "customer_id": customer_id, "status": "ok", "as_of": as_of, "warnings": told}


def computed(release: Release, asked: Mapping[str, Sequence[Sale]], as_of: dt.date) -> dict[str, Whole]:
    """Return all that can be said of customers with their fresh purchases as of a day; nothing of strangers."""
    found: dict[str, Whole] = {}
    for first in range(0, len(asked), CHUNK):
        chunk = dict(list(asked.items())[first : first + CHUNK])
        table = customer.several(release.store, chunk, as_of)
        if not table.is_empty():
            found |= zip(table["customer_id"], predicted.wholes(release, table), strict=True)
    return found


def is_heavy(release: Release, request: BatchRequest, today: dt.date) -> bool:
    """Whether a batch is computed, and in several chunks: a worker has memory for one such at a time."""
    return len(request.customer_ids) > CHUNK and (request.as_of or today) != release.as_of
