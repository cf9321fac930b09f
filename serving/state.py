"""What answers right now, and from which data."""

import datetime as dt

import regulars
from serving import drift
from serving.contract import Drifted, DriftState, ModelsAnswer
from serving.release import Release


def answer(release: Release, today: dt.date, request_id: str) -> ModelsAnswer:
    """Return which models answer, and from which data."""
    header = release.store.header
    return {
        **release.answer(tuple(release.models), today, request_id, []),
        "regulars_version": regulars.__version__,
        "release": release.name,
        "store": {
            "as_of": header.as_of,
            "fingerprint": header.fingerprint,
            "currency": header.currency,
            "n_customers": header.n_customers,
        },
        "drift": _drift(release),
    }


def _drift(release: Release) -> DriftState | None:
    found = release.drift
    if found is None:
        return None
    largest: list[Drifted] = [{"feature": name, "psi": psi} for name, psi in found.largest(drift.TOLD)]
    return {"since": found.since, "highest": found.highest, "largest": largest}
