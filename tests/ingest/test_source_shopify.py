"""Shopify's order export: every order comes to its Total less taxes, to the cent, or says why not."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.errors import DataError
from regulars.ingest import text
from regulars.ingest.adapters.shares import share
from regulars.ingest.adapters.shopify import NEEDED
from regulars.ingest.batch import OWN, REASON
from regulars.ingest.reading import open_feeds
from regulars.ingest.sources import PRESETS, preset

HEADER = (
    *("Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Fulfilled at", "Accepts Marketing"),
    *("Currency", "Subtotal", "Shipping", "Taxes", "Total", "Discount Code", "Discount Amount", "Shipping Method"),
    *("Created at", "Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem compare at price"),
    *("Lineitem sku", "Lineitem requires shipping", "Lineitem taxable", "Lineitem fulfillment status"),
    *("Billing Name", "Billing Phone", "Notes", "Cancelled at", "Refunded Amount", "Vendor", "Id", "Source"),
    *("Lineitem discount", "Phone"),
)
AT = "2024-03-05 10:14:00 -0500"
FULFILLED = "2024-03-06 09:00:00 -0500"


def order(name: str, *lines: tuple[str, str, str, str], **cells: str) -> list[dict[str, str]]:
    """Return an order's rows; a line is quantity, name, price, SKU; cells are named with _ for a blank."""
    own = {key.replace("_", " "): value for key, value in cells.items()}
    always = {"Financial Status": "paid", "Currency": "USD", "Paid at": AT, "Shipping": "0.00", "Taxes": "0.00"}
    rows = []
    for place, (quantity, title, price, sku) in enumerate(lines):
        row = {
            "Name": name,
            "Email": own.get("Email", "Ada@Example.com "),
            "Created at": AT,
            "Lineitem quantity": quantity,
            "Lineitem name": title,
            "Lineitem price": price,
            "Lineitem sku": sku,
            "Lineitem discount": "0.00",
            "Lineitem taxable": "true",
            "Vendor": "Fern & Co",
        }
        rows.append(row | (always | own if not place else {}))
    return rows


def write(folder: Path, *orders: list[dict[str, str]]) -> Path:
    path = folder / "orders_export_1.csv"
    rows = [{name: row.get(name, "") for name in HEADER} for order in orders for row in order]
    pl.DataFrame(rows, schema=dict.fromkeys(HEADER, pl.String)).write_csv(path)
    return path


def read(path: Path) -> tuple[pl.DataFrame, int]:
    """Return the adapted rows, with short names, and how many were made."""
    (feed,) = open_feeds(path, preset("shopify-orders"))
    batches = list(feed.batches())
    assert sum(batch.ragged.height for batch in batches) == 0
    rows = pl.concat([batch.rows.with_columns(line=batch.lines) for batch in batches])
    made = sum(batch.made for batch in batches)
    rows = rows.with_columns(pl.col(OWN + "amount", OWN + "discount").cast(pl.Float64))
    return rows.select("line", **{name.removeprefix(OWN): name for name in rows.columns if name.startswith(OWN)}), made


def items(rows: pl.DataFrame, name: str) -> list[tuple[str, float, float]]:
    return rows.filter(order=name).select("item", "quantity", "amount").rows()


FERN = order(
    "#1001",
    ("2", "Botanical Fern Print", "16.00", "FERN-1"),
    ("1", "Canvas Tote Bag", "20.00", ""),
    Subtotal="47.00",
    Shipping="6.00",
    Taxes="3.29",
    Total="56.29",
    Discount_Code="FALL5",
    Discount_Amount="5.00",
)


def test_an_order_with_a_discount_postage_and_taxes_on_top(tmp_path: Path) -> None:
    rows, made = read(write(tmp_path, FERN))
    assert items(rows, "#1001") == [
        ("FERN-1", 2.0, 28.92),
        ("Canvas Tote Bag", 1.0, 18.08),
        ("SHIPPING", 1.0, 6.0),
    ]
    assert made == 1
    assert rows["discount"].to_list() == [3.08, 1.92, 0.0]
    assert rows["line"].to_list() == [1, 2, 1]
    assert set(rows["customer"]) == {"ada@example.com"}
    assert set(rows["at"]) == {AT}
    assert rows["reason"].null_count() == 3


