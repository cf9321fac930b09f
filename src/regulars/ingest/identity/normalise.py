"""Customers' records in one spelling, so that equal things are equal."""

import polars as pl

from regulars.ingest.identity.birthdays import birthdays
from regulars.ingest.identity.columns import checked
from regulars.ingest.identity.emails import emails
from regulars.ingest.identity.phones import phones

_LETTERS = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "\u0131": "i"}
"""Letters that Unicode does not take apart into a base and an accent."""


def normalise(records: pl.DataFrame, country: str | None = None) -> pl.DataFrame:
    """Return the records in one spelling, by ``customer_id``; what cannot be read becomes null.

    ``customer_id``  text, unique, unchanged
    ``source``       unchanged
    ``email``        lower case without blanks; aliases folded as far as the provider folds them (``emails``)
    ``phone``        E.164, read with the record's country, else ``country``
    ``first_name``, ``last_name``, ``address``, ``city``  lower case, without accents and punctuation
    ``birthday``     a date; an impossible one is null
    ``postcode``     upper case, letters and digits only
    ``country``      upper case, two letters, else null

    Columns may be absent or empty, except ``customer_id``; others are dropped. The order of rows does not matter.

    Raises:
        DataError: there is no ``customer_id``, or it is empty or not unique.

    >>> frame = pl.DataFrame({"customer_id": [1], "first_name": [" José "], "postcode": ["sw1a 1aa"]})
    >>> normalise(frame, "GB").select("first_name", "postcode").row(0)
    ('jose', 'SW1A1AA')
    """
    frame = checked(records)
    land = pl.col("country").str.strip_chars().str.to_uppercase()
    frame = frame.with_columns(pl.when(land.str.contains("^[A-Z]{2}$")).then(land).alias("country"))
    frame = phones(frame.with_columns(emails(pl.col("email"))), country)
    code = pl.col("postcode").str.to_uppercase().str.replace_all(r"[^\p{L}\p{N}]", "")
    return frame.with_columns(
        *(folded(name) for name in ("first_name", "last_name", "address", "city")),
        birthdays(frame, country).alias("birthday"),
        pl.when(code != "").then(code).alias("postcode"),
    )


def folded(column: str) -> pl.Expr:
    """Return a text column without case, accents, punctuation and double blanks; null where nothing is left.

    >>> pl.DataFrame({"city": ["  MÜNCHEN-Nord", "-"]}).select(folded("city"))["city"].to_list()
    ['munchen nord', None]
    """
    words = pl.col(column).str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_lowercase()
    words = words.str.replace_many(list(_LETTERS), list(_LETTERS.values()))
    words = words.str.replace_all(r"['\x{2019}`]", "").str.replace_all(r"[^\p{L}\p{N}]+", " ").str.strip_chars()
    return pl.when(words != "").then(words).alias(column)
