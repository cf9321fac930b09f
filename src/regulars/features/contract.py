"""What a feature function's docstring promises of its columns, read so that pages and tests can hold it to that.

Under ``Columns:`` there is an entry a column, or one for several that mean the same; its further lines are indented::

    recency (days, >= 1): since the last purchase
    days_7, days_30 (days, >= 0): purchase days in the last so many days

An entry is ``name[, name ...] (unit, range): meaning``. A range is ``>= 1``, ``> 0``, an interval such as ``[0, 1]``,
``(0, 1]`` or ``(0, 1)``, or ``any``; a column may always be null where it is not defined.
"""

import inspect
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from regulars.errors import ConfigError
from regulars.features.table import Family, names

_ENTRY = re.compile(
    r"(?P<names>[a-z]\w*(?:, [a-z]\w*)*) \((?P<unit>[^,()]+), (?P<range>[^:]+)\): (?P<meaning>\S.*)", re.ASCII
)
_NUMBER = r"-?\d+(?:\.\d+)?"
_AT_LEAST = re.compile(rf"(?P<kind>>=?) (?P<lower>{_NUMBER})", re.ASCII)
_INTERVAL = re.compile(rf"(?P<left>[\[(])(?P<lower>{_NUMBER}), (?P<upper>{_NUMBER})(?P<right>[\])])", re.ASCII)
_SECTION = re.compile(r"[A-Z]\w*:")
_INDENT = 4


@dataclass(frozen=True)
class Range:
    """The values that a column may have where it is defined.

    >>> Range.read("(0, 1]").holds(0), Range.read("(0, 1]").holds(1), Range.read(">= 1").holds(0.5)
    (False, True, False)
    """

    text: str
    """As the docstring writes it."""
    lower: float = -math.inf
    upper: float = math.inf
    lower_open: bool = True
    """Whether ``lower`` itself is outside."""
    upper_open: bool = True
    """The same for ``upper``."""

    @classmethod
    def read(cls, text: str) -> "Range":
        """Read ``>= 1``, ``> 0``, ``[0, 1]``, ``(0, 1]``, ``(0, 1)`` or ``any``.

        Raises:
            ConfigError: it is none of these.
        """
        if text == "any":
            return cls(text)
        if found := _AT_LEAST.fullmatch(text):
            return cls(text, float(found["lower"]), lower_open=found["kind"] == ">")
        if found := _INTERVAL.fullmatch(text):
            lower, upper = float(found["lower"]), float(found["upper"])
            if lower < upper:
                return cls(text, lower, upper, found["left"] == "(", found["right"] == ")")
        raise ConfigError(f"{text!r} is no range; write '>= 1', '> 0', '[0, 1]', '(0, 1]', '(0, 1)' or 'any'")

    def holds(self, value: float) -> bool:
        """Return whether a defined value lies inside; NaN and infinity lie in no range."""
        low = self.lower < value if self.lower_open else self.lower <= value
        high = value < self.upper if self.upper_open else value <= self.upper
        return low and high


@dataclass(frozen=True)
class Feature:
    """A column and what is promised of it."""

    name: str
    unit: str
    range: Range
    meaning: str
    family: str
    """The function that computes it."""
    source: str
    """The papers it goes back to; empty where the docstring names none."""


@dataclass(frozen=True)
class Contract:
    """What the docstring of a feature function says."""

    family: str
    """Name of the function."""
    summary: tuple[str, ...]
    """What stands before its columns, a text a paragraph."""
    features: tuple[Feature, ...]
    """Its columns, in the order of the docstring."""
    source: str
    """Its references in one line."""


def columns(family: Family) -> tuple[Feature, ...]:
    """Return what the docstring of a family promises of each column, in the order the family returns them.

    Raises:
        ConfigError: the docstring does not follow the grammar, or tells of other columns than the family returns.
    """
    told = {feature.name: feature for feature in read(family).features}
    returned = names([family])
    for name in told:
        if name not in returned:
            raise ConfigError(f"{_place(family, _line_of(family, name))} tells of {name!r}, which it does not return")
    for name in returned:
        if name not in told:
            raise ConfigError(f"{family.__name__} returns {name!r}; tell of it under 'Columns:' in the docstring")
    return tuple(told[name] for name in returned)


def read(function: Callable[..., Any]) -> Contract:
    """Return what the docstring of a function says of the columns it makes.

    Raises:
        ConfigError: the docstring has an entry that is not ``name (unit, range): meaning``, or a column twice; the
            message names the line.
    """
    sections = _sections(function)
    family, source = function.__name__, " ".join(line.strip() for _, line in sections.get("References:", [])).strip()
    found: dict[str, Feature] = {}
    for number, entry in _entries(sections.get("Columns:", [])):
        for feature in _features(function, number, entry, source):
            if feature.name in found:
                raise ConfigError(f"{_place(function, number)} tells of {feature.name!r} again; leave one of the two")
            found[feature.name] = feature
    summary = "\n".join(line for _, line in sections[""]).strip()
    paragraphs = tuple(" ".join(text.split()) for text in summary.split("\n\n"))
    return Contract(family, paragraphs, tuple(found.values()), source)


def _features(function: Callable[..., Any], number: int, entry: str, source: str) -> Iterator[Feature]:
    parts = _ENTRY.fullmatch(entry)
    if parts is None:
        raise ConfigError(f"{_place(function, number)}, {entry!r}, must be 'name (unit, range): meaning'")
    try:
        bounds = Range.read(parts["range"])
    except ConfigError as error:
        raise ConfigError(f"{_place(function, number)}: {error}") from error
    for name in parts["names"].split(", "):
        yield Feature(name, parts["unit"], bounds, parts["meaning"], function.__name__, source)


def _sections(function: Callable[..., Any]) -> dict[str, list[tuple[int, str]]]:
    """Return the numbered lines of a docstring by section; those before the first belong to the section ""."""
    sections: dict[str, list[tuple[int, str]]] = {"": []}
    section = ""
    for number, line in enumerate((inspect.getdoc(function) or "").splitlines(), start=1):
        if _SECTION.fullmatch(line):
            section = line
        else:
            sections.setdefault(section, []).append((number, line))
    return sections


def _entries(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Return the entries of a section, each in one line with the number of its first."""
    entries: list[tuple[int, str]] = []
    for number, line in lines:
        inner = line[_INDENT:]
        if entries and inner.startswith(" ") and inner.strip():
            first, text = entries.pop()
            entries.append((first, f"{text} {inner.strip()}"))
        elif line.strip():
            entries.append((number, line.strip()))
    return entries


def _line_of(function: Callable[..., Any], name: str) -> int:
    entries = _entries(_sections(function)["Columns:"])
    return next(number for number, entry in entries if name in entry.partition(" (")[0].split(", "))


def _place(function: Callable[..., Any], number: int) -> str:
    return f"{function.__name__}: line {number} of its docstring"
