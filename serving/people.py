"""Who a customer is, for those who may know; for all others just enough to recognise them by."""

from collections.abc import Mapping
from typing import Any

from serving.profile_contract import Person

COLUMNS = ("first_name", "last_name", "email", "phone")
"""What of ``schema.CUSTOMERS`` the store keeps."""

HIDDEN = "***"
PHONE_DIGITS = 2


def worded(row: Mapping[str, Any] | None, *, unmasked: bool) -> Person | None:
    """Return what an answer says of a person; None where nothing is known.

    Args:
        row: :data:`COLUMNS` of one person.
        unmasked: whether who asks may know.
    """
    if row is None:
        return None
    name = " ".join(row[part] for part in ("first_name", "last_name") if row[part]) or None
    if unmasked:
        return {"name": name, "email": row["email"], "phone": row["phone"], "masked": False}
    return {
        "name": name and masked_name(name),
        "email": row["email"] and masked_email(row["email"]),
        "phone": row["phone"] and masked_phone(row["phone"]),
        "masked": True,
    }


def masked_name(name: str) -> str:
    """Return a name's initials.

    >>> masked_name("Ada Example")
    'A*** E***'
    """
    return " ".join(word[0] + HIDDEN for word in name.split())


def masked_email(email: str) -> str:
    """Return the first letters of an address and the end of its domain; nothing of what is no address.

    >>> masked_email("ada@example.com"), masked_email("0f8fad5bd9cb469fa16570867728950e")
    ('a***@e***.com', '***')
    """
    user, at, domain = email.rpartition("@")
    host, dot, end = domain.rpartition(".")
    return f"{user[0]}{HIDDEN}@{host[0]}{HIDDEN}.{end}" if at and dot and user and host else HIDDEN


def masked_phone(phone: str) -> str:
    """Return the last digits of a number; nothing of what is no number, such as a keyed hash of one.

    >>> masked_phone("+49 170 123 4567"), masked_phone("0f8fad5bd9cb469fa16570867728950e")
    ('***67', '***')
    """
    if any(letter.isalpha() for letter in phone):
        return HIDDEN
    digits = [letter for letter in phone if letter.isdigit()]
    return HIDDEN + "".join(digits[-PHONE_DIGITS:]) if len(digits) > 2 * PHONE_DIGITS else HIDDEN
