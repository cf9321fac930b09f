"""The command line: ``regulars VERB``."""

from regulars.cli import data, leaks, models, search, service, shop
from regulars.cli.app import app, spoken

__all__ = ["app", "data", "leaks", "main", "models", "search", "service", "shop"]


def main() -> None:
    """Run the command line; errors end it with one sentence and exit code 1."""
    with spoken():
        app()
