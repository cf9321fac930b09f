"""Runs chosen tests again and again in one process, each time with the package imported afresh.

    python runner.py FOLDER

FOLDER holds the copy of the package. A line on standard input is a JSON list of tests, the answer on standard output a
JSON object: pytest's exit code and what failed.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import hypothesis
import pytest

OPTIONS = (
    "--quiet", "--exitfirst", "--noconftest", "--capture=no", "--durations=0", "--durations-min=99",
    "-p", "no:cacheprovider", "-p", "_hypothesis_pytestplugin",
)  # fmt: skip


class Record:
    """What failed, and with which words."""

    def __init__(self) -> None:
        self.failed: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            crash = getattr(report.longrepr, "reprcrash", None)
            self.failed[report.nodeid] = crash.message if crash else str(report.longrepr)


def run(tests: list[str], folder: Path) -> dict[str, Any]:
    """Import what is in ``folder`` and run ``tests`` against it."""
    for name in [name for name in sys.modules if name.partition(".")[0] in ("regulars", "tests")]:
        del sys.modules[name]
    record = Record()
    code = pytest.main([*OPTIONS, *tests], plugins=[record])
    path = sys.modules["regulars"].__file__
    assert path is not None
    assert Path(path).is_relative_to(folder), f"the tests ran against {path}"
    return {"code": int(code), "failed": record.failed}


def main() -> None:
    """Answer until standard input ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what pytest prints goes where errors go
    whether = (hypothesis.Phase.explicit, hypothesis.Phase.generate)  # there is no need to know the least example
    hypothesis.settings.register_profile("mutations", deadline=None, derandomize=True, phases=whether)
    hypothesis.settings.load_profile("mutations")
    for line in sys.stdin:
        answers.write(json.dumps(run(json.loads(line), Path(sys.argv[1]))) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
