"""The command line: ``regulars VERB``."""

from regulars.cli import (
    cards,
    compare,
    data,
    keys,
    leaks,
    models,
    new,
    promotion,
    purchases,
    reproduce,
    search,
    service,
    shop,
)
from regulars.cli.app import app, spoken

__all__ = [
    "app",
    "cards",
    "compare",
    "data",
    "keys",
    "leaks",
    "main",
    "models",
    "new",
    "promotion",
    "purchases",
    "reproduce",
    "search",
    "service",
    "shop",
]


def main() -> None:
    """Run the command line; errors end it with one sentence and exit code 1."""
    with spoken():
        app()
