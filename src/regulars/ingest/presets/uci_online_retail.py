"""Online Retail and Online Retail II of the UCI Machine Learning Repository: a British online wholesaler of gifts.

Chen, D. (2019), Online Retail II, UCI Machine Learning Repository, CC BY 4.0. The workbook has a sheet a year, which
share nine days; the first edition (2015) has the second year only and other names for the same columns.
"""

from regulars.ingest.preset import Preset

UCI_ONLINE_RETAIL = Preset(
    name="uci-online-retail",
    source="web",
    currency="GBP",
    time_zone="Europe/London",
    columns={
        "customer_id": ("Customer ID",),
        "purchased_at": ("InvoiceDate",),
        "item_id": ("StockCode",),
        "order_id": ("Invoice",),
        "quantity": ("Quantity",),
        "price": ("Price",),
        "item_name": ("Description",),
    },
    required=frozenset({"customer_id", "purchased_at", "item_id", "order_id", "quantity", "price"}),
    aliases={
        "Invoice": ("InvoiceNo", "invoice_no", "invoice"),
        "StockCode": ("stock_code",),
        "Description": ("description",),
        "Quantity": ("quantity",),
        "InvoiceDate": ("invoice_date",),
        "Price": ("UnitPrice", "unit_price", "price"),
        "Customer ID": ("CustomerID", "customer_id", "Customer_ID"),
    },
    non_products=(
        *("POST", "DOT", "C2", "C3"),  # postage and carriage
        *("M", "m", "D", "B", r"ADJUST\d*"),  # entered by hand: anything, discounts, bad debts, corrections
        *("BANK CHARGES", "AMAZONFEE", "CRUK"),  # fees, and a donation
        *(r"gift_\d+_\d+", "GIFT"),  # vouchers
        *("S", "PADS", r"TEST\d+"),  # samples, a make-weight at a tenth of a penny, tests
    ),
    exact_duplicates=True,
)
