"""The small shop's service, asked over a real connection."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from serving.app import create_app
from serving.live import Live
from serving.process import HOST, free_port
from serving.release import Release
from serving.sales import opened
from serving.scorer import Scorer
from tests.serving.conftest import champions, ledger, release_path

__all__ = ["champions", "ledger", "release_path"]

START_SECONDS = 10.0


@pytest.fixture(scope="module")
def service(release_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the service, which listens on 127.0.0.1, on the day after the data."""
    release, port = Release.read(release_path), free_port()
    sales = opened(tmp_path_factory.mktemp("sales") / "purchases.sqlite")
    app = create_app(Live(Scorer(release, sales)), lambda _: release.as_of)
    server = uvicorn.Server(uvicorn.Config(app, host=HOST, port=port, log_level="critical", lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + START_SECONDS
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    assert server.started
    yield f"http://{HOST}:{port}"
    server.should_exit = True
    thread.join(START_SECONDS)
    release.close()
