"""An interrupted experiment goes on where it was, and ends as if it had never been interrupted."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from regulars import config, experiment, report, training, workshop
from regulars.experiment import Outcome
from regulars.home import Home
from regulars.kept_fits import KeptFits
from regulars.ledger import Ledger
from regulars.tracking import Tracker
from tests.test_experiment import MODELS, asked

NewHome = Callable[[Path], Home]


def run(folder: Path, ledger: Ledger, kept: KeptFits | None = None) -> Outcome:
    return experiment.run(config.read_experiment(folder), ledger, kept=kept)


@pytest.mark.parametrize("task", sorted(MODELS))
def test_what_was_kept_is_what_was_found(task: str, small_ledger: Ledger, tmp_path: Path) -> None:
    folder, kept = asked(tmp_path, task), KeptFits(tmp_path / "fits")
    first = run(folder, small_ledger, kept)
    again = run(folder, small_ledger, kept)
    assert (first.n_kept, again.n_kept) == (0, len(first.verdicts))
    for one, other in zip(first.verdicts, again.verdicts, strict=True):
        assert (one.model, one.as_of, one.seed, one.metrics) == (other.model, other.as_of, other.seed, other.metrics)
        assert (one.cost, one.importance) == (other.cost, other.importance)
        assert one.cost is not None
        assert one.cost.model_mb > 0.0
        assert {name: values.dtype for name, values in one.values.items()} == {
            name: values.dtype for name, values in other.values.items()
        }
        for name, values in one.values.items():
            np.testing.assert_array_equal(values, other.values[name])
        np.testing.assert_array_equal(one.answer, other.answer)
    written = [json.dumps(report.build(each, small_ledger)) for each in (first, again, run(folder, small_ledger))]
    assert written[0] == written[1] == written[2]


def test_another_candidate_is_the_only_one_to_be_fitted(
    small_ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, kept = asked(tmp_path, "churn"), KeptFits(tmp_path / "fits")
    run(folder, small_ledger, kept)
    fitted = []
    fit = training.fit
    monkeypatch.setattr(training, "fit", lambda spec, *rest: fitted.append(spec.name) or fit(spec, *rest))
    more = """models = ["churn_recency", "churn_lightgbm", "few"] #"""
    wider = asked(tmp_path / "wider", "churn", models=more)
    with (wider / "experiment.toml").open("a", encoding="utf-8") as file:
        file.write('[variants.few]\nof = "churn_lightgbm"\nparameters = { rounds = 3 }\n')
    found = run(wider, small_ledger, kept)
    assert fitted == ["few"] * 4
    assert found.n_kept == 6
    assert len(found.verdicts) == 10


def test_a_damaged_file_is_fitted_again(small_ledger: Ledger, tmp_path: Path) -> None:
    folder, kept = asked(tmp_path, "churn"), KeptFits(tmp_path / "fits")
    first = run(folder, small_ledger, kept)
    files = sorted(kept.folder.iterdir())
    files[0].write_bytes(files[0].read_bytes()[:100])
    files[1].write_bytes(b"")
    again = run(folder, small_ledger, kept)
    assert again.n_kept == len(files) - 2
    assert json.dumps(report.build(again, small_ledger)) == json.dumps(report.build(first, small_ledger))


def test_a_parameter_a_seed_and_what_is_learned_from_are_other_fits(small_ledger: Ledger, tmp_path: Path) -> None:
    kept = KeptFits(tmp_path / "fits")
    run(asked(tmp_path / "one", "churn"), small_ledger, kept)
    assert run(asked(tmp_path / "two", "churn", seeds="seeds = [2, 3] #"), small_ledger, kept).n_kept == 2
    assert run(asked(tmp_path / "six", "churn", n_snapshots="n_snapshots = 2 #"), small_ledger, kept).n_kept == 0
    assert run(asked(tmp_path / "ten", "churn", n_resamples="n_resamples = 9 #"), small_ledger, kept).n_kept == 6


@pytest.mark.parametrize("n_kills", [3, pytest.param(20, marks=pytest.mark.slow)])
def test_killed_at_random_moments_it_ends_with_the_same_report(
    n_kills: int, small_ledger: Ledger, new_home: NewHome, tmp_path: Path
) -> None:
    """Nothing is left of a run that was killed but fits; the registry and the list of runs know only whole ones."""
    calm = asked(tmp_path / "calm", "churn")
    workshop.run(calm, small_ledger, new_home(tmp_path / "calm_home"))
    home, folder = new_home(tmp_path / "home"), asked(tmp_path / "stormy", "churn")
    command = [
        sys.executable,
        "-c",
        "from regulars.cli import main; main()",
        "run",
        str(folder),
        "--ledger",
        str(small_ledger.path),
    ]
    environment = {**os.environ, "REGULARS_HOME": str(home.root)}
    moments = np.random.default_rng(0)
    longest = 12.0
    for _ in range(n_kills):
        began = time.perf_counter()
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(moments.uniform(0.5, longest))
                longest = time.perf_counter() - began  # it was done before: kill earlier
                (folder / "report.json").unlink()
                for file in home.fits.iterdir():
                    file.unlink()
            process.send_signal(signal.SIGKILL)
    found = workshop.run(folder, small_ledger, home)
    assert (folder / "report.json").read_bytes() == (calm / "report.json").read_bytes()
    assert Tracker(home).parents("churn")[0]["tags"]["regulars.winner"] == found.report["winner"]
