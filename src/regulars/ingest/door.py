"""What a shop says of a source beside its files: who reports, in which money, by which clock."""

from dataclasses import dataclass

from regulars import currency
from regulars.hygiene import Rules
from regulars.ingest.preset import Preset


@dataclass(frozen=True)
class Door:
    """How lines of one source enter a ledger."""

    preset: Preset
    """Which column says what."""
    source: str
    """The system that reports them."""
    currency: str
    """ISO 4217 code of their money, where a line does not say."""
    kept_in: str
    """That of the ledger."""
    time_zone: str
    """IANA zone of its clock, where a time has no offset."""
    shop_zone: str
    """That of the shop, which says what a day is."""
    own_ids: bool = False
    """True where customers' and orders' ids are this system's own, so that its name goes in front: ``till:17``."""

    @property
    def places(self) -> int:
        """Decimals of the ledger's money."""
        return currency.decimals(self.kept_in)

    @property
    def rules(self) -> Rules:
        """The hygiene rules that its lines begin with."""
        return Rules(
            exact_duplicate=self.preset.exact_duplicates,
            voided=self.preset.dated_returns,
            whole_orders=self.preset.whole_orders,
            item_patterns=self.preset.non_products,
            name_patterns=self.preset.non_product_names,
        )
