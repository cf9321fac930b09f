"""Prints ``docs/tables.md``."""

from regulars.schema import TABLES
from regulars.schema.page import page

print(page(TABLES), end="")  # noqa: T201
