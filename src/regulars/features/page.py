"""The catalogue of features as a page for people: ``docs/features.md``."""

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from regulars import windows
from regulars.features import contract, example, item_stats, pairs
from regulars.features.contract import Contract, Feature
from regulars.features.lines import read
from regulars.features.past import Cut, Past
from regulars.features.rollup import Rollup
from regulars.features.rollups import rollups
from regulars.features.table import FAMILIES

PAIRS: tuple[Callable[..., Any], ...] = (
    pairs.own, pairs.groups, pairs.customers, pairs.table, item_stats.item_stats,
)  # fmt: skip
"""The functions that compute customer x item features."""

_ROLE = re.compile(r":\w+:`~?([^`]+)`")
_HEAD = """\
# Features

What models are told about a customer. This page is made by `python -m regulars.features` from the docstrings in
`src/regulars/features/` and from what the code answers; tests hold every feature against its range here.
[Adding a feature](adding-a-feature.md) is the guide to one more.

## What a row is

A row of the feature table is a customer at an instant, `as_of`, the first day that is not known: everything is computed
from what happened before it. A customer has a row from the day after the first purchase on. Purchases are lines of
quantity above 0, returns lines below 0; a line of quantity 0 is neither. A window of 90 days is the 90 days before
`as_of`.

Values are numbers, or null where a feature is not defined, such as the gap between the purchases of somebody who came
once; the meaning says where. Money is in minor units (cents). A share is a part of 1. A range `(0, 1]` excludes 0 and
includes 1; "any" is any number.

## The example

The examples below are about Anna, as of {as_of}, who bought these six lines:

{lines}

Bread and tea are of department `food` and of categories `bakery` and `drinks`; soap is in no catalogue. `s1` is a
store, `s2` a web shop. The shop keeps events since 2023; those of Anna are:

{events}

The last event is of the first day that is not known, so no feature sees it. In Python, this is
`regulars.features.example`.
"""
_ROLLUPS = """\
## What features are made of

Order lines and events are first rolled up, to a row a customer and day. A feature function sees a `Past`, which offers
these roll-ups as each row of the table may see them: the customer's days before `as_of`. Beside them it has
`past.as_of`, in days since 1970-01-01. The tables below show all of Anna's days.
"""
_VERBS = """\
### Questions to a roll-up

`what` names a column; `days` narrows a question to the last so many days before `as_of`. Counts and totals are 0 where
there are no rows, everything else is NaN; where the shop keeps no such table, all is NaN. The feature table writes NaN
as null.
"""
_PAIRS = """\
## Customer x item features

What the recommender's ranker is told about a customer and an item that may be offered. An item's group is the finest
grouping the shop gave it. Statistics of an item are taken over all customers before `as_of`, and are kept with the
trained recommender. The example is Anna and bread, in a shop without other customers.
"""


def page() -> str:
    """Return the page in Markdown."""
    return "\n".join([_head(), *_families(), _PAIRS, *_pairs(), _ROLLUPS, *_rollups(), _VERBS, _verbs()])


def _head() -> str:
    lines = example.ANNA.select("order_id", "item_id", "purchased_at", "quantity", "amount", "discount", "store_id")
    tables = [
        _grid(frame.columns, frame.with_columns(frame[at].dt.to_string("%Y-%m-%d %H:%M")).iter_rows())
        for frame, at in ((lines, "purchased_at"), (example.EVENTS.select("kind", "at"), "at"))
    ]
    return _HEAD.format(as_of=example.AS_OF, lines=tables[0], events=tables[1])


def _families() -> Iterator[str]:
    for family in FAMILIES:
        told = contract.read(family)
        yield _section(f"## {told.family}", told, contract.columns(family), example.values(family))


def _pairs() -> Iterator[str]:
    values = example.pair_values("bread")
    for function in PAIRS:
        told = contract.read(function)
        features = [feature for feature in told.features if feature.name in pairs.NAMES]
        yield _section(f"### {function.__module__.rpartition('.')[2]}.{told.family}", told, features, values)


def _section(title: str, told: Contract, features: Iterable[Feature], values: Mapping[str, float]) -> str:
    rows = [(f"`{f.name}`", f.unit, f.range.text, _plain(f.meaning), example.written(values[f.name])) for f in features]
    parts = [title, *map(_plain, told.summary), _grid(("name", "unit", "range", "meaning", "example"), rows)]
    return "\n\n".join([*parts, *([f"Source: {_plain(told.source)}"] if told.source else [])]) + "\n"


def _rollups() -> Iterator[str]:
    for name, rollup in rollups(read(example.ANNA, example.SIDE), example.SIDE).items():
        told = contract.read(vars(Past)[name].func)
        yield "\n\n".join([f"### past.{name}", *map(_plain, told.summary), _days(rollup, told)]) + "\n"


def _days(rollup: Rollup, told: Contract) -> str:
    """Return a row a column of the roll-up, with its values on the days of the example."""
    known = {feature.name: (feature.unit, feature.range.text, feature.meaning) for feature in told.features}
    days = [windows.day_of(day).isoformat() for day in rollup.day.tolist()]
    rows = [(f"`{name}`", *known.get(name, ("", "", "")), *values.tolist()) for name, values in rollup.columns.items()]
    return _grid(("column", "unit", "range", "meaning", *days), rows)


def _verbs() -> str:
    verbs = {name: member for name, member in vars(Cut).items() if inspect.isfunction(member) and name[0] != "_"}
    rows = [(f"`{name}({_arguments(verb)})`", _plain(contract.read(verb).summary[0])) for name, verb in verbs.items()]
    return _grid(("verb", "answer"), rows) + "\n"


def _arguments(verb: Callable[..., Any]) -> str:
    found = [p for p in inspect.signature(verb).parameters.values() if p.name != "self"]
    return ", ".join(p.name if p.default is p.empty else f"{p.name}={p.default}" for p in found)


def _grid(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    lines = [list(head), *([("" if cell is None else str(cell)) for cell in row] for row in rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _plain(text: str) -> str:
    """Return a docstring's text as Markdown, without the verb of a function that returns what it tells of."""
    told = text.removeprefix("Return ")
    return _ROLE.sub(r"`\1`", text if told == text else told[0].upper() + told[1:]).replace("``", "`")
