"""Money between the interface (decimals of the shop's currency) and the ledger (whole hundredths of it)."""

from decimal import Decimal

DECIMALS = 2
"""Decimals of every amount, whatever the currency: so the ledger keeps them."""


def minor(amount: Decimal) -> int | None:
    """Return ``amount`` in minor units, or None where it has more decimals than the ledger keeps.

    >>> minor(Decimal("12.5")), minor(Decimal("12.555"))
    (1250, None)
    """
    scaled = amount.scaleb(DECIMALS)
    return int(scaled) if scaled == scaled.to_integral_value() else None


def text(amount: int) -> str:
    """Return minor units as a decimal.

    >>> text(18420), text(-5)
    ('184.20', '-0.05')
    """
    return f"{Decimal(amount).scaleb(-DECIMALS):f}"
