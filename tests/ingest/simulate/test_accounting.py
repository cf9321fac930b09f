"""Every line of the files is a true line or a dirt that never happened, to the line and the cent."""

import polars as pl
import pytest

from tests.ingest.simulate.conftest import Shop


def _cents(text: str) -> pl.Expr:
    return pl.col(text).str.replace_all(r"[$,.]", "").cast(pl.Int64)


def _written(shop: Shop, file: str) -> pl.DataFrame:
    """Line number, order, item and net cents as the file says them; web discounts by order, in the first line."""
    frame = shop.csv(file).with_row_index("line", 1).with_columns(pl.col("line").cast(pl.Int64))
    if file == "till.csv":
        return frame.select("line", order="Transaction ID", item="SKU", amount=_cents("Net Sales"))
    gross = pl.col("Lineitem quantity").cast(pl.Int64) * _cents("Lineitem price")
    off = _cents("Discount Amount").fill_null(0)
    return frame.select(
        "line", order="Name", item="Lineitem sku", amount=gross - off, first=pl.col("Total").is_not_null()
    )


@pytest.mark.parametrize("file", ["till.csv", "web.csv"])
def test_each_line_is_accounted_for_once(shop: Shop, file: str) -> None:
    true = shop.truth("lines").filter((pl.col("file") == file) & pl.col("line").is_not_null())
    never = shop.truth("dirt").filter((pl.col("file") == file) & pl.col("spurious"))
    lines = pl.concat([true["line"], never["line"]]).sort()
    assert lines.to_list() == list(range(1, shop.expected["lines"][file] + 1))
    assert shop.csv(file).height == shop.expected["lines"][file]


@pytest.mark.parametrize("file", ["till.csv", "web.csv"])
def test_money_agrees_to_the_cent(shop: Shop, file: str) -> None:
    written = _written(shop, file)["amount"].sum()
    lines = shop.truth("lines").filter(pl.col("file") == file)
    dirt = shop.truth("dirt").filter(pl.col("file") == file)
    own = lines.filter(pl.col("line").is_not_null())["amount"].sum()
    assert written == own + (dirt["amount_written"] - dirt["amount_true"]).sum()
    net = shop.expected["net_cents"][file]
    assert (net["written"], net["true"]) == (written, lines["amount"].sum())


def test_till_lines_say_what_is_true_but_for_their_dirt(shop: Shop) -> None:
    dirt = shop.truth("dirt").filter((pl.col("file") == "till.csv") & (pl.col("what") != "non_product"))
    clean = shop.truth("lines").filter(pl.col("file") == "till.csv").join(dirt, on="line", how="anti")
    both = clean.join(_written(shop, "till.csv"), on="line")
    assert both.height == clean.height > 10_000
    assert both.filter(pl.col("amount") != pl.col("amount_right")).is_empty()
    assert both.filter(pl.col("order_id") != pl.col("order")).is_empty()
    assert both.filter(pl.coalesce("item_id", "charge") != pl.col("item")).is_empty()


def test_web_orders_say_what_is_true_but_for_their_dirt(shop: Shop) -> None:
    never = shop.truth("dirt").filter((pl.col("file") == "web.csv") & pl.col("spurious"))
    written = _written(shop, "web.csv").join(never, on="line", how="anti").group_by("order").agg(pl.col("amount").sum())
    true = shop.truth("lines").filter((pl.col("file") == "web.csv") & pl.col("line").is_not_null())
    both = true.group_by(order="order_id").agg(true=pl.col("amount").sum()).join(written, on="order", how="full")
    assert both.filter(pl.col("amount").ne_missing(pl.col("true"))).is_empty()


def test_spoilt_cells_are_told_as_they_stand_in_the_file(shop: Shop) -> None:
    dirt = shop.truth("dirt").filter(pl.col("what") == "item_misspelt")
    for (file,), part in dirt.group_by("file"):
        both = part.join(_written(shop, str(file)), on="line")
        assert both.height == part.height > 100
        assert (both["item"] == both["written"]).all()
        assert (both["written"] != both["true"]).all()
        plain = both["written"].str.strip_chars().str.to_uppercase().str.strip_chars_start("0")
        assert (plain == both["true"].str.strip_chars_start("0")).all()


