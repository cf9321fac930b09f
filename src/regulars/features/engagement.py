"""What a customer does without buying: looks around, fills a cart, opens mail."""

from regulars.features.past import Columns, Past

MONTH, SEASON = 30, 90


def engagement(past: Past) -> Columns:
    """Visits, carts and mail; all null where the shop has no table of events.

    A look is a view, a cart, a wish or a click in a mail. A window that begins before the shop's first event is null.

    Columns:
        look_recency (days, >= 1): since the last day with a look; null where there was none
        looks_30 (events, >= 0): looks in the last 30 days
        looks_90 (events, >= 0): looks in the last 90 days
        carts_30 (events, >= 0): carts in the last 30 days
        mails_90 (mails, >= 0): mails sent to the customer in the last 90 days
        open_share_90 (share, >= 0): mails opened over mails sent in the last 90 days; null where none were sent
        click_share_90 (share, >= 0): clicks in mails over mails sent in the last 90 days; null where none were sent

    Example:
        >>> from regulars.features.example import show
        >>> show(engagement)
        look_recency 2
        looks_30 3
        looks_90 4
        carts_30 1
        mails_90 2
        open_share_90 0.5
        click_share_90 0.5
    """
    looks, mails = past.looks, past.mails
    return {
        "look_recency": looks.age(),
        "looks_30": looks.total("n", MONTH),
        "looks_90": looks.total("n", SEASON),
        "carts_30": looks.total("cart", MONTH),
        "mails_90": mails.total("email_sent", SEASON),
        "open_share_90": mails.mean_of("email_open", "email_sent", SEASON),
        "click_share_90": mails.mean_of("email_click", "email_sent", SEASON),
    }
