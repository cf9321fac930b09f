"""Items written in several ways: 85123A and 85123a, 'Green  tea' and 'green tea', 00471 and 471."""

from collections.abc import Sequence

import polars as pl

SPELLINGS = pl.Schema({"source": pl.String(), "item_as_written": pl.String(), "first_at": pl.Datetime("us", "UTC")})
"""Every way in which a source has written an item, and when it was first sold so."""


def respelt(spellings: pl.DataFrame, sources: Sequence[str]) -> pl.DataFrame:
    """Return ``item_as_written`` and ``item_id`` of the spellings of ``sources`` that stand for another one.

    Of spellings that differ only in case, blanks and leading zeros (of numbers with three digits or more left), the
    one sold first names the item, so what is sold later never renames it.

    >>> import datetime as dt
    >>> days = [dt.datetime(2024, 1, day, tzinfo=dt.UTC) for day in (2, 1, 3)]
    >>> told = {"source": ["till"] * 3, "item_as_written": ["85123a", "85123A", "tea"], "first_at": days}
    >>> respelt(pl.DataFrame(told, schema=SPELLINGS), ["till"]).rows()
    [('85123a', '85123A')]
    """
    words = pl.col("item_as_written")
    here = spellings.filter(pl.col("source").is_in(sources)).group_by(words).agg(pl.min("first_at"))
    keyed = here.with_columns(_key=folded(words))
    several = keyed.filter(pl.col("_key").is_duplicated()).sort("_key", "first_at", "item_as_written")
    named = several.with_columns(item_id=words.first().over("_key"))
    return named.filter(pl.col("item_id") != words).select("item_as_written", "item_id").sort("item_as_written")


def folded(words: pl.Expr) -> pl.Expr:
    """Return what all spellings of an item have in common.

    >>> pl.select(folded(pl.lit(pl.Series(["85123A", " Green  tea", "00471", "007"])))).to_series().to_list()
    ['85123a', 'green tea', '471', '007']
    """
    plain = words.str.strip_chars().str.replace_all(r"\s+", " ").str.to_lowercase()
    return plain.str.replace(r"^0+(\d{3,})$", "${1}")


def names(spellings: pl.DataFrame, sources: Sequence[str]) -> pl.DataFrame:
    """Return the item of everything that ``sources`` have sold, seen or to come: ``folded`` and ``item_id``.

    >>> import datetime as dt
    >>> days = [dt.datetime(2024, 1, day, tzinfo=dt.UTC) for day in (2, 1, 3)]
    >>> told = {"source": ["till"] * 3, "item_as_written": ["85123a", "85123A", "tea"], "first_at": days}
    >>> names(pl.DataFrame(told, schema=SPELLINGS), ["till"]).rows()
    [('85123a', '85123A'), ('tea', 'tea')]
    """
    words = pl.col("item_as_written")
    here = spellings.filter(pl.col("source").is_in(sources)).sort("first_at", "item_as_written")
    return here.group_by(folded=folded(words)).agg(item_id=words.first()).sort("folded")


def seen(lines: pl.DataFrame) -> pl.DataFrame:
    """Return SPELLINGS of lines as they were written."""
    named = lines.group_by("source", item_as_written="item_id").agg(first_at=pl.min("purchased_at"))
    return named.select(list(SPELLINGS)).cast(SPELLINGS)


def joined(frames: list[pl.DataFrame]) -> pl.DataFrame:
    """Return SPELLINGS of several, by spelling."""
    several = pl.concat([pl.DataFrame(schema=SPELLINGS), *frames])
    keys = ["source", "item_as_written"]
    return several.group_by(keys).agg(pl.min("first_at")).sort(keys)
