"""The cells of Shopify's order export, typed; see :mod:`regulars.ingest.adapters.shopify`."""

import polars as pl

from regulars import currency
from regulars.errors import ConfigError
from regulars.ingest import formats

MONEY = ("Subtotal", "Shipping", "Taxes", "Total", "Discount Amount", "Refunded Amount", "Tip", "Duties")
"""An order's sums."""
TEXTS = {
    "name": "Name",
    "status": "Financial Status",
    "created": "Created at",
    "paid": "Paid at",
    "fulfilled": "Fulfilled at",
    "cancelled": "Cancelled at",
    "item_name": "Lineitem name",
}
_PHONES = ("Phone", "Billing Phone", "Shipping Phone")
_NO_CURRENCY = 2


def typed(rows: pl.DataFrame, places: pl.Series) -> pl.DataFrame:
    """Return the goods of an export: a row a row of the file, empty text as null, money in minor units.

    ``row`` and ``line`` are the places in the batch and in the file; ``order`` numbers the orders, ``first`` says which
    row begins one; ``code`` and ``places`` are its currency and the decimals of that.
    """
    new = (rows["Name"] != rows["Name"].shift()).fill_null(value=True)
    told = _text(rows, "Total").is_not_null()
    begins = new | told
    code = pl.select(pl.when(begins).then(_text(rows, "Currency")).forward_fill().str.to_uppercase()).to_series()
    decimals = _decimals(code)
    quantity = formats.decimals(_text(rows, "Lineitem quantity"))
    gross = (quantity * _minor(_text(rows, "Lineitem price"), decimals)).round().cast(pl.Int64)
    return pl.DataFrame(
        {
            "row": pl.int_range(rows.height, eager=True),
            "line": places,
            "order": begins.cum_sum(),
            "first": begins & told,
            "code": code,
            "places": decimals,
            "quantity": quantity,
            "gross": gross,
            "line_discount": _minor(_text(rows, "Lineitem discount").fill_null("0"), decimals),
            "taxable": (_text(rows, "Lineitem taxable") != "false").fill_null(value=True),
            "item": _first(rows, "Lineitem sku", "Lineitem name"),
            "customer": _customer(rows),
            "store": _first(rows, "Location", "Source"),
        }
        | {name: _text(rows, column) for name, column in TEXTS.items()}
        | {name: _minor(_text(rows, name).fill_null("0"), decimals) for name in MONEY}
    )


def _text(rows: pl.DataFrame, column: str) -> pl.Series:
    """Return trimmed text, null where there is none; Excel's guard against formulas is taken off."""
    if column not in rows.columns:
        return pl.Series([None], dtype=pl.String).new_from_index(0, rows.height)
    words = rows[column].str.strip_chars().str.strip_prefix("'")
    return words.set(words == "", None)


def _first(rows: pl.DataFrame, *columns: str) -> pl.Series:
    return pl.select(pl.coalesce(_text(rows, column) for column in columns)).to_series()


def _customer(rows: pl.DataFrame) -> pl.Series:
    """Return the e-mail address in lower case, else the digits of a phone number."""
    digits = _first(rows, *_PHONES).str.replace_all(r"[^\d+]", "")
    phone = digits.set(digits.str.len_bytes() < 6, None)
    return pl.select(pl.coalesce(_text(rows, "Email").str.to_lowercase(), phone)).to_series()


def _minor(words: pl.Series, places: pl.Series) -> pl.Series:
    return (formats.decimals(words) * 10**places).round().cast(pl.Int64)


def _decimals(codes: pl.Series) -> pl.Series:
    """Return the decimals of each currency; of one that nobody knows, two."""
    known = {code: _decimals_of(code) for code in codes.drop_nulls().unique()}
    return codes.replace_strict(known, default=_NO_CURRENCY, return_dtype=pl.Int64)


def _decimals_of(code: str) -> int:
    try:
        return currency.decimals(code)
    except ConfigError:
        return _NO_CURRENCY
