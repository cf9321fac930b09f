"""The results in the README, generated from the reports: ``python -m regulars.readme`` brings them up to date."""

import json
from collections.abc import Iterator
from pathlib import Path

from regulars import config, tables
from regulars.errors import DataError

BEGIN, END = "<!-- results: python -m regulars.readme -->", "<!-- end of results -->"
ROOT = Path(__file__).parents[2]


def render(root: Path = ROOT) -> str:
    """Return the README with its results made from ``experiments/*/report.json``.

    Raises:
        DataError: the README has lost the marks between which the results stand.
    """
    text = (root / "README.md").read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        raise DataError(f"README.md has no {BEGIN} ... {END}; put both lines back where the results belong")
    head, tail = text.split(BEGIN)[0], text.split(END)[1]
    return head + BEGIN + "\n" + "\n".join(_results(root)) + "\n" + END + tail


def _results(root: Path) -> Iterator[str]:
    for file in sorted(root.glob("experiments/*/report.json")):
        report = json.loads(file.read_text(encoding="utf-8"))
        days = ", ".join(snapshot["as_of"] for snapshot in report["snapshots"])
        shop = config.read_experiment(file.parent).shop
        yield f"\n**{shop}: {report['question']}** As of {days}, with seeds {report['protocol']['seeds']}.\n"
        yield from tables.markdown(report)


if __name__ == "__main__":
    (ROOT / "README.md").write_text(render(), encoding="utf-8")
