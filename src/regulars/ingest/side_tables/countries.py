"""Countries as ISO 3166 alpha-2 codes, from codes in any case and from names."""

from functools import lru_cache

import polars as pl
from babel import Locale

_LANGUAGES = ("pt", "pl", "nl", "it", "es", "fr", "de", "en")
"""Languages in which a country's name is known; where two differ, the later one counts."""
_USUAL = {"uk": "GB", "usa": "US", "u.s.": "US", "u.s.a.": "US"}
"""What people write and no standard lists."""


def codes(words: pl.Series) -> pl.Series:
    """Return the code of each trimmed text; what is no known name stays as it is, in capitals.

    >>> codes(pl.Series(["de", "Germany", "Frankreich", "UK", "Elbonia", None])).to_list()
    ['DE', 'DE', 'FR', 'GB', 'ELBONIA', None]
    """
    names = _names()
    return words.str.to_lowercase().replace(list(names), list(names.values())).str.to_uppercase()


@lru_cache
def _names() -> dict[str, str]:
    """Return name in lower case -> code."""
    found: dict[str, str] = {}
    for language in _LANGUAGES:
        territories = Locale(language).territories.items()
        found |= {name.lower(): code for code, name in territories if len(code) == 2 and code.isalpha()}
    return found | _USUAL
