"""Prints ``docs/features.md``."""

from regulars.features.page import page

print(page(), end="")  # noqa: T201
