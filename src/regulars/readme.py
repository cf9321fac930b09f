"""The results that people read, generated from the reports: ``python -m regulars.readme`` brings them up to date.

The README shows the experiments of the demo, ``experiments/README.md`` all of them.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from regulars import tables, workshop
from regulars.errors import DataError

BEGIN, END = "<!-- results: python -m regulars.readme -->", "<!-- end of results -->"
ROOT = Path(__file__).parents[2]
PAGES = (Path("README.md"), Path("experiments/README.md"))
"""The pages with results, below the root of the project."""


def render(page: Path, root: Path = ROOT) -> str:
    """Return a page with its results made from ``experiments/*/report.json``.

    Raises:
        DataError: the page has lost the marks between which the results stand.
    """
    text = (root / page).read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        raise DataError(f"{page} has no {BEGIN} ... {END}; put both lines back where the results belong")
    head, tail = text.split(BEGIN)[0], text.split(END)[1]
    lines = _shown(root) if page == PAGES[0] else _index(root)
    return head + BEGIN + "\n" + "\n".join(lines) + "\n" + END + tail


def _shown(root: Path) -> Iterator[str]:
    reports = _reports(root)
    for name in workshop.DEMO:
        yield from _table(reports[name])


def _index(root: Path) -> Iterator[str]:
    reports = _reports(root)
    yield "\n| experiment | question | winner |\n|---|---|---|"
    for name, report in reports.items():
        yield f"| [{name}]({name}) | {report['question']} | {report['winner']} |"
    for name, report in reports.items():
        yield f"\n## {name}"
        yield from _table(report)


def _table(report: Mapping[str, Any]) -> Iterator[str]:
    days = ", ".join(snapshot["as_of"] for snapshot in report["snapshots"])
    yield f"\n**{report['shop']}: {report['question']}** As of {days}, with seeds {report['protocol']['seeds']}.\n"
    yield from tables.markdown(report)


def _reports(root: Path) -> dict[str, dict[str, Any]]:
    """Return every experiment's report, by the experiment's name."""
    files = sorted(root.glob("experiments/*/report.json"))
    return {file.parent.name: json.loads(file.read_text(encoding="utf-8")) for file in files}


if __name__ == "__main__":
    for each in PAGES:
        (ROOT / each).write_text(render(each), encoding="utf-8")
