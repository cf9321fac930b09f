"""Reports of made-up experiments, and where they come from."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from regulars import report
from regulars.comparing import Source
from regulars.evaluation import classification
from regulars.judging import Cost
from regulars.ledger import Ledger
from tests.report.made import churn, outcome

N = 400
RNG = np.random.default_rng(5)
CHURNED = RNG.random(N) < 0.4
SURE, FAIR, LOST = (np.clip(0.5 + by * (CHURNED - 0.5) + RNG.normal(0, 0.25, N), 0, 1) for by in (0.8, 0.3, 0.0))
FEATURES = pl.DataFrame({"customer_id": [f"C{number:03}" for number in range(N)], "spend_365": RNG.integers(0, 900, N)})
ANSWERS = {"churn_recency": (LOST, LOST), "churn_btyd": (FAIR, FAIR), "churn_hazard": (SURE, SURE)}


def source(ledger: Ledger, *, costs: bool = False, **changes: Any) -> Source:
    """Return the source of an experiment of three candidates: a rule, a fair one and a good one, which wins.

    Args:
        ledger: what the report names as its data.
        costs: whether the run is known, and what each fit took.
        changes: ``answers`` (candidate -> probabilities, an array a snapshot), or fields of the experiment.
    """
    answers = changes.pop("answers", ANSWERS)
    told = {name: [{**each, "metrics": _metrics(each)} for each in churn(CHURNED, *p)] for name, p in answers.items()}
    made = outcome(
        "churn", "auc", told,
        features=FEATURES, slice_of=np.arange(N) % 2 + 1,
    )  # fmt: skip
    made.experiment = made.experiment.model_copy(update=changes)
    found = report.build(made, ledger)
    spent = {name: Cost(1.5 * place, 0.25, 2.0) for place, name in enumerate(answers, 1)} if costs else {}
    return Source(found, "f" * 32 if costs else None, spent)


def _metrics(answer: Mapping[str, Any]) -> dict[str, float]:
    return classification.churn_metrics(answer["churned"], answer["probability"])
