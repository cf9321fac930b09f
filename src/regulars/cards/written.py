"""The part of a card that people write, in words: figures come from the reports."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

from regulars.config.reading import read as read_toml
from regulars.errors import MissingError
from regulars.manifest import Section

FIGURE = re.compile(
    r"\d\s?%|\bper ?cent\b|(?<![\w/.])\d*\.\d"
    r"|\b(?:auc|brier|calibration error|coverage|crps|ece|gini|hit rate|ndcg|recall|spearman)"
    r"(?:@\d+)?\s+(?:of\s+|is\s+|was\s+)?\d",
    re.IGNORECASE,
)
"""What counts as a figure: a percentage, a decimal, a number behind the name of a metric. Days, years, names of files
and numbers of records are none."""


def _words(text: str) -> str:
    """Return the text in one line.

    Raises:
        ValueError: it holds a figure.
    """
    line = " ".join(text.split())
    if found := FIGURE.search(line):
        raise ValueError(
            f"{found[0]!r} in {line[max(found.start() - 30, 0) : found.end() + 10]!r} is a figure; leave it to the "
            f"reports of the experiments, and parameters to model.toml"
        )
    return line


Words = Annotated[str, AfterValidator(_words)]
"""Plain words in one line of Markdown, without figures; links start from the model's folder."""


class Written(Section):
    """What people say of a model: ``models/<name>/card.toml``."""

    name: str
    """Name of its folder."""
    title: Words
    """What it is called."""
    answers: Words
    """What it answers, and which way it points."""
    use: Words
    """What it is meant for."""
    not_for: Words = ""
    """What it is not meant for, beyond what holds for its task."""
    sees: Words
    """What it is told."""
    how: Words
    """What it does with that, and on which windows its parameters were chosen."""
    limits: Words
    """Where it fails."""
    people: Words = ""
    """What it owes to people, beyond what holds for its task."""


class Shared(Section):
    """What holds for every model of a task."""

    not_for: Words
    """What they are not meant for."""
    people: Words
    """What they owe to people."""


class Tasks(Section):
    """What holds for every model of a task, by task: ``models/tasks.toml``."""

    name: str
    """Name of its folder."""
    churn: Shared
    timing: Shared
    recommend: Shared
    replenish: Shared
    spend: Shared


def read(folder: Path) -> Written:
    """Read ``card.toml`` in a model's folder.

    Raises:
        MissingError: there is none.
        ConfigError: it is not valid, or holds a figure; the message names the key and the line.
    """
    file = folder / "card.toml"
    if not file.is_file():
        asked = ", ".join(name for name, field in Written.model_fields.items() if field.is_required())
        raise MissingError(f"no {file}; write one that says {asked.removeprefix('name, ')}, in words")
    return read_toml(file, Written)


def read_shared(models: Path, task: str) -> Shared:
    """Read what ``tasks.toml`` in the folder of the models says of a task.

    Raises:
        MissingError: there is no such file.
        ConfigError: it is not valid, or holds a figure; the message names the key and the line.
    """
    file = models / "tasks.toml"
    if not file.is_file():
        raise MissingError(f"no {file}; write what the models of each task are not for, and what they owe to people")
    return getattr(read_toml(file, Tasks), task)  # type: ignore[no-any-return]
