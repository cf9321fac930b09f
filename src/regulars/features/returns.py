"""What a customer brings back."""

from regulars.features.past import Columns, Past, ratio

RECENT_DAYS = 180


def returns(past: Past) -> Columns:
    """Goods brought back.

    Columns:
        return_share (share, >= 0): returned lines over items bought, an item counting once a purchase day; above 1
            where more came back than was sold
        return_share_180 (share, >= 0): the same in the last 180 days; null where nothing was bought
        refund_share (share, any): money refunded over money paid; null where that is not above 0
        return_recency (days, >= 1): since the last return; null where there was none

    Example:
        >>> from regulars.features.example import show
        >>> show(returns)
        return_share 0.2
        return_share_180 0.2
        refund_share 0.167
        return_recency 29
    """
    back, days = past.returns, past.days
    return {
        "return_share": ratio(back.total("n_lines"), days.total("item_n")),
        "return_share_180": ratio(back.total("n_lines", RECENT_DAYS), days.total("item_n", RECENT_DAYS)),
        "refund_share": ratio(back.total("amount"), days.total("amount")),
        "return_recency": back.age(),
    }
