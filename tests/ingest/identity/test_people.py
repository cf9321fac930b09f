"""Links into people, and back."""

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import given, settings

from regulars.errors import MissingError
from regulars.ingest.identity import APART, PAIRS, merges, people, separate, undo
from regulars.ingest.identity.grouping import grouped
from tests.ingest.identity.records import groups

IDS = pl.Series([f"{number}" for number in range(12)])


def links(*edges: tuple[int, int, float] | tuple[int, int, float, str]) -> pl.DataFrame:
    rows = [(str(a), str(b), rest[0] if rest else "splink", p, "{}") for a, b, p, *rest in edges]
    return pl.DataFrame(rows, schema=PAIRS, orient="row")


def apart(*edges: tuple[int, int]) -> pl.DataFrame:
    return pl.DataFrame([(str(a), str(b)) for a, b in edges], schema=APART, orient="row")


def test_people_are_connected_components_named_by_the_smallest_id() -> None:
    table = people(IDS, links((10, 9, 0.95), (9, 11, 0.95), (1, 2, 0.95)))
    names = dict(table.iter_rows())
    assert names["9"] == names["10"] == names["11"] == "9"
    assert names["1"] == names["2"] == "1"
    assert names["3"] == "3"


def test_a_later_record_keeps_the_name_of_the_person() -> None:
    before = people(IDS[:10], links((8, 9, 0.95)))
    after = people(IDS, links((8, 9, 0.95), (9, 10, 0.99)))
    assert before.filter(customer_id="9")["person_id"].item() == after.filter(customer_id="10")["person_id"].item()


def test_what_a_human_said_is_apart_stays_apart_and_the_weakest_link_between_breaks() -> None:
    chain = links((1, 2, 0.99), (2, 3, 0.91), (3, 4, 0.99), (1, 4, 0.95))
    assert groups(people(IDS, chain)) == [{"1", "2", "3", "4"}]
    assert groups(people(IDS, chain, apart((4, 1)))) == [{"1", "2"}, {"3", "4"}]


def test_exact_keys_hold_longer_than_the_model() -> None:
    chain = links((1, 2, 0.5, "email"), (2, 3, 0.999))
    assert groups(people(IDS, chain, apart((1, 3)))) == [{"1", "2"}]


def test_the_model_alone_builds_no_giants() -> None:
    chain = links(*((i, i + 1, 0.9 + i / 200) for i in range(11)))
    labels = grouped(IDS, chain, apart(), max_records=4)
    sizes = pl.Series(labels).value_counts()["count"].sort().to_list()
    assert sizes == [4, 4, 4]
    assert labels[11] == labels[8] != labels[7]
    exact = chain.with_columns(rule=pl.lit("email"))
    assert len(set(grouped(IDS, exact, apart(), max_records=4))) == 1


def test_merges_are_people_of_two_records_or_more() -> None:
    table = merges(people(IDS, links((3, 5, 0.95), (5, 10, 0.95))))
    assert table.to_dicts() == [{"person_id": "3", "records": ["10", "3", "5"], "n_records": 3}]


def test_undo_takes_a_merge_apart_and_touches_nobody_else() -> None:
    pairs = links((1, 2, 0.99), (2, 3, 0.95), (4, 5, 0.99))
    merged = people(IDS, pairs)
    away = undo(merged, "1")
    assert away.rows() == [("1", "2"), ("1", "3"), ("2", "3")]
    assert people(IDS, pairs, away).equals(people(IDS, links((4, 5, 0.99))))
    assert people(IDS, pairs, away.clear()).equals(merged)
    assert undo(merged, "3").equals(away)


def test_one_record_leaves_and_the_others_stay() -> None:
    pairs = links((1, 2, 0.99), (2, 3, 0.95), (1, 3, 0.95))
    away = separate(people(IDS, pairs), "3")
    assert groups(people(IDS, pairs, away)) == [{"1", "2"}]


@pytest.mark.parametrize("verb", [undo, separate])
def test_there_must_be_something_to_undo(verb: type) -> None:
    table = people(IDS, links((1, 2, 0.99)))
    with pytest.raises(MissingError, match="no other record"):
        verb(table, "7")
    with pytest.raises(MissingError, match="no record"):
        verb(table, "nobody")


PLACES = st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda pair: pair[0] < pair[1])
EDGES = st.lists(
    st.tuples(PLACES, st.sampled_from([0.9, 0.95, 0.99]), st.sampled_from(["email", "splink"])), max_size=20
)


@settings(max_examples=60)
@given(EDGES, st.lists(PLACES, max_size=6))
def test_apart_is_always_honoured_and_nothing_else_is_lost(
    edges: list[tuple[tuple[int, int], float, str]], foes: list[tuple[int, int]]
) -> None:
    pairs = links(*((a, b, p, rule) for (a, b), (p, rule) in {pair: rest for pair, *rest in edges}.items()))
    table = people(IDS, pairs, apart(*foes))
    names = dict(table.iter_rows())
    assert all(names[str(a)] != names[str(b)] for a, b in foes)
    free = {str(a) for pair in foes for a in pair}
    whole = dict(people(IDS, pairs).iter_rows())
    for left, right in pairs.select("left_id", "right_id").iter_rows():
        touched = any(whole[left] == whole[foe] for foe in free)
        assert touched or names[left] == names[right]
    assert table.equals(people(IDS.reverse(), pairs.reverse(), apart(*foes).reverse()))


@settings(max_examples=60)
@given(EDGES)
def test_undoing_every_merge_gives_every_record_back(edges: list[tuple[tuple[int, int], float, str]]) -> None:
    pairs = links(*((a, b, p, rule) for (a, b), p, rule in edges))
    table = people(IDS, pairs)
    away = pl.concat([apart(), *(undo(table, person) for person in merges(table)["person_id"])])
    alone = people(IDS, pairs, away)
    assert (alone["customer_id"] == alone["person_id"]).all()
