"""One customer of a batch, answered or not."""

import datetime as dt
from collections.abc import Sequence

from serving import standing
from serving.batch_contract import Failed, Scored
from serving.contract import Task, Whole
from serving.customer import unknown


def row(customer_id: str, whole: Whole | None, as_of: dt.date, want: Sequence[Task] | None) -> Scored | Failed:
    """Return how a customer stands, as far as it is wanted; None: why there is no answer."""
    if whole is None:
        detail = unknown(customer_id, as_of).detail
        return {"customer_id": customer_id, "status": "error", "code": "UNKNOWN_CUSTOMER", "detail": detail}
    found = standing.chosen(whole, want, [])
    told = standing.warnings(found)
    return {**found, "customer_id": customer_id, "status": "ok", "as_of": as_of, "warnings": told}
