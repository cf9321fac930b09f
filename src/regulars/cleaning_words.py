"""The hygiene report in words: what each step is called, and what it says of its lines."""

from decimal import Decimal

from babel.numbers import format_currency

from regulars import currency
from regulars.hygiene import RULES
from regulars.hygiene.rules import NEAR_SECONDS, VOID_MINUTES

MINUS = "\N{MINUS SIGN}"
"""As wide as a digit, so that numbers stand below each other."""
TITLES = {
    "read": "lines read",
    "made": "made by the preset",
    "set_aside": "set aside",
    "known": "known already",
    "held": "in the ledger",
    "exact_duplicate": "exact duplicates",
    "near_duplicate": "near duplicates",
    "non_product": "non-products",
    "write_off": "write-offs",
    "anonymous": "anonymous",
    "voided": "voided",
    "seen": "what models see",
}
"""Step -> its name for people, in the order of the waterfall."""

_SAYS = {
    "set_aside": ("cannot", "cannot", "be used and went to the quarantine with a reason"),
    "known": ("was", "were", "in another file or an earlier ingest already; a sale counts once"),
    "exact_duplicate": ("copies", "copy", "a line that the same order already has, alike in every cell"),
    "near_duplicate": ("reports", "report", f"a sale for the second time, within {NEAR_SECONDS} seconds"),
    "non_product": ("is", "are", "postage, fees, vouchers or tests: money, but nothing to buy again"),
    "write_off": ("moves", "move", "goods without money: stock corrections"),
    "anonymous": ("has", "have", "no customer: of use for what is known of items, but not of customers"),
    "voided": ("belongs", "belong", f"to a sale that was taken back in full on its day, within {VOID_MINUTES} minutes"),
}
"""Step -> verb after one line, verb after several, and the rest."""
_NOTHING = {
    "set_aside": "Every line could be used: the quarantine got none.",
    "known": "No line came twice, in another file or an earlier ingest.",
}


def number(value: int) -> str:
    """Write a whole number for people.

    >>> number(525461)
    '525,461'
    """
    return f"{value:,}".replace("-", MINUS)


def counted(value: int, noun: str) -> str:
    """Write how many there are.

    >>> counted(1, "file"), counted(2000, "file")
    ('1 file', '2,000 files')
    """
    return f"{value:,} {noun}" if value == 1 else f"{value:,} {noun}s"


def money(minor: int, code: str) -> str:
    """Write minor units for people, exactly.

    >>> money(123456789, "GBP"), money(5, "EUR"), money(5000, "JPY")
    ('1,234,567.89 GBP', '0.05 EUR', '5,000 JPY')
    """
    amount = Decimal(minor).scaleb(-currency.decimals(code))
    return format_currency(amount, code, "#,##0.00 ¤¤", locale="en").replace("-", MINUS)


def sentence(step: str, lines: int, of: int, files: int) -> str:
    """Say what a step did to ``lines`` of ``of`` lines, from so many files.

    >>> sentence("anonymous", 1200, 5000, 1)
    'Of 5,000 lines, 1,200 have no customer: of use for what is known of items, but not of customers.'
    >>> sentence("write_off", 0, 5000, 1)
    'No line found: goods that leave or come back without money: stock corrections.'
    >>> sentence("seen", 1, 1, 1)
    '1 line is what models see.'
    """
    plain = {
        "read": f"came in {counted(files, 'file')}",
        "made": "more were made of them, such as the postage of an order; their money is in what was read",
        "held": "are in the ledger, whether models see them or not",
        "seen": "are what models see",
    }
    if step in plain:
        told = plain[step] if lines != 1 else plain[step].replace("are ", "is ", 1).replace("were ", "was ", 1)
        return f"{counted(lines, 'line')} {told}."
    one, several, rest = _SAYS[step]
    if not lines:
        return _NOTHING.get(step) or f"No line found: {RULES[step]}."
    verb = one if lines == 1 else several
    return f"Of {counted(of, 'line')}, {lines:,} {verb} {rest}."
