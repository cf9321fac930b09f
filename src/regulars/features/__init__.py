"""Features: what is known about a customer at an instant."""

from regulars.features.past import Columns, Past, ratio
from regulars.features.season import YEAR, spans_a_year
from regulars.features.side import Side
from regulars.features.table import FAMILIES, KEYS, NAMES, Family, matrix, names, table, typical

__all__ = [
    "FAMILIES",
    "KEYS",
    "NAMES",
    "YEAR",
    "Columns",
    "Family",
    "Past",
    "Side",
    "matrix",
    "names",
    "ratio",
    "spans_a_year",
    "table",
    "typical",
]
