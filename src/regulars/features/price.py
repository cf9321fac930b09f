"""How much a customer is after discounts."""

import numpy as np

from regulars.features.past import Column, Columns, Past, ratio

RECENT_DAYS = 90


def price(past: Past) -> Columns:
    """Discounts taken.

    Columns:
        discount_share (share, [0, 1]): discounts over what the goods would have cost without; null where that is not
            above 0
        discount_share_90 (share, [0, 1]): the same in the last 90 days
        deal_share (share, [0, 1]): lines bought with a discount
        deal_share_90 (share, [0, 1]): the same in the last 90 days; null where nothing was bought

    Example:
        >>> from regulars.features.example import show
        >>> show(price)
        discount_share 0.054
        discount_share_90 0.054
        deal_share 0.4
        deal_share_90 0.4
    """
    return {
        "discount_share": _discounts(past, None),
        "discount_share_90": _discounts(past, RECENT_DAYS),
        "deal_share": past.days.mean_of("n_deals", "n_lines"),
        "deal_share_90": past.days.mean_of("n_deals", "n_lines", RECENT_DAYS),
    }


def _discounts(past: Past, days: int | None) -> Column:
    discount = past.days.total("discount", days)
    share = ratio(discount, discount + past.days.total("amount", days))
    return np.minimum(share, 1)  # a line may be sold below nothing
