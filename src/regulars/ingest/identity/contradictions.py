"""When two records are evidently of different people, whatever else they share."""

import duckdb
import polars as pl

from regulars.ingest.identity.columns import PAIR

_ALIKE = 0.7
"""Jaro-Winkler similarity below which two first names are different names and not two spellings of one.

Names drawn by chance are mostly below 0.65; a letter wrong, missing or swapped leaves them above 0.8.
"""
_CLOSE = 0.88
"""Similarity from which a first name counts as written into the field of the last name."""
FIRST_NAMES_DIFFER = f"""coalesce(
    jaro_winkler_similarity(first_name_l, first_name_r) < {_ALIKE}
    and not starts_with(first_name_l, first_name_r)
    and not starts_with(first_name_r, first_name_l)
    and not list_has_any(known_as_l, known_as_r)
    and not list_has_any(string_split(first_name_l, ' '), string_split(first_name_r, ' '))
    and coalesce(jaro_winkler_similarity(first_name_l, last_name_r) < {_CLOSE}, true)
    and coalesce(jaro_winkler_similarity(last_name_l, first_name_r) < {_CLOSE}, true), false)"""
"""Both are known: no spelling, initial, nickname or second name of one another, nor in each other's field."""
BIRTHDAYS_DIFFER = """coalesce(
    (year(birthday_l) = year(birthday_r))::int + (month(birthday_l) = month(birthday_r))::int
        + (day(birthday_l) = day(birthday_r))::int < 2
    and damerau_levenshtein(birthday_l::varchar, birthday_r::varchar) > 2, false)"""
"""Both are known; fewer than two of year, month and day agree, and more than two strokes lie between them."""
FIRST_NAMES_AGREE = f"""coalesce(
    jaro_winkler_similarity(first_name_l, first_name_r) >= {_ALIKE}
    or list_has_any(known_as_l, known_as_r), false)"""
"""Both are known and alike, or one may stand for the other."""
_COLUMNS = ("first_name", "known_as", "last_name", "birthday")


def judged(connection: duckdb.DuckDBPyConnection, pairs: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs with what speaks against and for their being one person.

    ``left_id``, ``right_id``  as given
    ``first_names_differ``, ``birthdays_differ``  evidently different people
    ``witness``      first names alike, or the same birthday
    """
    connection.register("asked", pairs.select(PAIR).to_arrow())
    connection.register("records", records.to_arrow())
    sides = ", ".join(f"{side}.{name} as {name}_{side}" for side in "lr" for name in _COLUMNS)
    answer: pl.DataFrame = connection.sql(f"""
        with sides as (select left_id, right_id, {sides} from asked
            join records l on l.customer_id = left_id join records r on r.customer_id = right_id)
        select left_id, right_id, {FIRST_NAMES_DIFFER} as first_names_differ, {BIRTHDAYS_DIFFER} as birthdays_differ,
            {FIRST_NAMES_AGREE} or coalesce(birthday_l = birthday_r, false) as witness
        from sides""").pl()  # noqa: S608 -- the text is ours
    return answer.sort(PAIR)
