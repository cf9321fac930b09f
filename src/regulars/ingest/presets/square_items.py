"""The item detail export of a Square till."""

from regulars.ingest.adapters import square
from regulars.ingest.batch import OWN
from regulars.ingest.preset import Preset
from regulars.ingest.presets.names import SERVICES

SQUARE_ITEMS = Preset(
    name="square-items",
    source="till",
    currency="USD",
    time_zone="America/New_York",
    columns={
        "customer_id": ("Customer ID",),
        "purchased_at": (OWN + "at",),
        "item_id": (OWN + "item",),
        "order_id": ("Transaction ID",),
        "quantity": ("Qty",),
        "amount": ("Net Sales",),
        "discount": ("Discounts",),
        "store_id": ("Location",),
        "item_name": (OWN + "item_name",),
        "category": ("Category",),
    },
    required=frozenset({"purchased_at", "item_id", "order_id", "quantity", "amount"}),
    needs=square.NEEDED,
    non_products=("TEST",),
    non_product_names=SERVICES,
    exact_duplicates=True,
    adapter=square.adapt,
)
