"""Postage is no product, whatever the language; a handbag is one."""

import polars as pl
import pytest

from regulars.hygiene.non_products import whole
from regulars.ingest.presets.names import SERVICES


def is_service(name: str) -> bool:
    return pl.Series([name]).str.contains("(?i)" + whole(SERVICES)).item()


@pytest.mark.parametrize(
    "name",
    [
        *("Postage", "SHIPPING", "Delivery fee", "Shipping & handling", "Delivery to Berlin", "Versandkosten Inland"),
        *("Frais de port", "Gastos de envío", "Paper Bag", "Gift card 50", "Geschenkgutschein", "Carte cadeau 20"),
        *("Bank charges", "Tip", "Trinkgeld", "Pfand", "Donation", "Discount", "TEST", "Test item 3"),
    ],
)
def test_services(name: str) -> None:
    assert is_service(name)


@pytest.mark.parametrize(
    "name",
    [
        *("Bag", "Handbag", "Tea bags", "Postage stamp album", "Delivery van, toy", "Shipping crate", "Gift box"),
        *("Tipi", "Adjustment wrench", "Manually brewed tea", "Testament", "Tarjetero", "Porto wine", "milk", "85123A"),
    ],
)
def test_goods(name: str) -> None:
    assert not is_service(name)
