"""CDNOW's customers of the first quarter of 1997 and what they bought until June 1998, one row a purchase.

Fader, P. & Hardie, B. (2001), Forecasting repeat sales at CDNOW. The master file is text without a header: customer,
day, number of CDs, dollars. It says neither what was bought nor in which order, so that two purchases of a customer
on a day are one basket, and the item of every line is the same.
"""

from regulars.ingest.preset import Preset

CDNOW = Preset(
    name="cdnow",
    source="web",
    currency="USD",
    time_zone="America/New_York",
    columns={
        "customer_id": ("customer_id",),
        "purchased_at": ("date",),
        "quantity": ("quantity",),
        "amount": ("amount",),
    },
    required=frozenset({"customer_id", "purchased_at", "quantity", "amount"}),
    aliases={"quantity": ("number_of_cds", "cds"), "amount": ("dollar_value", "dollars")},
    headless=("customer_id", "date", "quantity", "amount"),
)
