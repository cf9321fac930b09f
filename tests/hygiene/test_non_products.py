"""Lines that are money but no goods."""

import datetime as dt

import polars as pl

from regulars.hygiene import Context, Rules, mark, non_products
from tests.hygiene.log import frame, line, marked

RULES = Rules(item_patterns=("POST", r"gift_\d+"), name_patterns=("postage", "test( item)?"))


def test_items_whose_whole_id_fits_are_no_products() -> None:
    lines = [line("anna", item, "5 09:30:00") for item in ("POST", "POSTER", "gift_20", "a gift_20", "post")]
    assert dict(marked(*lines, rules=RULES)) == {
        "POST": "non_product",
        "POSTER": None,
        "gift_20": "non_product",
        "a gift_20": None,
        "post": None,
    }
    assert {why for _, why in marked(*lines, rules=RULES.model_copy(update={"non_product": False}))} == {None}


def test_a_spelling_keeps_what_was_written_in_mind() -> None:
    rows = frame(line("anna", "post", "5 09:30:00")).with_columns(item_as_written=pl.lit("POST"))
    assert mark(rows, Context({"till": RULES}))["excluded"].to_list() == ["non_product"]


def test_items_whose_name_fits_are_no_products_once_they_are_called_so() -> None:
    since = dt.datetime(2024, 3, 5)
    items = pl.DataFrame(
        {
            "item_id": ["p1", "p2", "p3"],
            "name": ["Postage", "TEST item", "Postage stamp album"],
            "known_since": [since, None, None],
        },
        schema_overrides={"known_since": pl.Datetime("us")},
    )
    named = non_products.named(items, {"till": RULES}, "UTC")
    lines = [line("anna", "p1", "4 09:00:00"), *(line("anna", item, "6 09:00:00") for item in ("p1", "p2", "p3"))]
    rows = mark(frame(*lines), Context({"till": RULES}, named=named))
    assert rows["excluded"].to_list() == [None, "non_product", "non_product", None]
    assert non_products.named(items, {"till": Rules()}, "UTC").is_empty()


def test_goods_that_leave_without_money_are_stock() -> None:
    lines = [line("anna", "milk", "5 09:00:00", -3, 0), line("anna", "tea", "5 09:00:00", 1, 0)]
    assert marked(*lines) == [("milk", "write_off"), ("tea", None)]


def test_anonymous_lines_are_marked_whatever_is_switched() -> None:
    assert marked(line(None, "milk", "5 09:00:00"), rules=Rules()) == [("milk", "anonymous")]
    assert mark(frame(line(None, "milk", "5 09:00:00")), Context())["excluded"].to_list() == ["anonymous"]
