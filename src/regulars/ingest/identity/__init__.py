"""Customer records of till, web shop and CRM into one profile a person."""

from regulars.ingest.identity.linking import HELD, PAIRS, Links, link
from regulars.ingest.identity.normalise import normalise
from regulars.ingest.identity.people import APART, merges, people, separate, undo
from regulars.ingest.identity.quality import Quality, measure
from regulars.ingest.identity.settings import Settings

__all__ = [
    "APART",
    "HELD",
    "PAIRS",
    "Links",
    "Quality",
    "Settings",
    "link",
    "measure",
    "merges",
    "normalise",
    "people",
    "separate",
    "undo",
]
