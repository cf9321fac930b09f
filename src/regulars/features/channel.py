"""Where a customer buys."""

from regulars.features.past import Columns, Past, ratio

RECENT_DAYS = 90


def channel(past: Past) -> Columns:
    """Stores, and the share of the web shop.

    Columns:
        n_stores (stores, >= 1): distinct stores; lines without one count as one store
        top_store_share (share, (0, 1]): orders at the most visited store
        web_share (share, [0, 1]): orders at a web shop; null where no table says which stores are
        web_share_90 (share, [0, 1]): the same in the last 90 days; null where nothing was bought either

    Example:
        >>> from regulars.features.example import show
        >>> show(channel)
        n_stores 3
        top_store_share 0.5
        web_share 0.25
        web_share_90 0.25
    """
    days = past.days
    return {
        "n_stores": days.total("store_new"),
        "top_store_share": ratio(days.highest("store_top"), days.total("n_orders")),
        "web_share": ratio(past.web.total("n_orders"), days.total("n_orders")),
        "web_share_90": ratio(past.web.total("n_orders", RECENT_DAYS), days.total("n_orders", RECENT_DAYS)),
    }
