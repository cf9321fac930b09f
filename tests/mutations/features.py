"""Mistakes that a feature engine invites."""

from tests.mutations.planted import Planted

TABLE = "tests/features/test_table.py::"
FAMILIES = "tests/features/test_families.py::"
EDGES = "tests/features/test_edges.py::"
IDENTICAL = "tests/features/test_identical.py::"
NUMBERS = "tests/features/test_numbers.py::"

FEATURES = (
    # What happens on the day of as_of or later gets through.
    Planted(
        "the day of as_of is known",
        "features/past.py",
        "self._end = rollup.place(rows.customer, rows.as_of)",
        "self._end = rollup.place(rows.customer, rows.as_of + 1)",
        TABLE + "test_rows_at_or_after_as_of_change_nothing",
    ),
    Planted(
        "who first buys on the day of as_of is known",
        "features/past.py",
        "known = [every[days.place(every, day) > begin] for day in as_of]",
        "known = [every[days.place(every, day + 1) > begin] for day in as_of]",
        TABLE + "test_who_is_in_the_table",
    ),
    Planted(
        "the last row of the log instead of the last one known",
        "features/past.py",
        "return self._at(self._rollup.columns[what], self._end - 1)\n",
        "end = self._rollup.place(self._rows.customer + 1, BEFORE)\n"
        "        return np.append(self._rollup.columns[what], 0)[end - 1].astype(np.float64)\n",
        TABLE + "test_rows_at_or_after_as_of_change_nothing",
    ),
    Planted(
        "the median of gaps that end after as_of",
        "features/past.py",
        "self._rollup.day[order], self._rollup.customer",
        "np.full(len(order), BEFORE), self._rollup.customer",
        EDGES + "test_nothing_of_the_day_of_as_of_or_later_counts",
    ),
    Planted(
        "a gap is known when it begins",
        "features/rollups.py",
        'Rollup(days.key[same], {"days"',
        'Rollup(days.key[same - 1], {"days"',
        TABLE + "test_rows_at_or_after_as_of_change_nothing",
    ),
    Planted(
        "what a purchase told of an item is known before it",
        "features/side.py",
        "told = self._since[row][item] <= at",
        "told = self._since[row][item] <= at.max(initial=0)",
        FAMILIES + "test_what_a_purchase_told_of_an_item_counts_from_then_on",
    ),
    Planted(
        "the purchase that told of an item does not know it",
        "features/side.py",
        "told = self._since[row][item] <= at",
        "told = self._since[row][item] < at",
        FAMILIES + "test_what_a_purchase_told_of_an_item_counts_from_then_on",
    ),
    Planted(
        "events of the day of as_of",
        "scale/beside.py",
        'events.filter(pl.col("at") < before)',
        'events.filter(pl.col("at") <= before)',
        IDENTICAL + "test_the_side_of_a_ledger_ends_at_as_of",
    ),
    # Windows that end elsewhere than they say.
    Planted(
        "windows a day too short",
        "features/past.py",
        "self._rows.as_of - days)",
        "self._rows.as_of - days + 1)",
        EDGES + "test_windows_end_where_they_say",
    ),
    Planted(
        "windows a day too long",
        "features/past.py",
        "self._rows.as_of - days)",
        "self._rows.as_of - days - 1)",
        EDGES + "test_windows_end_where_they_say",
    ),
    Planted(
        "windows closed on the right",
        "features/rollup.py",
        "np.searchsorted(self.key, keys(customer, day))",
        'np.searchsorted(self.key, keys(customer, day), side="right")',
        EDGES + "test_windows_end_where_they_say",
    ),
    Planted(
        "a trend as soon as the window is full",
        "features/recent.py",
        "past.days.age_first() > near",
        "past.days.age_first() >= near",
        EDGES + "test_a_trend_needs_a_customer_older_than_its_window",
    ),
    Planted(
        "a trend that compares with itself",
        "features/recent.py",
        "(past.days.count(far) - inside)",
        "past.days.count(far)",
        EDGES + "test_a_steady_customer_has_no_trend",
    ),
    # Something else is counted than the name says.
    Planted(
        "the first purchase counts as a repeat",
        "features/rfm.py",
        "days.count() - 1",
        "days.count()",
        FAMILIES + "test_rfm",
    ),
    Planted(
        "the deviation of all there are instead of a sample",
        "features/past.py",
        "first) / (size - 1))",
        "first) / size)",
        FAMILIES + "test_rhythm",
    ),
    Planted(
        "lines without goods are purchases",
        "features/lines.py",
        "(quantity > 0, quantity < 0)",
        "(quantity >= 0, quantity < 0)",
        FAMILIES + "test_returns_and_lines_without_goods_are_no_purchases",
    ),
    Planted(
        "an order has the hour of its last line",
        "features/rollups.py",
        "np.minimum.reduceat(",
        "np.maximum.reduceat(",
        EDGES + "test_an_order_has_the_hour_of_its_first_line",
    ),
    Planted(
        "a store that nobody describes is a web shop",
        "features/side.py",
        'kind == "web"',
        'kind != "store"',
        FAMILIES + "test_a_store_that_nobody_describes_is_no_web_shop",
    ),
    Planted(
        "an opened mail is a look",
        "features/contacts.py",
        '("view", "cart", "wish", "email_click")',
        '("view", "cart", "wish", "email_open")',
        EDGES + "test_looks_and_mails_end_where_they_say",
    ),
    Planted(
        "a share above one",
        "features/price.py",
        "np.minimum(share, 1)",
        "np.minimum(share, np.inf)",
        NUMBERS + "test_refunds_outweigh_what_was_paid",
    ),
    # Other customers, other rows, other orders of rows move a customer's features.
    Planted(
        "the highest of all customers so far",
        "features/rollup.py",
        "np.maximum.accumulate(rank + floor) - floor",
        "np.maximum.accumulate(rank)",
        TABLE + "test_no_customer_depends_on_another",
    ),
    Planted(
        "rows of another item count for this one",
        "features/variety.py",
        "np.where(new, before, 0))",
        "np.where(new, 0, 0))",
        TABLE + "test_no_customer_depends_on_another",
    ),
    Planted(
        "numbers that touch when packed",
        "features/variety.py",
        "day_bits, one_bits = n_days.bit_length()",
        "day_bits, one_bits = max(n_days.bit_length() - 1, 1)",
        NUMBERS + "test_integers_are_packed_without_touching",
    ),
    Planted(
        "lines are taken to be in order",
        "features/lines.py",
        "if (lines.key[1:] >= lines.key[:-1]).all():",
        "if len(lines):",
        TABLE + "test_row_order_changes_nothing",
    ),
    Planted(
        "customers in the order of the log",
        "features/lines.py",
        'customer, customer_ids = ordered(transactions["customer_id"])',
        'customer, customer_ids = coded(transactions["customer_id"])',
        TABLE + "test_row_order_changes_nothing",
    ),
    Planted(
        "days before 1970 belong to the customer before",
        "features/rollup.py",
        "+ (day + _BEFORE_1970)",
        "+ day",
        NUMBERS + "test_before_1970_is_a_time_like_any_other",
    ),
)
