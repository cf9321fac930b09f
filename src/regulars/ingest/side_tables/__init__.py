"""Tables beside the order lines: items, prices, customers, consents, events, campaigns, reviews, stores."""

from regulars.ingest.side_tables.loading import Loading, load
from regulars.ingest.side_tables.options import Options
from regulars.ingest.side_tables.tally import Tally

__all__ = ["Loading", "Options", "Tally", "load"]
