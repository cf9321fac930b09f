"""The service as BentoML packages and runs it: one process a core, our app in front of all that is BentoML's.

BentoML also imports this module to build a Bento and to supervise the workers, so it loads next to nothing;
models, Polars and LightGBM come when a worker starts.
"""

import gc
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, TypeVar

import bentoml
from starlette.types import ASGIApp, Receive, Scope, Send

# Named here, while BentoML has the Bento on Python's path: later it would be the one that is installed, if any.
import regulars  # noqa: F401
from serving import environment

PACKAGED = Path(__file__).resolve().parents[1] / "release"
"""Where a Bento keeps the release of nobody, which answers where no other is named: beside this package."""

T = TypeVar("T")

ONE_THREAD = ("OMP_NUM_THREADS", "POLARS_MAX_THREADS")
"""A process has one core, so more threads would only wait for each other."""

UNUSED = ("pandas", "sklearn")
"""What LightGBM loads wherever it finds it: two seconds and 100 MB that no answer needs."""


def load() -> ASGIApp:
    """Return the app over the release that the environment names, or over the Bento's own.

    Where it cannot be read, the app answers MODEL_NOT_READY and says why: a process that is up and
    says what it lacks is easier to mend than one that is started again and again.
    """
    for name in UNUSED:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type] # how Python spells "not installed"

    from regulars.errors import RegularsError  # noqa: PLC0415 - only in a worker
    from serving import live  # noqa: PLC0415
    from serving.app import create_app  # noqa: PLC0415
    from serving.clock import clock  # noqa: PLC0415
    from serving.guard import from_environment  # noqa: PLC0415
    from serving.sales import opened  # noqa: PLC0415

    answering = live.Live()
    try:
        today = clock(os.environ.get(environment.CLOCK))
        sales = _named(environment.PURCHASES, opened)
        releases = _named(environment.RELEASES, Path)
        guard = from_environment(os.environ)
        live.begin(answering, releases, PACKAGED, sales)
    except RegularsError as error:
        return create_app(live.Live(missing=str(error)), lambda header: header.as_of)
    return create_app(answering, today, guard)


def _named(variable: str, kind: Callable[[str], T]) -> T | None:
    """Return what is at the place that a variable of the environment names, if it names one."""
    named = os.environ.get(variable)
    return kind(named) if named else None


class Worker:
    """One process of the service: loads the champions once, then only answers."""

    app: ClassVar[ASGIApp]
    """Set when the models are loaded, which is before the process listens."""

    def __init__(self) -> None:
        """Load, and keep the garbage collector from walking through what was loaded."""
        if environment.METRICS in os.environ:
            # BentoML's is emptied whenever another service of the home starts.
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = os.environ[environment.METRICS]
        from serving import logs  # noqa: PLC0415 - only in a worker

        logs.start()
        Worker.app = load()
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 20)


class Outermost(bentoml.Service[Worker]):  # type: ignore[misc] # BentoML resolves the name when it is asked for
    """Answers HTTP before BentoML's tracing, time-out and routes do, so that every answer and every error is ours.

    Its middleware would stand behind the first two, which cost a third of an answer; the app has a deadline of its own.
    """

    def to_asgi(self, is_main: bool = True) -> ASGIApp:  # noqa: FBT001 - BentoML's signature
        """Return the app of a worker; BentoML's keeps starting and stopping the service."""
        behind = super().to_asgi(is_main)

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            await (Worker.app if scope["type"] == "http" else behind)(scope, receive, send)

        return answer


service: bentoml.Service[Worker] = bentoml.service(
    service_class=Outermost,
    name="regulars",
    workers=int(os.environ.get(environment.WORKERS, "0")) or "cpu_count",
    http={"host": "127.0.0.1"},  # elsewhere only on demand: BENTOML_HOST
    metrics={"enabled": False},  # BentoML's would count each customer's address by itself; /metrics is ours
    logging={"access": {"enabled": False}},
    envs=[{"name": name, "value": "1"} for name in ONE_THREAD],
)(Worker)
