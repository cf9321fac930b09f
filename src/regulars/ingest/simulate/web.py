"""The web shop's file: Shopify's order export, one row a line, the order's own cells on its first row only."""

import numpy as np
import polars as pl

from regulars.ingest.simulate import mess
from regulars.ingest.simulate.arrays import Ints, half_up
from regulars.ingest.simulate.lines import AMOUNT, order_ids
from regulars.ingest.simulate.money import plain
from regulars.ingest.simulate.orders import WEB
from regulars.ingest.simulate.plan import CURRENCY, ZONE, Plan
from regulars.ingest.simulate.till import TAX_PERCENT
from regulars.ingest.simulate.web_columns import COLUMNS

FILE = "web.csv"
SHIPPING = 495
"""Cents; nothing is charged from FREE_FROM on."""
FREE_FROM = 4000
VOIDED = 0.008
"""Share of orders before which a payment failed: an order like it that was cancelled and never paid."""
_PROVINCE = "NY"
_SAME = {
    "Currency": pl.lit(CURRENCY),
    "Shipping Method": pl.lit("Standard"),
    "Payment Method": pl.lit("Shopify Payments"),
    "Outstanding Balance": pl.lit("0.00"),
    "Risk Level": pl.lit("Low"),
    "Source": pl.lit("web"),
    "Tax 1 Name": pl.lit(f"State Tax {TAX_PERCENT}%"),
}


