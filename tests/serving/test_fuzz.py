"""What the OpenAPI document says is what the service does, whatever is sent: no 5xx, every answer as described."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.serving.served import Served

EXAMPLES = os.environ.get("REGULARS_FUZZ", "5")
"""Random requests a route, beside those at the edges of every field; 200 make more than 2,000 in all."""

PHASES = "examples,coverage,fuzzing"

SETTINGS = """
[checks]
positive_data_acceptance.expected-statuses = ["2xx", 404, 409, 422, 503]
"""
"""All checks, as they are but for one, as a schema cannot say everything: that a request needs a customer or a history,
that the shop has no category of that name, that a day lies before the models were trained. Those get a 4xx."""


@pytest.fixture
def url(client: TestClient) -> Iterator[str]:
    """The service behind a real server."""
    with Served(client.app) as address:
        yield address


@pytest.mark.serving
def test_answers_are_as_described(url: str, tmp_path: Path) -> None:
    program = shutil.which("schemathesis", path=str(Path(sys.executable).parent))
    assert program is not None
    (tmp_path / "schemathesis.toml").write_text(SETTINGS, encoding="utf-8")
    asked = ["--checks", "all", "--phases", PHASES, "--max-examples", EXAMPLES, "--generation-deterministic"]
    done = subprocess.run(
        [program, "run", f"{url}/openapi.json", *asked, "--continue-on-failure", "--no-color"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:]
