"""Ta-Feng, a Taiwanese supermarket from November 2000 to February 2001.

Hsu, C.-N. et al. (2004). The file names no order, so that what a customer bought on a day is one basket. ``AMOUNT`` is
the number of units, ``SALES_PRICE`` the money for all of them, ``ASSET`` what they cost the shop.
"""

from regulars.ingest.preset import Preset

TA_FENG = Preset(
    name="ta-feng",
    source="till",
    currency="TWD",
    time_zone="Asia/Taipei",
    columns={
        "customer_id": ("CUSTOMER_ID",),
        "purchased_at": ("TRANSACTION_DT",),
        "item_id": ("PRODUCT_ID",),
        "quantity": ("AMOUNT",),
        "amount": ("SALES_PRICE",),
        "category": ("PRODUCT_SUBCLASS",),
    },
    required=frozenset({"customer_id", "purchased_at", "item_id", "quantity", "amount"}),
)
