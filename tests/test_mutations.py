"""Planted leaks and off-by-ones: each is caught by the tests that are said to catch it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import regulars
from tests.mutations.features import FEATURES
from tests.mutations.labels import LABELS_AND_WINDOWS
from tests.mutations.planted import Planted
from tests.mutations.recommendations import RECOMMENDATIONS

ROOT = Path(__file__).parents[1]
PACKAGE = Path(regulars.__file__).parent
FAILED = int(pytest.ExitCode.TESTS_FAILED)
PLANTED = (*FEATURES, *LABELS_AND_WINDOWS, *RECOMMENDATIONS)


class Copy:
    """A copy of the package, and a process that runs tests against it."""

    def __init__(self, folder: Path) -> None:
        self.package = folder / "regulars"
        shutil.copytree(PACKAGE, self.package, ignore=shutil.ignore_patterns("__pycache__"))
        environment = {
            **os.environ,
            "PYTHONPATH": str(folder),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTEST_ADDOPTS": "",
        }
        self._errors = (folder / "output").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "tests" / "mutations" / "runner.py"), str(folder)],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )

    def run(self, *tests: str) -> dict[str, Any]:
        """Return pytest's exit code and what failed."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(tests) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            self._errors.seek(0)
            pytest.fail(f"the process that runs the tests has died:\n{self._errors.read()[-3000:]}")
        found: dict[str, Any] = json.loads(answer)
        return found

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()
        self._errors.close()


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    made = Copy(tmp_path_factory.mktemp("copy"))
    yield made
    made.close()


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.name)
def test_a_planted_mistake_is_caught(planted: Planted, copy: Copy) -> None:
    file = copy.package / planted.file
    source = file.read_text(encoding="utf-8")
    assert source.count(planted.old) == 1, f"{planted.file} has changed; plant {planted.name} again"
    file.write_text(source.replace(planted.old, planted.new), encoding="utf-8")
    try:
        found = copy.run(planted.caught_by)
    finally:
        file.write_text(source, encoding="utf-8")
    assert found["code"] == FAILED, f"not caught: {planted.name}"
    (message,) = found["failed"].values()
    assert "assert" in message.lower() or "distinct failures" in message, f"broken rather than wrong: {message}"


def test_what_catches_them_passes_without_them(copy: Copy) -> None:
    found = copy.run(*sorted({planted.caught_by for planted in PLANTED}))
    assert found == {"code": 0, "failed": {}}


def test_there_are_enough_and_no_two_are_alike() -> None:
    assert len({planted.name for planted in PLANTED}) == len(PLANTED) >= 14
    assert len({(planted.file, planted.old, planted.new) for planted in PLANTED}) == len(PLANTED)
