"""The page about the tables says what the contracts say."""

import subprocess
import sys

from regulars.schema import TABLES
from regulars.schema.page import page
from tests.conventions.project import ROOT


def test_the_page_is_what_the_contracts_say() -> None:
    written = (ROOT / "docs/tables.md").read_text(encoding="utf-8")
    assert written == page(TABLES), "run: python -m regulars.schema > docs/tables.md"


def test_every_column_of_every_table_is_on_it() -> None:
    text = page(TABLES)
    for table in TABLES:
        section = text.split(f"\n## {table.name}\n")[1].split("\n## ")[0]
        assert [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")] == table.names


def test_the_command_prints_it() -> None:
    done = subprocess.run([sys.executable, "-m", "regulars.schema"], capture_output=True, check=True)
    assert done.stdout.decode("utf-8") == page(TABLES)
