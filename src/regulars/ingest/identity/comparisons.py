"""What the model compares, level by level, and what it assumes before it has seen any data.

``m`` is how often two records of one person agree at that level, ``u`` how often two of different people do; their
ratio is the evidence. Both are learned from the shop's own records where there are enough; the numbers here are where
learning starts, and what stands where there is too little to learn from. The assumptions are round: nine of ten
values are written alike twice, one in a hundred to a thousand strangers shares a name, one in twenty thousand a day
of birth. The first level that holds counts.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Level:
    """One degree of agreement."""

    name: str
    """What the evidence calls it."""
    sql: str
    """When it holds, over columns ``x_l`` and ``x_r``; ``ELSE`` for the last."""
    m: float
    """Assumed probability among records of one person, in (0, 1)."""
    u: float
    """Assumed probability among records of different people, in (0, 1)."""
    frequency_of: str | None = None
    """Column whose rare values are stronger evidence than its frequent ones."""

    def spec(self, *, frequencies: bool) -> dict[str, Any]:
        """Return it as Splink reads it, with or without the weight of rare values."""
        spec: dict[str, Any] = {"sql_condition": self.sql, "label_for_charts": self.name}
        spec |= {"m_probability": self.m, "u_probability": self.u}
        if frequencies and self.frequency_of:
            spec |= {"tf_adjustment_column": self.frequency_of, "tf_minimum_u_value": 1e-4}
            spec |= {"disable_tf_exact_match_detection": True}
        return spec


@dataclass(frozen=True)
class Comparison:
    """One field, or a few that say the same thing, and its levels from the strongest to none."""

    name: str
    """What the evidence calls it."""
    columns: tuple[str, ...]
    """Compared only where a record has one of them."""
    unknown: str
    """SQL: nothing can be said, so it weighs nothing."""
    levels: tuple[Level, ...]
    """The last one is ``ELSE``: evidently different."""
    personal: bool = False
    """It tells members of a household apart; last names, phones and addresses do not."""

    def reads(self, column: str) -> bool:
        """Tell whether it looks at a column."""
        return any(f"{column}_l" in sql for sql in (self.unknown, *(level.sql for level in self.levels)))

    def spec(self, *, frequencies: bool) -> dict[str, Any]:
        """Return it as Splink reads it, with or without the weight of rare values."""
        unknown = {"sql_condition": self.unknown, "label_for_charts": "unknown", "is_null_level": True}
        levels = [unknown, *(level.spec(frequencies=frequencies) for level in self.levels)]
        return {"output_column_name": self.name, "comparison_levels": levels}


def _alike(column: str, least: float) -> str:
    return f"jaro_winkler_similarity({column}_l, {column}_r) >= {least}"


def _strokes(column: str, most: int) -> str:
    """Few strokes apart; the cheap similarity first spares most pairs the dear count."""
    return f"{_alike(column, 0.88)} and damerau_levenshtein({column}_l, {column}_r) <= {most}"


def _unknown(*columns: str) -> str:
    return " and ".join(f"({name}_l is null or {name}_r is null)" for name in columns)


SWAPPED = """coalesce(first_name_l <> last_name_l
    and first_name_l[1] = last_name_r[1] and last_name_l[1] = first_name_r[1]
    and jaro_winkler_similarity(first_name_l, last_name_r) >= 0.88
    and jaro_winkler_similarity(last_name_l, first_name_r) >= 0.88
    and jaro_winkler_similarity(first_name_l, first_name_r) < 0.88, false)"""
"""First and last name stand in each other's field. It counts once, with the last name."""

_TWO_PARTS = (
    "(year(birthday_l) = year(birthday_r))::int + (month(birthday_l) = month(birthday_r))::int"
    " + (day(birthday_l) = day(birthday_r))::int = 2"
)
_SAME_PLACE = "coalesce(postcode_l = postcode_r, city_l = city_r, true)"

COMPARISONS = (
    Comparison(
        "first_name",
        ("first_name",),
        f"first_name_l is null or first_name_r is null or {SWAPPED}",
        (
            Level("same", "first_name_l = first_name_r", 0.85, 0.005, "first_name"),
            Level(
                "initial",
                "starts_with(first_name_l, first_name_r) or starts_with(first_name_r, first_name_l)",
                0.04,
                0.005,
            ),
            Level("close", _alike("first_name", 0.88), 0.05, 0.005),
            Level("nickname", "list_has_any(known_as_l, known_as_r)", 0.02, 0.005),
            Level("alike", _alike("first_name", 0.7), 0.02, 0.03),
            Level("different", "ELSE", 0.02, 0.95),
        ),
        personal=True,
    ),
    Comparison(
        "last_name",
        ("last_name",),
        "last_name_l is null or last_name_r is null",
        (
            Level("swapped", SWAPPED, 0.02, 1e-5),
            Level("same", "last_name_l = last_name_r", 0.86, 0.002, "last_name"),
            Level("close", _alike("last_name", 0.88), 0.07, 0.004),
            Level("alike", _alike("last_name", 0.7), 0.02, 0.03),
            Level("different", "ELSE", 0.03, 0.96399),
        ),
    ),
    Comparison(
        "birthday",
        ("birthday",),
        "birthday_l is null or birthday_r is null",
        (
            Level("same", "birthday_l = birthday_r", 0.9, 5e-5),
            Level(
                "one stroke",
                f"({_TWO_PARTS} and damerau_levenshtein(birthday_l::varchar, birthday_r::varchar) <= 1)"
                " or (year(birthday_l) = year(birthday_r) and month(birthday_l) = day(birthday_r)"
                " and day(birthday_l) = month(birthday_r))",
                0.05,
                1e-3,
            ),
            Level("two parts of three", _TWO_PARTS, 0.02, 4e-3),
            Level("one year", "year(birthday_l) = year(birthday_r)", 0.01, 0.015),
            Level("different", "ELSE", 0.02, 0.97995),
        ),
        personal=True,
    ),
    Comparison(
        "email",
        ("email",),
        "email_l is null or email_r is null",
        (
            Level("same", "email_l = email_r", 0.6, 2e-5),
            Level("two strokes", _strokes("email", 2), 0.05, 2e-5),
            Level("same mailbox name", "split_part(email_l, '@', 1) = split_part(email_r, '@', 1)", 0.05, 1e-4),
            Level("different", "ELSE", 0.3, 0.99986),
        ),
        personal=True,
    ),
    Comparison(
        "phone",
        ("phone",),
        "phone_l is null or phone_r is null",
        (
            Level("same", "phone_l = phone_r", 0.7, 5e-5),
            Level("one stroke", _strokes("phone", 1), 0.05, 5e-5),
            Level("different", "ELSE", 0.25, 0.9999),
        ),
    ),
    Comparison(
        "place",
        ("address", "postcode", "city"),
        _unknown("address", "postcode", "city"),
        (
            Level("same address", f"address_l = address_r and {_SAME_PLACE}", 0.5, 1e-4),
            Level("close address", f"{_alike('address', 0.9)} and {_SAME_PLACE}", 0.2, 2e-4),
            Level("same postcode", "postcode_l = postcode_r", 0.1, 2e-3, "postcode"),
            Level("same city", "city_l = city_r", 0.1, 0.05, "city"),
            Level("close city", _alike("city", 0.88), 0.02, 0.002),
            Level("different", "ELSE", 0.08, 0.9457),
        ),
    ),
)
"""All comparisons; those whose columns a shop does not have are left out."""
