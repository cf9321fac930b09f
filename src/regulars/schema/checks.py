"""What a value must be, beside its type: a condition and the words for it."""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Check:
    """A condition on the values of a column; an absent value always meets it."""

    words: str
    """What a value must be, such as ``from 1 to 5``: what follows "must be" and "not" in a message."""
    holds: Callable[[pl.Expr], pl.Expr]
    """Column -> whether each value meets the condition."""
    allowed: tuple[str, ...] = ()
    """The only words allowed, where that is the condition."""


def one_of(*allowed: str) -> Check:
    """Only these words."""
    return Check(f"one of {', '.join(allowed)}", lambda value: value.is_in(allowed), allowed)


def between(low: float, high: float) -> Check:
    """From ``low`` to ``high``, both included."""
    return Check(f"from {low:g} to {high:g}", lambda value: value.is_between(low, high))


def at_least(low: float) -> Check:
    """``low`` or more."""
    return Check(f"{low:g} or more", lambda value: value >= low)


def above(low: float) -> Check:
    """More than ``low``."""
    return Check(f"above {low:g}", lambda value: value > low)


def within(characters: int) -> Check:
    """At most so many characters."""
    return Check(f"within {characters:,} characters", lambda value: value.str.len_chars() <= characters)


def country() -> Check:
    """A country code as in ISO 3166 alpha-2."""
    return Check("two capital letters", lambda value: value.str.contains(r"^[A-Z]{2}$"))


def not_before(column: str) -> Check:
    """At the time in ``column`` of the same row, or later."""
    return Check(f"at or after {column}", lambda value: value >= pl.col(column))


def other_than(column: str) -> Check:
    """Different from the value in ``column`` of the same row."""
    return Check(f"other than {column}", lambda value: value != pl.col(column))
