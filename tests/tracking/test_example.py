"""What MLflow's page shows of a model: its signature, and a question that it answers."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from regulars import artefact, training
from regulars.config import Training, read_model
from regulars.home import Home
from regulars.ledger import Ledger
from regulars.tracking import client as door
from regulars.tracking import model_code
from regulars.tracking.answering import answer
from regulars.tracking.example import example

AS_OF = dt.date(2023, 9, 1)
ANSWERS = {
    "churn_recency": ["churn_probability"],
    "timing_median_gap": [f"S_{day}" for day in range(1, 31)],
    "spend_pace": ["expected_spend"],
    "recommend_own_top": ["customer_id", "rank", "item_id", "score", "source", "reason"],
    "replenish_own_gap": ["customer_id", "unit", "item_id", "last_bought"],
}
SETTINGS = {"recommend_own_top": {"as_of", "k"}, "replenish_own_gap": {"as_of"}}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_model_of_any_task_is_logged_with_a_question_that_it_answers(
    name: str, small_ledger: Ledger, home: Home, tmp_path: Path
) -> None:
    fitted = training.fit(read_model(name), small_ledger, AS_OF, Training(horizon_days=30, n_snapshots=2), 0, None)
    artefact.write(tmp_path / name, fitted)
    known = example(fitted)
    assert 1 <= len(known.input_example) <= 5
    assert set(known.input_example["customer_id"]) == {"anna"}  # nobody's data
    told = [column.name for column in known.signature.outputs.inputs]
    assert told[: len(ANSWERS[name])] == ANSWERS[name]
    assert {each.name for each in known.signature.params or ()} == SETTINGS.get(name, set())
    client = door.connect(home)
    with door.mlflow.start_run(experiment_id=door.experiment_id(client, home, "churn")):
        logged = door.mlflow.pyfunc.log_model(
            name="model",
            python_model=str(model_code.__file__),
            artifacts={"fitted": str(tmp_path / name)},
            pip_requirements=["regulars"],
            signature=known.signature,
            input_example=known.input_example,
        )
    loaded = door.mlflow.pyfunc.load_model(logged.model_uri)
    expected = answer(fitted, known.input_example)
    pd.testing.assert_frame_equal(loaded.predict(loaded.input_example), expected, check_dtype=False)
    pd.testing.assert_frame_equal(loaded.predict(known.input_example), expected)
    assert len(expected) > 0