def test_taxes_that_prices_include_are_taken_out(tmp_path: Path) -> None:
    lines = (("1", "Tee", "11.90", "T"), ("3", "Kanne", "23.80", "K"))
    path = write(
        tmp_path,
        order("#1", *lines, Currency="EUR", Subtotal="83.30", Shipping="5.95", Taxes="14.25", Total="89.25"),
    )
    rows, _ = read(path)
    assert items(rows, "#1") == [("T", 1.0, 10.0), ("K", 3.0, 60.0), ("SHIPPING", 1.0, 5.0)]
    assert set(rows["currency"]) == {"EUR"}


def test_money_without_cents_is_shared_without_cents(tmp_path: Path) -> None:
    lines = (("1", "A", "1000", "A"), ("1", "B", "1000", "B"), ("1", "C", "1000", "C"))
    path = write(tmp_path, order("#1", *lines, Currency="JPY", Subtotal="2900", Total="2900", Discount_Amount="100"))
    rows, _ = read(path)
    assert rows["amount"].to_list() == [966.0, 967.0, 967.0]


def test_postage_that_a_code_takes_off(tmp_path: Path) -> None:
    line = ("1", "Mug", "25.00", "MUG")
    free = order("#1", line, Subtotal="25.00", Shipping="6.00", Total="25.00", Discount_Amount="6.00")
    rows, made = read(write(tmp_path, free))
    assert items(rows, "#1") == [("MUG", 1.0, 25.0)]
    assert made == 0


TWO = (("1", "Mug", "20.00", "MUG"), ("2", "Pin", "5.00", "PIN"))
SUMS = {"Subtotal": "30.00", "Shipping": "4.95", "Taxes": "2.40", "Total": "37.35", "Fulfilled_at": FULFILLED}


@pytest.mark.parametrize(
    ("back", "lines"),
    [
        ("37.35", [("MUG", -1.0, -20.0), ("PIN", -2.0, -10.0), ("SHIPPING", -1.0, -4.95)]),
        ("32.40", [("MUG", -1.0, -20.0), ("PIN", -2.0, -10.0)]),
        ("10.80", [("REFUND", 0.0, -10.0)]),
        ("34.00", [("REFUND", 0.0, -31.82)]),
        ("0.00", []),
    ],
)
def test_refunds(tmp_path: Path, back: str, lines: list[tuple[str, float, float]]) -> None:
    rows, made = read(write(tmp_path, order("#1", *TWO, **SUMS, Refunded_Amount=back)))
    assert items(rows, "#1")[:3] == [("MUG", 1.0, 20.0), ("PIN", 2.0, 10.0), ("SHIPPING", 1.0, 4.95)]
    assert items(rows, "#1")[3:] == lines
    assert made == 1 + len(lines)
    assert set(rows["at"][3:]) <= {FULFILLED}


def test_the_time_of_a_refund_is_inferred_so_it_voids_nothing_and_later_exports_replace_the_order(
    tmp_path: Path,
) -> None:
    told = {"Cancelled_at": "2024-03-09 09:00:00 -0500", "Fulfilled_at": FULFILLED, "Paid_at": AT}
    times = []
    for gone in range(4):
        cells = SUMS | dict.fromkeys(told, "") | dict(list(told.items())[gone:])
        rows, _ = read(write(tmp_path, order("#1", *TWO, **cells, Refunded_Amount="37.35")))
        times.append(rows.filter(pl.col("quantity") < 0)["at"].unique().to_list())
    assert times == [["2024-03-09 09:00:00 -0500"], [FULFILLED], [AT], [AT]]
    chosen = preset("shopify-orders")
    assert (chosen.whole_orders, chosen.dated_returns) == (True, False)
    assert [name for name, other in PRESETS.items() if other.whole_orders or not other.dated_returns] == [chosen.name]


