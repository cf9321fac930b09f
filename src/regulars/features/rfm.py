"""Recency, frequency, tenure and spend."""

from regulars.features.past import Columns, Past


def rfm(past: Past) -> Columns:
    """Recency, frequency, tenure and spend.

    Columns:
        recency (days, >= 1): since the last purchase
        frequency (days, >= 0): purchase days after the first; 0 for one-time buyers
        tenure (days, >= 1): since the first purchase
        n_orders (orders, >= 1): all of them; one whose lines span days counts on each, here and wherever orders count
        spend (minor units, any): mean net amount of a purchase day
        spend_std (minor units, >= 0): its standard deviation; null for one-time buyers
        spend_last (minor units, any): net amount of the last purchase day

    References:
        Fader, Hardie & Lee (2005), "Counting your customers" the easy way, Marketing Science 24(2), whose recency is
        our ``tenure - recency``.

    Example:
        >>> from regulars.features.example import show
        >>> show(rfm)
        recency 10
        frequency 2
        tenure 40
        n_orders 4
        spend 700
        spend_std 346.987
        spend_last 780
    """
    days = past.days
    return {
        "recency": days.age(),
        "frequency": days.count() - 1,
        "tenure": days.age_first(),
        "n_orders": days.total("n_orders"),
        "spend": days.mean("amount"),
        "spend_std": days.std("amount"),
        "spend_last": days.last("amount"),
    }
