"""Any file of order lines whose columns are named like the fields, mapped to them, or guessed."""

from regulars.ingest.fields import FIELDS
from regulars.ingest.preset import Preset
from regulars.ingest.presets.names import SERVICES

GENERIC = Preset(
    name="generic",
    source="shop",
    currency="USD",
    time_zone="UTC",
    columns={field.name: (field.name,) for field in FIELDS},
    required=frozenset({"customer_id", "purchased_at"}),
    non_product_names=SERVICES,
)
