"""A simulated shop: raw files as a till, a web shop and a CRM would export them, and the truth beside them.

``docs/simulated-shop.md`` says by which model people buy, and what every file holds.
"""

from regulars.ingest.simulate.plan import Plan
from regulars.ingest.simulate.writer import Written, write

__all__ = ["Plan", "Written", "write"]
