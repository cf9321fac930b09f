"""Processes that log families of runs at the same moment, and what must be there when all are done."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from regulars.home import Home
from regulars.tracking import Tracker
from regulars.tracking import client as door
from regulars.tracking.runs import KEY, WINNER

N_CHILDREN = 6
SECONDS = 120
"""After which a process that does not end is taken for stuck."""

_context = multiprocessing.get_context("forkserver")
_stores = [f"mlflow.store.{kind}.sqlalchemy_store" for kind in ("tracking", "model_registry")]
# What takes seconds to load, and nothing that starts threads, which a fork would leave behind.
_context.set_forkserver_preload(["mlflow", "mlflow.pyfunc", *_stores])


def at_once(work: Callable[..., None], arguments: Sequence[tuple[Any, ...]]) -> list[int | None]:
    """Run ``work`` with each of ``arguments``, all beginning at the same moment; return the exit codes."""
    start = _context.Barrier(len(arguments))
    settings = dict(os.environ)
    processes = [_context.Process(target=_begin, args=(start, settings, work, each)) for each in arguments]
    for process in processes:
        process.start()
    try:
        for process in processes:
            process.join(SECONDS)
        return [process.exitcode for process in processes]
    finally:
        for process in processes:
            process.kill()


def _begin(start: Any, settings: dict[str, str], work: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    os.environ.clear()  # the fork server has those of the test that came first
    os.environ.update(settings)
    start.wait(SECONDS)
    work(*arguments)


def family(root: Path, name: str) -> None:
    """Log one parent with its children and a report."""
    with Tracker(Home(root)).experiment("churn", name, {KEY: name, WINNER: "a"}) as parent:
        for number in range(N_CHILDREN):
            parent.child(f"{name} {number}", {"number": number}, {"auc": number / 10}, {"regulars.model": "a"})
        parent.log({"models": "a"})
        parent.json("report.json", {"name": name})
        parent.dataset("ledger", "f" * 32, {"lines": 3})


def broken_off(root: Path, key: str) -> None:
    """Be killed in the middle of a family, as by a power cut."""
    tracker = Tracker(Home(root))
    with tracker.alone("churn", key), tracker.experiment("churn", "broken off", {KEY: key, WINNER: "a"}) as parent:
        parent.child("a", {}, {"auc": 0.5}, {})
        os.kill(os.getpid(), signal.SIGKILL)


def found(home: Home) -> dict[str, dict[str, dict[str, Any]]]:
    """Return what the store has of each finished family: parent -> child -> its params and metrics."""
    tracker, client = Tracker(home), door.connect(home)
    told = {}
    for parent in tracker.parents("churn"):
        assert tracker.report(parent["run_id"]) == {"name": parent["name"]}
        run = client.get_run(parent["run_id"])
        assert run.data.params == {"models": "a"}
        assert [each.dataset.name for each in run.inputs.dataset_inputs] == ["ledger"]
        assert set(run.data.metrics) == {"duration_seconds", "peak_memory_mb"}
        inside = f"tags.`mlflow.parentRunId` = '{parent['run_id']}' and attributes.status = 'FINISHED'"
        children = client.search_runs([run.info.experiment_id], inside)
        told[parent["name"]] = {child.info.run_name: {**child.data.params, **child.data.metrics} for child in children}
    return told


def whole(names: Sequence[str]) -> dict[str, dict[str, dict[str, Any]]]:
    """Return what :func:`found` must return."""
    return {name: {f"{name} {n}": {"number": str(n), "auc": n / 10} for n in range(N_CHILDREN)} for name in names}
