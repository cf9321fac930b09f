"""Contacts that are kept as keyed hashes: equal contacts stay equal, and nobody can read them back."""

import hashlib
import hmac

import polars as pl

from regulars.ingest.identity.emails import emails
from regulars.ingest.identity.phones import phones

NOT_KEPT = "(not kept)"
"""What stands in a quarantined row where a contact was."""


def hashed(contacts: pl.DataFrame, key: bytes, country: str | None) -> pl.DataFrame:
    """Return ``email`` and ``phone`` as 32 hex digits each; null where there is no such address or number.

    What is hashed is the one spelling of a contact (e-mail as its provider folds it, phone as E.164), so that two
    systems that write one contact differently still agree. Without the key nobody can find out a contact by hashing
    guesses; with another key the hashes are others, and old and new ones no longer meet.

    Args:
        contacts: ``email``, ``phone`` and ``country`` (ISO 3166, for phone numbers without a country code), as text.
        key: the shop's secret.
        country: where a record's own country is not known.
    """
    one_spelling = phones(contacts.with_columns(emails(pl.col("email"))), country)
    return one_spelling.select(_digests(one_spelling[kind], key) for kind in ("email", "phone"))


def _digests(values: pl.Series, key: bytes) -> pl.Series:
    # A key of its own for each kind, of the length that blake2b takes, so that their hashes never meet.
    own = hmac.digest(key, values.name.encode(), "sha512")
    known = values.unique().drop_nulls()
    digests = [hashlib.blake2b(value.encode(), key=own, digest_size=16).hexdigest() for value in known]
    return values.replace_strict(known, pl.Series(digests, dtype=pl.String), default=None, return_dtype=pl.String)
