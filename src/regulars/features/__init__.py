"""Features: what is known about a customer at an instant."""

from regulars.features.known import KEYS
from regulars.features.season import YEAR, spans_a_year
from regulars.features.table import NAMES, matrix, table, typical

__all__ = ["KEYS", "NAMES", "YEAR", "matrix", "spans_a_year", "table", "typical"]
