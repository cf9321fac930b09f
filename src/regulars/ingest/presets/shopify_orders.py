"""The standard order export of a Shopify shop."""

from regulars.ingest.adapters import shopify
from regulars.ingest.batch import OWN
from regulars.ingest.preset import Preset
from regulars.ingest.presets.names import SERVICES

SHOPIFY_ORDERS = Preset(
    name="shopify-orders",
    source="web",
    currency="USD",
    time_zone="America/New_York",
    columns={
        "customer_id": (OWN + "customer",),
        "purchased_at": (OWN + "at",),
        "item_id": (OWN + "item",),
        "order_id": (OWN + "order",),
        "quantity": (OWN + "quantity",),
        "amount": (OWN + "amount",),
        "discount": (OWN + "discount",),
        "currency": (OWN + "currency",),
        "store_id": (OWN + "store",),
        "item_name": (OWN + "item_name",),
        "brand": ("Vendor",),
    },
    required=frozenset({"customer_id", "purchased_at", "item_id", "order_id", "quantity", "amount", "currency"}),
    needs=shopify.NEEDED,
    non_products=("SHIPPING", "TIP", "DUTIES", "REFUND"),
    non_product_names=SERVICES,
    exact_duplicates=True,
    whole_orders=True,
    dated_returns=False,
    adapter=shopify.adapt,
)
