"""Time zones as exports name them in words."""

import zoneinfo

_WORDS = {
    "Hawaii": "Pacific/Honolulu",
    "Alaska": "America/Anchorage",
    "Pacific Time (US & Canada)": "America/Los_Angeles",
    "Arizona": "America/Phoenix",
    "Mountain Time (US & Canada)": "America/Denver",
    "Central Time (US & Canada)": "America/Chicago",
    "Saskatchewan": "America/Regina",
    "Eastern Time (US & Canada)": "America/New_York",
    "Indiana (East)": "America/Indiana/Indianapolis",
    "Atlantic Time (Canada)": "America/Halifax",
    "Newfoundland": "America/St_Johns",
    "Puerto Rico": "America/Puerto_Rico",
    "London": "Europe/London",
    "Edinburgh": "Europe/London",
    "Dublin": "Europe/Dublin",
    "Paris": "Europe/Paris",
    "Madrid": "Europe/Madrid",
    "Berlin": "Europe/Berlin",
    "Tokyo": "Asia/Tokyo",
    "Osaka": "Asia/Tokyo",
    "Perth": "Australia/Perth",
    "AWST": "Australia/Perth",
    "Adelaide": "Australia/Adelaide",
    "Darwin": "Australia/Darwin",
    "Brisbane": "Australia/Brisbane",
    "Sydney": "Australia/Sydney",
    "Melbourne": "Australia/Melbourne",
    "Canberra": "Australia/Sydney",
    "Hobart": "Australia/Hobart",
    "UTC": "UTC",
    "GMT": "UTC",
}


def iana(words: str | None) -> str | None:
    """Return the IANA name of a zone; None where nobody knows it.

    >>> iana("Eastern Time (US & Canada)"), iana("Europe/Rome"), iana("Middle-earth")
    ('America/New_York', 'Europe/Rome', None)
    """
    name = (words or "").strip()
    if name in _WORDS:
        return _WORDS[name]
    return name if name in zoneinfo.available_timezones() else None
