"""Guesses which column of a file says what, from the columns' names and from what stands in them.

A guess is only good enough to be used unseen where every field that must be there has one column that fits it
clearly better than any other.
"""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from regulars.errors import DataError
from regulars.ingest import formats
from regulars.ingest.batch import LineFile
from regulars.ingest.fields import FIELD
from regulars.ingest.guess_words import likeness

SAMPLE = 2_000
"""Lines that are looked at."""
SURE = 0.6
"""Confidence from which a guess stands without anybody's word."""
_CLOSE = 0.2
_MOST = 0.8
_ALONE = 0.65


@dataclass(frozen=True)
class Hint:
    """A column that may hold a field."""

    field: str
    column: str
    why: str
    """In words."""
    confidence: float
    """In [0, 1]; higher is surer."""


@dataclass(frozen=True)
class Guess:
    """Which column says what."""

    hints: tuple[Hint, ...]
    """The best column of each field that has one."""
    rivals: tuple[Hint, ...] = ()
    """Columns that fit a field nearly as well as the best one, and no other field better."""

    @property
    def mapping(self) -> dict[str, str]:
        """Column -> field, as ``--map`` takes it."""
        return {hint.column: hint.field for hint in self.hints}

    @property
    def sure(self) -> bool:
        """True where no field that must be there is missing or in doubt."""
        return not self.doubts()

    def doubts(self) -> tuple[str, ...]:
        """Return the fields that must be there and are missing or in doubt."""
        found = {hint.field: hint for hint in self.hints if hint.confidence >= SURE}
        contested = {rival.field for rival in self.rivals}
        money = ("amount",) if "amount" in found or "price" not in found else ("price",)
        wanted = ("customer_id", "purchased_at", *money)
        return tuple(field for field in wanted if field not in found or field in contested)

    def refusal(self, file: str, names: Sequence[str]) -> DataError:
        """Return the complaint about a file whose columns nobody can tell for sure, with what to pass."""
        known = {hint.field: hint.column for hint in self.hints}
        either = {field: [rival.column for rival in self.rivals if rival.field == field] for field in self.doubts()}
        doubts = [
            f"{field} ({FIELD[field].meaning}) may be {' or '.join(repr(c) for c in (known[field], *either[field]))}"
            if field in known
            else f"no column looks like {field} ({FIELD[field].meaning})"
            for field in self.doubts()
        ]
        options = " ".join(f"--map {_quoted(hint.column)}={hint.field}" for hint in self.hints)
        options += "".join(f" --map COLUMN={field}" for field in self.doubts() if field not in known)
        return DataError(
            f"{file}: {'; '.join(doubts)}; columns: {', '.join(names)}; say which is which with {options.strip()}"
        )


def of_file(file: LineFile, taken: Mapping[str, str] | None = None) -> Guess:
    """Guess the columns of ``file``; ``taken`` (column -> field) is known already.

    Raises:
        DataError: the file cannot be read.
    """
    with contextlib.closing(file.batches()) as batches:
        first = next(batches, None)
    sample = first.rows[:SAMPLE] if first is not None else pl.DataFrame(schema=dict.fromkeys(file.names, pl.String))
    taken = taken or {}
    free = [name for name in file.names if name not in taken]
    guess = columns(free, sample)
    said = tuple(Hint(field, column, "you say so", 1.0) for column, field in taken.items())
    own = set(taken.values())
    kept = tuple(hint for hint in guess.hints if hint.field not in own)
    return Guess((*said, *kept), tuple(rival for rival in guess.rivals if rival.field not in own))


def columns(names: Sequence[str], sample: pl.DataFrame) -> Guess:
    """Guess which of ``names`` holds which field; ``sample`` has some of their values.

    >>> sample = pl.DataFrame({"Kunde": ["7", "7"], "Datum": ["05.03.2024"] * 2, "Umsatz": ["1,50", "2,00"]})
    >>> guess = columns(sample.columns, sample)
    >>> guess.mapping, guess.sure
    ({'Kunde': 'customer_id', 'Datum': 'purchased_at', 'Umsatz': 'amount'}, True)
    """
    looks = {name: _look(sample[name]) for name in names}
    hints = [hint for name in names for field in FIELD if (hint := _hint(name, field, looks)) is not None]
    chosen: dict[str, Hint] = {}
    for hint in sorted(hints, key=lambda hint: -hint.confidence):
        if hint.field not in chosen and all(other.column != hint.column for other in chosen.values()):
            chosen[hint.field] = hint
    used = {hint.column for hint in chosen.values()}
    rivals = [
        hint
        for hint in hints
        if hint.column not in used and hint.field in chosen and hint.confidence > chosen[hint.field].confidence - _CLOSE
    ]
    return Guess(tuple(chosen[field] for field in FIELD if field in chosen), tuple(rivals))


def _look(column: pl.Series) -> str:
    """Return what a column holds: times, money (numbers with decimals), numbers, text, nothing."""
    if column.dtype in (pl.Date, pl.Datetime):
        return "times"
    words = column.cast(pl.String).str.strip_chars()
    words = words.filter(words != "").drop_nulls()
    if not len(words):
        return "nothing"
    if max(formats.readable(words, day) for day in formats.DAYS) >= _MOST * len(words):
        return "times"
    values = max((formats.decimals(words, comma=comma) for comma in (False, True)), key=lambda read: read.count())
    if values.count() < _MOST * len(words):
        return "text"
    return "money" if (values.drop_nulls() % 1 != 0).any() else "numbers"


def _hint(name: str, field: str, looks: Mapping[str, str]) -> Hint | None:
    """Return whether the column ``name`` may hold ``field``; None where it may not."""
    kind, look = FIELD[field].kind, looks[name]
    fits = {
        "time": look == "times",
        "number": look in ("numbers", "money"),
        "money": look in ("numbers", "money"),
        "id": look in ("text", "numbers"),
        "text": look in ("text", "numbers"),
    }[kind]
    like = likeness(name, field)
    if not fits:
        return None
    if like:
        return Hint(field, name, f"its name, and it holds {look}", like)
    if field == "purchased_at" and sum(other == "times" for other in looks.values()) == 1:
        return Hint(field, name, "nothing else holds times", _ALONE)
    if field == "amount" and look == "money" and sum(other == "money" for other in looks.values()) == 1:
        return Hint(field, name, "nothing else holds money", _ALONE - _CLOSE)
    return None


def _quoted(column: str) -> str:
    return f'"{column}"' if not column.isidentifier() else column
