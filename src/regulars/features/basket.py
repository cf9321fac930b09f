"""What a customer's orders look like: size, value, novelty."""

from regulars.features.past import Columns, Past, ratio

RECENT_DAYS = 90


def basket(past: Past) -> Columns:
    """Basket size, value and novelty.

    An item-day is an item on a purchase day, however many lines it has.

    Columns:
        basket_items (items, >= 1): mean distinct items of a purchase day
        basket_value (minor units, any): mean net amount of an order
        line_value (minor units, any): mean net amount of a line
        n_items (items, >= 1): distinct items ever bought
        new_item_share (share, [0, 1]): item-days that were the customer's first of their item
        new_item_share_90 (share, [0, 1]): the same among the last 90 days; null where nothing was bought

    Example:
        >>> from regulars.features.example import show
        >>> show(basket)
        basket_items 1.667
        basket_value 525
        line_value 420
        n_items 3
        new_item_share 0.6
        new_item_share_90 0.6
    """
    days = past.days
    return {
        "basket_items": days.mean("item_n"),
        "basket_value": ratio(days.total("amount"), days.total("n_orders")),
        "line_value": ratio(days.total("amount"), days.total("n_lines")),
        "n_items": days.total("item_new"),
        "new_item_share": ratio(days.total("item_new"), days.total("item_n")),
        "new_item_share_90": ratio(days.total("item_new", RECENT_DAYS), days.total("item_n", RECENT_DAYS)),
    }
