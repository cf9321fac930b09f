"""Raw files into a ledger: every line is kept, or set aside with a reason, and the money adds up."""

from regulars.ingest.intake import Progress, Terms, ingest
from regulars.ingest.sources import FIELDS, PRESETS
from regulars.ingest.summary import Summary

__all__ = ["FIELDS", "PRESETS", "Progress", "Summary", "Terms", "ingest"]
