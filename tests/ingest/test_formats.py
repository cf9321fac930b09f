"""Money as people write it, and dates that contradict each other."""

import polars as pl
import pytest

from regulars.errors import DataError
from regulars.ingest import formats


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$1,234.50", 1234.5),
        ("-$3.00", -3.0),
        ("$-3.00", -3.0),
        ("($3.00)", -3.0),
        ("US$ 7", 7.0),
        ("12.50 EUR", 12.5),
        ("CHF 12.50", 12.5),
        ("£0.99", 0.99),
        ("4.00-", -4.0),
        ("\u22125.00", -5.0),
        ("kr 10", 10.0),
        ("10 zł", 10.0),
        ("\u200f1.00\u200e", 1.0),
        ("1'234.50", 1234.5),
        ("EUR", None),
        ("$", None),
        ("()", None),
        ("-", None),
        ("12 pieces", None),
        ("3 for 2", None),
    ],
)
def test_money_with_its_currency(text: str, value: float | None) -> None:
    assert formats.decimals(pl.Series([text])).to_list() == [value]


def test_money_with_a_decimal_comma() -> None:
    words = pl.Series(["€ 1.234,50", "12,50 €", "-3,00 EUR", "(4,00)"])
    assert formats.decimals(words, comma=True).to_list() == [1234.5, 12.5, -3.0, -4.0]


def test_a_currency_is_named_where_it_is_only_one() -> None:
    words = pl.Series(["€ 3", "3 GBP", "10 zł", "$3", "¥3", "3"])
    assert formats.currencies(words).to_list() == ["EUR", "GBP", "PLN", None, None, None]


def survey(*days: str) -> formats.Formats:
    return formats.survey("a.csv", [pl.DataFrame({"day": days})], "day", [])


def test_a_few_slips_are_no_mixture() -> None:
    assert survey(*["31/01/2024"] * 99, "01/31/2024").day == "%d/%m/%Y"
    with pytest.raises(DataError, match=r"mix day/month and month/day \('01/31/2024'\); write them as YYYY-MM-DD"):
        survey(*["31/01/2024"] * 90, *["01/31/2024"] * 10)


def test_excels_day_numbers_are_recognised() -> None:
    with pytest.raises(DataError, match="these are Excel's day numbers: format the column as a date"):
        survey("45352", "45353.5")
