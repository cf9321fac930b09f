"""Which column says what, guessed from names in four languages and from what the columns hold."""

from pathlib import Path

import polars as pl
import pytest

from regulars.ingest import guess, guess_words
from regulars.ingest.csv_file import CsvFile
from regulars.ingest.fields import FIELD

LOOKS = {
    "t": ["2024-03-01 10:00", "2024-03-02 11:30", "2024-03-02 12:00", "2024-03-05 09:15"],
    "m": ["3.98", "12.50", "1.99", "-4.00"],
    "n": ["1", "2", "1", "1"],
    "i": ["A17", "B2", "A17", "C9"],
    "w": ["Tea, green", "Bread", "Tea, green", "Milk"],
    "": ["", "", "", ""],
}


def table(columns: str) -> pl.DataFrame:
    """Return a table of columns that look like t(imes), m(oney), n(umbers), i(ds), w(ords) or nothing."""
    named = (column.rpartition(":") for column in columns.split(", "))
    return pl.DataFrame({name: LOOKS[look] for name, _, look in named})


@pytest.mark.parametrize(
    ("sample", "mapping"),
    [
        (
            table("Customer ID:i, Order Date:t, Invoice No:i, SKU:i, Description:w, Qty:n, Net Sales:m"),
            {
                "Customer ID": "customer_id",
                "Order Date": "purchased_at",
                "Invoice No": "order_id",
                "SKU": "item_id",
                "Description": "item_name",
                "Qty": "quantity",
                "Net Sales": "amount",
            },
        ),
        (
            table("Kundennummer:n, Bestelldatum:t, Artikelnummer:i, Bezeichnung:w, Stückzahl:n, Einzelpreis:m"),
            {
                "Kundennummer": "customer_id",
                "Bestelldatum": "purchased_at",
                "Artikelnummer": "item_id",
                "Bezeichnung": "item_name",
                "Stückzahl": "quantity",
                "Einzelpreis": "price",
            },
        ),
        (
            table("N° client:i, Date de commande:t, Code article:i, Libellé:w, Quantité:n, Montant:m"),
            {
                "N° client": "customer_id",
                "Date de commande": "purchased_at",
                "Code article": "item_id",
                "Libellé": "item_name",
                "Quantité": "quantity",
                "Montant": "amount",
            },
        ),
        (
            table("id_cliente:i, fecha_compra:t, id_producto:i, cantidad:n, importe:m, tienda:i"),
            {
                "id_cliente": "customer_id",
                "fecha_compra": "purchased_at",
                "id_producto": "item_id",
                "cantidad": "quantity",
                "importe": "amount",
                "tienda": "store_id",
            },
        ),
        (table("buyer:i, x:t, y:m"), {"buyer": "customer_id", "x": "purchased_at", "y": "amount"}),
    ],
)
def test_columns_are_found_by_name_and_content(sample: pl.DataFrame, mapping: dict[str, str]) -> None:
    assert guess.columns(sample.columns, sample).mapping == mapping


@pytest.mark.parametrize(
    ("sample", "doubts"),
    [
        (table("customer:i, date:t, total:m"), ()),
        (table("customer:i, date:t, total:m, amount:m"), ("amount",)),
        (table("customer:i, date:t, total:m, price:m"), ()),
        (table("customer:i, date:t, price:m"), ()),
        (table("customer:i, order date:t, invoice date:t, total:m"), ("purchased_at",)),
        (table("customer:i, order date:t, birth date:t, total:m"), ()),
        (table("customer:i, customer name:w, date:t, total:m"), ()),
        (table("customer:i, client:i, date:t, total:m"), ("customer_id",)),
        (table("name:w, date:t, total:m"), ("customer_id",)),
        (table("customer:i, date:w, total:m"), ("purchased_at",)),
        (table("customer:i, date:t, total:w"), ("amount",)),
        (table("customer:, date:t, y:m"), ("customer_id", "amount")),
        (table("a:i, b:i"), ("customer_id", "purchased_at", "amount")),
    ],
)
def test_a_guess_knows_what_it_does_not_know(sample: pl.DataFrame, doubts: tuple[str, ...]) -> None:
    found = guess.columns(sample.columns, sample)
    assert found.doubts() == doubts
    assert found.sure is not bool(doubts)


def test_a_refusal_says_what_to_pass() -> None:
    sample = table("Kunde:i, Order date:t, Invoice date:t, Menge:n")
    found = guess.columns(sample.columns, sample)
    assert str(found.refusal("a.csv", sample.columns)) == (
        "a.csv: purchased_at (when: the shop's wall clock, or with an offset from UTC) may be 'Order date' or "
        "'Invoice date'; no column looks like amount (net amount received for the line); columns: Kunde, Order date, "
        'Invoice date, Menge; say which is which with --map Kunde=customer_id --map "Order date"=purchased_at '
        "--map Menge=quantity --map COLUMN=amount"
    )


def test_what_the_user_says_stands(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    table("client:i, member:i, date:t, total:m").write_csv(path)
    file = CsvFile.open(path)
    assert guess.of_file(file).doubts() == ("customer_id",)
    found = guess.of_file(file, {"member": "customer_id"})
    assert found.sure
    assert found.mapping == {"member": "customer_id", "date": "purchased_at", "total": "amount"}


def test_a_file_without_lines_is_guessed_by_its_names_at_most(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("customer,date,total\n")
    assert not guess.of_file(CsvFile.open(path)).sure


def test_every_word_is_one_that_a_name_can_become() -> None:
    assert set(guess_words.WORDS) <= set(FIELD)
    for words in guess_words.WORDS.values():
        assert all("".join(guess_words.tokens(word)) == word for word in words.split())
        assert len(set(words.split())) == len(words.split())
