"""The presets by name."""

from regulars.errors import ConfigError, did_you_mean
from regulars.ingest.fields import FIELD, FIELDS, ITEM_TEXTS, WITHOUT_ITEMS
from regulars.ingest.preset import Preset
from regulars.ingest.presets.cdnow import CDNOW
from regulars.ingest.presets.complete_journey import COMPLETE_JOURNEY
from regulars.ingest.presets.generic import GENERIC
from regulars.ingest.presets.shopify_orders import SHOPIFY_ORDERS
from regulars.ingest.presets.square_items import SQUARE_ITEMS
from regulars.ingest.presets.ta_feng import TA_FENG
from regulars.ingest.presets.uci_online_retail import UCI_ONLINE_RETAIL

__all__ = ["FIELD", "FIELDS", "ITEM_TEXTS", "PRESETS", "WITHOUT_ITEMS", "Preset", "preset"]

PRESETS = {
    found.name: found
    for found in (COMPLETE_JOURNEY, UCI_ONLINE_RETAIL, CDNOW, TA_FENG, SHOPIFY_ORDERS, SQUARE_ITEMS, GENERIC)
}
"""Name -> preset."""


def preset(name: str) -> Preset:
    """Return the preset called ``name``.

    Raises:
        ConfigError: there is none.
    """
    if name not in PRESETS:
        hint = did_you_mean(name, PRESETS)
        raise ConfigError(f"no preset {name!r}{hint}; presets: {', '.join(PRESETS)}")
    return PRESETS[name]
