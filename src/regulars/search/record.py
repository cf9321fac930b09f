"""A search in MLflow: one run with all trials."""

from regulars import passport
from regulars.search.story import Found
from regulars.tracking import Tracker
from regulars.tracking.runs import KEY


def record(found: Found, tracker: Tracker) -> str | None:
    """Log the search as one run; return its id, or None where nothing is new since the last time."""
    asked, told = found.asked, found.summary()
    if tracker.find(asked.spec.task, found.key) is not None:
        return None
    tags = {
        **passport.tags(asked.ledger, [asked.search, asked.spec]),
        "regulars.level": "search",
        "regulars.model": asked.spec.name,
        "mlflow.note.content": f"{asked.spec.name}: {found.lead.sentence if found.lead else 'nothing better found'}.",
    }
    facts = {name: told[name] for name in ("model", "study", "metric", "before", "horizon_days", "snapshots", "seeds")}
    values = {"trials": len(found.trials), "value": found.best.value, "present_value": found.present.value}
    with tracker.experiment(asked.spec.task, f"search {asked.spec.name}", tags) as run:
        run.log({**facts, **values, **found.best.parameters})
        run.json("search.json", told)
        manifest = asked.ledger.manifest
        run.dataset("ledger", asked.ledger.fingerprint, {"lines": manifest.n_lines, "customers": manifest.n_customers})
        run.tag(KEY, found.key)
    return run.run_id
