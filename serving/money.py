"""Money between the interface (decimals of the shop's currency) and the ledger (whole minor units of it)."""

from decimal import Decimal

from regulars.currency import decimals


def minor(amount: Decimal, currency: str) -> int | None:
    """Return ``amount`` in minor units, or None where it has more decimals than the currency.

    >>> minor(Decimal("12.5"), "EUR"), minor(Decimal("12.555"), "EUR"), minor(Decimal("12"), "JPY")
    (1250, None, 12)
    """
    scaled = amount.scaleb(decimals(currency))
    return int(scaled) if scaled == scaled.to_integral_value() else None


def text(amount: int, currency: str) -> str:
    """Return minor units as a decimal.

    >>> text(18420, "EUR"), text(-5, "EUR"), text(500, "JPY")
    ('184.20', '-0.05', '500')
    """
    return f"{Decimal(amount).scaleb(-decimals(currency)):f}"
