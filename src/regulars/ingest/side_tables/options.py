"""What a caller says about the files of a side table."""

from dataclasses import dataclass

from regulars import clock, currency
from regulars.errors import ConfigError

SHORTEST_KEY = 16
"""Bytes that a key for contacts must have at least."""


@dataclass(frozen=True)
class Options:
    """How to read a file, as far as it does not say itself.

    Raises:
        ConfigError: no such currency or time zone, a key that could be guessed, or own ids without a source.
    """

    currency: str
    """ISO 4217 code of its money."""
    time_zone: str
    """IANA name of the zone of the shop's wall clock, which is what the rows get."""
    file_zone: str | None = None
    """IANA name of the zone of the file's times without an offset from UTC; None where it is the shop's."""
    source: str | None = None
    """The system that reported the rows, for tables that say so."""
    own_ids: bool = False
    """True puts the source in front of customers' ids, as in ``till:17``; as for the order lines of that source."""
    country: str | None = None
    """ISO 3166 code of rows without a country, for phone numbers and for days whose month could be the day."""
    contact_key: bytes | None = None
    """None keeps contacts as they are written; a secret of at least 16 bytes keeps only keyed hashes of them."""

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        currency.decimals(self.currency)
        for zone in (self.time_zone, self.file_zone or self.time_zone):
            clock.check_zone(zone)
        if self.own_ids and not self.source:
            raise ConfigError("own ids need the name of their source; pass --source NAME")
        if self.contact_key is not None and len(self.contact_key) < SHORTEST_KEY:
            length = len(self.contact_key)
            raise ConfigError(f"the key for contacts has {length} bytes; give it at least {SHORTEST_KEY}, at random")
