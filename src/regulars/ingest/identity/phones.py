"""Phone numbers as E.164, the way the world dials them."""

import re

import phonenumbers
import polars as pl

from regulars.ingest.identity.emails import HASHED


def phones(frame: pl.DataFrame, country: str | None) -> pl.DataFrame:
    """Return the frame with ``phone`` as E.164 (``+493012345``); null where it is no valid number and no hash of one.

    A number without a country code is read as one of the record's own ``country`` (ISO 3166 alpha-2), else of
    ``country``; with neither it is null, since the same digits exist in many countries.

    >>> frame = pl.DataFrame({"phone": ["030 901820", "+49 30 901820", "12"], "country": ["DE", None, "DE"]})
    >>> phones(frame, None)["phone"].to_list()
    ['+4930901820', '+4930901820', None]
    """
    region = pl.coalesce("country", pl.lit(country, pl.String)).alias("region")
    asked = frame.select("phone", region).filter(pl.col("phone").is_not_null()).unique(maintain_order=True)
    answers = pl.Series("e164", [_e164(*row) for row in asked.iter_rows()], dtype=pl.String)
    joined = frame.with_columns(region).join(
        asked.with_columns(answers), on=["phone", "region"], how="left", nulls_equal=True, maintain_order="left"
    )
    return joined.with_columns(phone=pl.col("e164")).select(frame.columns)


def _e164(number: str, region: str | None) -> str | None:
    if re.fullmatch(HASHED, number):
        return number
    if number.startswith("00"):
        number = "+" + number[2:]
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