@pytest.mark.parametrize(
    ("cells", "undone"),
    [
        ({"Financial_Status": "voided"}, True),
        ({"Financial_Status": "pending", "Cancelled_at": FULFILLED}, True),
        ({"Financial_Status": "pending"}, False),
        ({"Cancelled_at": FULFILLED}, False),
    ],
)
def test_what_was_cancelled_before_it_was_paid_is_taken_back(
    tmp_path: Path, cells: dict[str, str], undone: bool
) -> None:
    rows, _ = read(write(tmp_path, order("#1", *TWO, **SUMS | cells)))
    assert (round(rows["amount"].sum(), 6) == 0) is undone
    assert (rows.height == 6) is undone


def test_customers_go_by_their_e_mail_else_their_phone_else_nobody(tmp_path: Path) -> None:
    line, sums = ("1", "Mug", "5.00", "MUG"), {"Subtotal": "5.00", "Total": "5.00"}
    rows, _ = read(
        write(
            tmp_path,
            order("#1", line, **sums),
            order("#2", line, **sums, Email="", Phone="'+1 (212) 555-0100"),
            order("#3", line, **sums, Email=""),
        )
    )
    assert rows["customer"].to_list() == ["ada@example.com", "+12125550100", None]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"Total": ""}, "its order's first row is missing"),
        ({"Subtotal": "thirty"}, "its order has money or a quantity that cannot be read"),
        ({"Subtotal": "31.00", "Total": "38.35"}, "its order's lines come to less than its Subtotal"),
        ({"Subtotal": "29.00", "Total": "36.35"}, "its order's lines come to more than its Subtotal and discount"),
        ({"Total": "37.36"}, "its order's Subtotal, Shipping and Taxes do not come to its Total"),
        ({"Refunded_Amount": "37.36"}, "its order's Refunded Amount is more than its Total"),
    ],
)
def test_an_order_that_does_not_add_up_is_set_aside_whole(tmp_path: Path, cells: dict[str, str], reason: str) -> None:
    rows, made = read(write(tmp_path, FERN, order("#2", *TWO, **SUMS | cells)))
    assert rows.filter(order="#2")["reason"].to_list() == [reason] * 2
    assert rows.filter(order="#2")["amount"].to_list() == [20.0, 10.0]
    assert rows.filter(order="#1001")["reason"].null_count() == 3
    assert made == 1


def test_orders_may_go_over_several_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    orders = [[row | {"Name": f"#{n}"} for row in FERN] for n in range(40)]
    path = write(tmp_path, *orders)
    whole, made = read(path)
    monkeypatch.setattr(text, "BLOCK", 300)
    parts, again = read(path)
    assert parts.equals(whole)
    assert made == again == 40


def test_the_same_order_twice_is_two_orders(tmp_path: Path) -> None:
    rows, made = read(write(tmp_path, FERN, FERN))
    assert rows["amount"].sum() == pytest.approx(106.0)
    assert made == 2


def test_a_file_that_is_no_order_export_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "products.csv"
    path.write_text("Handle,Title\na,b\n")
    with pytest.raises(DataError, match=r"no column 'Name'.*export the orders from Shopify"):
        open_feeds(path, preset("shopify-orders"))
    assert set(NEEDED) <= set(HEADER)


@given(
    st.integers(-(10**9), 10**9),
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 10**7)), min_size=1, max_size=20),
)
def test_shares_add_up_and_are_fair(total: int, weights: list[tuple[int, int]]) -> None:
    frame = pl.DataFrame(weights, schema=["order", "weight"], orient="row").with_columns(total=pl.lit(total))
    shared = frame.with_columns(share("total", "weight", "order"))
    for (_,), part in shared.group_by("order"):
        assert part["share"].sum() == total
        weight = int(part["weight"].sum())
        for one, got in part.select("weight", "share").rows():
            fair = total * one / weight if weight else total / part.height
            assert abs(got - fair) <= 1 + 1e-6
    assert shared["share"].dtype == pl.Int64
    assert REASON == OWN + "reason"
