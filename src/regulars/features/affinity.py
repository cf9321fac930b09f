"""What a customer's purchases revolve around: categories, departments, favourite items."""

from regulars.features.past import Columns, Past, ratio


def affinity(past: Past) -> Columns:
    """Breadth and concentration of what a customer buys.

    An item without a category or department counts into one that is called unknown; so do, for good, lines that were
    bought before the till told what their item is.

    Columns:
        n_categories (categories, >= 1): distinct categories ever bought
        n_departments (departments, >= 1): distinct departments ever bought
        top_item_share (share, (0, 1]): lines with the customer's most frequent item
        top_category_share (share, (0, 1]): lines in the largest category
        top_department_share (share, (0, 1]): lines in the largest department
        category_focus (index, (0, 1]): sum of squared shares of lines over categories; 1 is a single category

    References:
        Herfindahl-Hirschman index for category_focus: Rhoades (1993), Federal Reserve Bulletin 79(3).

    Example:
        >>> from regulars.features.example import show
        >>> show(affinity)
        n_categories 3
        n_departments 2
        top_item_share 0.6
        top_category_share 0.6
        top_department_share 0.8
        category_focus 0.44
    """
    days = past.days
    lines = days.total("n_lines")
    return {
        "n_categories": days.total("category_new"),
        "n_departments": days.total("department_new"),
        "top_item_share": ratio(days.highest("item_top"), lines),
        "top_category_share": ratio(days.highest("category_top"), lines),
        "top_department_share": ratio(days.highest("department_top"), lines),
        "category_focus": ratio(days.total("category_squares"), lines * lines),
    }
