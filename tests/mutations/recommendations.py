"""Mistakes about customers with items: what is counted of them, what candidates and rankers learn from."""

from tests.mutations.planted import Planted

PAIRS = "tests/features/test_pairs.py::"
LEAKS = "tests/test_leakage_recommend.py::"
CANDIDATES = "tests/estimators/recommend/candidates/test_"

RECOMMENDATIONS = (
    # What happens on the day of as_of or later gets through.
    Planted(
        "lines of the day of as_of are bought before it",
        "features/purchases.py",
        'pl.col("day") < windows.day_number(as_of)',
        'pl.col("day") <= windows.day_number(as_of)',
        PAIRS + "test_windows_end_where_they_say",
    ),
    Planted(
        "the first instant of as_of is learned from",
        "estimators/recommend/recommender.py",
        'known = transactions.filter(pl.col("purchased_at") < as_of)',
        'known = transactions.filter(pl.col("purchased_at") <= as_of)',
        LEAKS + "test_the_future_changes_no_byte_and_no_answer[OwnTop]",
    ),
    Planted(
        "the first instant of as_of is answered from",
        "estimators/recommend/recommender.py",
        'purchases(transactions.filter(pl.col("purchased_at") < as_of)',
        'purchases(transactions.filter(pl.col("purchased_at") <= as_of)',
        LEAKS + "test_the_future_changes_no_byte_and_no_answer[OwnTop]",
    ),
    Planted(
        "an earlier day is learned from with what the shop knows today",
        "estimators/recommend/training.py",
        "lines, after = self.log.before(day), ",
        "lines, after = self.log.before(self.as_of), ",
        LEAKS + "test_what_only_the_next_basket_holds_is_not_foreseen[earlier days]",
    ),
    Planted(
        "a customer's own fold is among the other customers",
        "estimators/recommend/training.py",
        'fold.filter(pl.col("fold") != number)',
        "fold",
        LEAKS + "test_what_only_the_next_basket_holds_is_not_foreseen[other customers]",
    ),
    Planted(
        "the basket to foresee is part of the history",
        "estimators/recommend/training.py",
        'before = mine.filter(pl.col("order") < pl.col("last"))',
        "before = mine",
        LEAKS + "test_what_only_the_next_basket_holds_is_not_foreseen[other customers]",
    ),
    Planted(
        "a basket follows a history that holds it",
        "estimators/recommend/candidates/transitions.py",
        "np.where(h.ago > back, ",
        "np.where(h.ago >= back, ",
        CANDIDATES + "transitions.py::test_planted_transitions",
    ),
    # Windows that end elsewhere than they say.
    Planted(
        "orders of the last month but for its first day",
        "features/pairs.py",
        "total(h.age <= 30)",
        "total(h.age < 30)",
        PAIRS + "test_windows_end_where_they_say",
    ),
    Planted(
        "purchases a day younger than they are",
        "features/histories.py",
        "age = windows.day_number(as_of) - day.astype(np.int64)",
        "age = windows.day_number(as_of) - day.astype(np.int64) - 1",
        CANDIDATES + "together.py::test_lookback",
    ),
    Planted(
        "a shelf that forgets its first day",
        "estimators/recommend/candidates/past.py",
        ".filter(age <= days)",
        ".filter(age < days)",
        CANDIDATES + "shelf.py::test_what_enough_customers_bought_lately_or_is_new",
    ),
    Planted(
        "a season a day too long",
        "estimators/recommend/candidates/popular.py",
        'pl.col("day") < start + how.season_days',
        'pl.col("day") <= start + how.season_days',
        CANDIDATES + "popular.py::test_what_sold_at_this_time_last_year",
    ),
    # Names of customers decide.
    Planted(
        "customers in the order of their names",
        "estimators/recommend/candidates/past.py",
        'numbers = content.sort("n", "size", "days", "items")',
        "numbers = content",
        CANDIDATES + "shelf.py::test_customers_by_what_they_bought_whoever_they_are",
    ),
)