def test_no_two_items_are_one_when_spelling_is_ignored(shop: Shop) -> None:
    items = shop.csv("items.csv")["item_id"]
    assert items.str.to_uppercase().str.strip_chars_start("0").n_unique() == len(items) == shop.plan.n_items


def test_every_kind_of_dirt_is_there_and_counted(shop: Shop) -> None:
    counted = {
        file: dict(part.group_by("what").len().iter_rows()) for (file,), part in shop.truth("dirt").group_by("file")
    }
    assert counted == shop.expected["dirt"]
    assert set(counted["till.csv"]) == {
        "booked_twice",
        "exact_duplicate",
        "item_misspelt",
        "near_duplicate",
        "negative_price",
        "non_product",
        "quantity_absurd",
        "test",
        "year_1970",
    }
    assert set(counted["web.csv"]) == {"exact_duplicate", "item_misspelt", "non_product", "voided"}


def test_exact_duplicates_repeat_a_line_letter_for_letter(shop: Shop) -> None:
    never = shop.truth("dirt").filter(pl.col("what") == "exact_duplicate")
    for (file,), part in never.group_by("file"):
        rows = (shop.path / str(file)).read_text().splitlines()
        first = {row: line for line, row in reversed(list(enumerate(rows)))}
        assert all(first[rows[line]] < line for line in part["line"])


def test_goods_collected_are_booked_by_the_till_within_two_minutes(shop: Shop) -> None:
    never = shop.truth("dirt").filter(pl.col("what") == "booked_twice").select("line")
    till = (
        shop.csv("till.csv")
        .with_row_index("line", 1)
        .with_columns(pl.col("line").cast(pl.Int64))
        .join(never, on="line")
    )
    at = pl.concat_str("Date", "Time", separator=" ").str.to_datetime("%Y-%m-%d %H:%M:%S")
    till = till.select("line", "Item", at=at, cents=_cents("Net Sales")).sort("at")
    names = shop.csv("items.csv").select("item_id", Item="name")
    web = shop.truth("lines").filter((pl.col("channel") == "web") & (pl.col("kind") == "sale"))
    web = web.join(names, on="item_id").select("Item", cents="amount", online="purchased_at")
    near = till.join(web, on=["Item", "cents"]).filter(
        (pl.col("at") - pl.col("online")).dt.total_seconds().is_between(20, 110)
    )
    assert near["line"].n_unique() == till.height > 20


def test_returns_name_the_sale_they_undo_or_none(shop: Shop) -> None:
    lines = shop.truth("lines")
    back = lines.filter(pl.col("kind").is_in(["return", "refund"]))
    sold = lines.filter(pl.col("kind") == "sale").select(
        "item_id", "person_id", undoes="order_id", sold_at="purchased_at", sold="quantity", paid="amount"
    )
    known = back.filter(pl.col("undoes").is_not_null())
    both = known.join(sold, on=["item_id", "person_id", "undoes"], nulls_equal=True)
    assert both.height == known.height > 500
    assert both.filter(pl.col("sold_at") >= pl.col("purchased_at")).is_empty()
    assert both.filter((-pl.col("quantity") > pl.col("sold")) | (-pl.col("amount") > pl.col("paid"))).is_empty()
    strays = back.filter(pl.col("undoes").is_null())
    assert strays.height > 20
    bought = sold.filter(pl.col("person_id").is_not_null())
    assert strays.join(bought, on=["item_id", "person_id"], how="inner").is_empty()


def test_without_mess_the_files_say_the_truth(tmp_path_factory: pytest.TempPathFactory) -> None:
    from regulars.ingest.simulate import Plan, write

    plan = Plan(customers=200, years=1, mess=0)
    written = write(tmp_path_factory.mktemp("clean") / "shop", plan)
    assert all(set(kinds) == {"non_product"} for kinds in written.expected["dirt"].values())
    net = written.expected["net_cents"]
    assert net["till.csv"]["written"] == net["till.csv"]["true"]
    people = pl.read_csv(written.path / "crm_customers.csv", infer_schema=False)
    assert people["phone"].drop_nulls().str.contains(r"^\+1\d{10}$").all()
