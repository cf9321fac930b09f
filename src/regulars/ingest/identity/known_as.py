"""Which names a first name may stand for: Bob for Robert."""

import polars as pl
from nicknames import NickNamer


def known_as(first_names: pl.Series) -> pl.Series:
    """Return for each first name the names it may stand for, itself among them, as sorted lists; null stays null.

    Two people may be called the same where their lists meet. The first word counts. The names are the English ones
    of the package ``nicknames``; for other languages a list holds the name alone.

    >>> names = known_as(pl.Series(["bill", "ann lee", None])).to_list()
    >>> "william" in names[0], "bill" in names[0], "ann" in names[1], names[2]
    (True, True, True, None)
    """
    namer = NickNamer()
    word = first_names.str.extract(r"^(\S+)").alias("word")
    words = word.drop_nulls().unique().sort()
    lists = pl.Series("names", [sorted(namer.canonicals_of(w) | {w}) for w in words], dtype=pl.List(pl.String))
    table = words.to_frame().with_columns(lists)
    return word.to_frame().join(table, on="word", how="left", maintain_order="left")["names"].alias("known_as")