def lines(plan: Plan, block: int, true: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Return the web shop's lines as it writes them, sorted by time and numbered, the double export at the end."""
    frame = pl.concat([mess.written(true), _voided(plan, block, true, rng)])
    frame = frame.sort("at", "order_id", maintain_order=True)
    return mess.numbered(mess.exported_twice(plan, mess.misspelt(plan, frame, rng), rng))


def _voided(plan: Plan, block: int, true: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Return orders that were never paid: each like one that was, 3 to 20 minutes later."""
    names = true["order_id"].unique(maintain_order=True)
    hit = pl.DataFrame({"order_id": names.filter(pl.Series(rng.random(len(names)) < plan.chance(VOIDED)))})
    n = hit.height
    other = order_ids(block, np.full(n, WEB), mess.NEVER_WAS + np.arange(n))
    hit = hit.with_columns(wait=pl.Series(rng.integers(180, 1200, n)), other=other)
    found = true.join(hit, on="order_id", maintain_order="left")
    at = pl.col("at") - pl.duration(seconds="wait")
    return mess.written(found.with_columns(at=at, order_id="other").drop("wait", "other"), "voided")


def export(frame: pl.DataFrame, refunds: pl.DataFrame, accounts: pl.DataFrame, codes: pl.Series) -> pl.DataFrame:
    """Return the rows of the file.

    ``refunds``: true lines of kind refund; ``accounts``: the web shop's customer records; ``codes``: the
    discount code of each order, by place in the block; null: none.
    """
    begins = frame.select(
        pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift()) for name in ("order_id", "spurious"))
    ).to_series()
    starts = np.flatnonzero(begins.to_numpy())
    place = np.cumsum(begins.to_numpy()) - 1
    orders = _sums(frame, starts, refunds).join(accounts, on="customer_id", how="left", maintain_order="left")
    own = orders.select(cell.alias(name) for name, cell in _order_cells(orders, codes).items())
    status = pl.when(pl.col("spurious") == "voided").then(pl.lit("pending")).otherwise(pl.lit("fulfilled"))
    cells: dict[str, pl.Expr] = {name: pl.when(begins).then(own[name].gather(place)) for name in own.columns} | {
        "Name": pl.col("order_id"),
        "Email": pl.col("customer_id"),
        "Lineitem quantity": pl.col("w_quantity").cast(pl.String),
        "Lineitem name": pl.col("what"),
        "Lineitem price": pl.lit(plain(frame["w_price"].to_numpy())),
        "Lineitem sku": pl.col("w_item_id"),
        "Lineitem requires shipping": pl.when(pl.col("item") >= 0).then(pl.lit("true")).otherwise(pl.lit("false")),
        "Lineitem taxable": pl.lit("true"),
        "Lineitem fulfillment status": status,
        "Vendor": pl.lit("Simulated Shop"),
        "Lineitem discount": pl.lit("0.00"),
    }
    return frame.select(cells.get(name, pl.lit(None, pl.String)).alias(name) for name in COLUMNS)


def _sums(frame: pl.DataFrame, starts: Ints, refunds: pl.DataFrame) -> pl.DataFrame:
    """One row a written order, with its sums in cents; taxes are on what is paid for the goods."""
    ends = np.append(starts[1:], frame.height)

    def total(values: pl.Series) -> Ints:
        run = np.append(0, np.cumsum(values.to_numpy()))
        return np.asarray(run[ends] - run[starts])

    subtotal = total(frame.select(mess.WRITTEN_AMOUNT).to_series())
    taxes = half_up(subtotal * TAX_PERCENT, 100)
    back = refunds.group_by("order_id").agg(back=-AMOUNT.sum(), back_at=pl.col("at").max())
    orders = frame[starts].select("order_id", "customer_id", "order", "at", "spurious")
    orders = orders.join(back, on="order_id", how="left", maintain_order="left")
    came_back = orders["back"].fill_null(0).to_numpy()
    refunded = np.where(came_back >= subtotal, subtotal + taxes, came_back + half_up(came_back * TAX_PERCENT, 100))
    return orders.with_columns(
        subtotal=subtotal,
        discounts=total(frame["w_discount"]),
        shipping=np.where(subtotal < FREE_FROM, SHIPPING, 0),
        taxes=taxes,
        refunded=np.where(came_back > 0, np.minimum(refunded, subtotal + taxes), 0),
    )


def _order_cells(orders: pl.DataFrame, codes: pl.Series) -> dict[str, pl.Expr]:
    """Return the cells of each order, by column."""
    voided = pl.col("spurious").eq_missing("voided")
    sent = pl.col("at").dt.truncate("1d") + pl.duration(hours=38)
    cells = {
        "Financial Status": _status(voided),
        "Paid at": pl.when(~voided).then(_stamp(pl.col("at") + pl.duration(seconds=1))),
        "Fulfillment Status": pl.when(voided).then(pl.lit("unfulfilled")).otherwise(pl.lit("fulfilled")),
        "Fulfilled at": pl.when(~voided).then(_stamp(sent)),
        "Accepts Marketing": pl.when(pl.col("consented")).then(pl.lit("yes")).otherwise(pl.lit("no")),
        "Discount Code": pl.lit(codes.gather(orders["order"].to_numpy())),
        "Created at": _stamp(pl.col("at")),
        "Cancelled at": pl.when(voided).then(_stamp(pl.col("at") + pl.duration(seconds=90))),
        "Id": pl.concat_str(pl.lit("50"), pl.col("order_id").str.slice(1).str.zfill(11)),
        "Phone": pl.col("phone"),
    }
    return _SAME | cells | _money(orders) | _addresses()


def _status(voided: pl.Expr) -> pl.Expr:
    refunded = pl.col("refunded")
    return (
        pl.when(voided)
        .then(pl.lit("voided"))
        .when((refunded > 0) & (refunded >= pl.col("subtotal") + pl.col("taxes")))
        .then(pl.lit("refunded"))
        .when(refunded > 0)
        .then(pl.lit("partially_refunded"))
        .otherwise(pl.lit("paid"))
    )


def _money(orders: pl.DataFrame) -> dict[str, pl.Expr]:
    cents = {name: orders[name].to_numpy() for name in ("subtotal", "shipping", "taxes", "discounts", "refunded")}
    sums = {
        "Subtotal": cents["subtotal"],
        "Shipping": cents["shipping"],
        "Taxes": cents["taxes"],
        "Total": cents["subtotal"] + cents["shipping"] + cents["taxes"],
        "Discount Amount": cents["discounts"],
        "Refunded Amount": cents["refunded"],
        "Tax 1 Value": cents["taxes"],
    }
    return {name: pl.lit(plain(values)) for name, values in sums.items()}


def _addresses() -> dict[str, pl.Expr]:
    """Return the billing and the shipping address, which are the same."""
    name = pl.concat_str("first_name", "last_name", separator=" ")
    cells = {
        "Name": name.str.strip_chars(),
        "Street": pl.col("address"),
        "Address1": pl.col("address"),
        "City": pl.col("city"),
        "Zip": pl.col("postcode"),
        "Province": pl.lit(_PROVINCE),
        "Country": pl.col("country"),
        "Phone": pl.col("phone"),
    }
    return {f"{kind} {name}": cell for kind in ("Billing", "Shipping") for name, cell in cells.items()}


def _stamp(at: pl.Expr) -> pl.Expr:
    """Print the shop's wall clock with its offset from UTC; nothing is sold in hours that occur twice or never."""
    there = at.dt.replace_time_zone(ZONE, ambiguous="earliest", non_existent="null")
    return there.dt.strftime("%Y-%m-%d %H:%M:%S %z")
