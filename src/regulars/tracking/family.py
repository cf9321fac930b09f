"""What the children of a parent run were logged with."""

from regulars.home import Home
from regulars.tracking import client as door


def candidates(home: Home, run_id: str) -> dict[str, dict[str, float]]:
    """Return the metrics of the candidates of a parent run, by candidate; none where the run is unknown."""
    client = door.connect(home)
    try:
        experiment = client.get_run(run_id).info.experiment_id
    except door.mlflow.exceptions.MlflowException:
        return {}
    family = f"tags.`mlflow.parentRunId` = '{run_id}' and tags.`regulars.level` = 'candidate'"
    found = client.search_runs([experiment], family)
    return {run.data.tags["regulars.model"]: dict(run.data.metrics) for run in found}
