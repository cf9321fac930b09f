"""Currencies: how many minor units make one unit, and how an amount is written."""

from functools import lru_cache

from iso4217 import Currency

from regulars.errors import ConfigError, did_you_mean


@lru_cache
def decimals(code: str) -> int:
    """Return how many decimals the money of ISO 4217 ``code`` has: 2 for EUR, 0 for JPY.

    Raises:
        ConfigError: there is no such currency, or it has no coins, like gold.

    >>> decimals("EUR"), decimals("JPY"), decimals("KWD"), decimals("RSD")
    (2, 0, 3, 2)
    """
    known = {each.value: each.exponent for each in Currency if each.exponent is not None}
    if code not in known:
        hint = did_you_mean(code.upper(), known)
        raise ConfigError(f"no currency {code!r}{hint}; name it by its three capital letters, as in EUR")
    return known[code]


def written(minor: int, code: str) -> str:
    """Write minor units as a decimal number with its currency, exactly.

    >>> written(-1205, "USD"), written(500, "JPY")
    ('-12.05 USD', '500 JPY')
    """
    sign = "-" if minor < 0 else ""
    places = decimals(code)
    units, rest = divmod(abs(minor), 10**places)
    return f"{sign}{units}{f'.{rest:0{places}d}' if places else ''} {code}"
