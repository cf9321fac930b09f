import pytest

from regulars.ingest.simulate.slips import typo


@pytest.mark.parametrize("what", [0.0, 0.3, 0.6, 0.9])
@pytest.mark.parametrize("word", ["Miller", "Anna", "12345", "aaaa", "+12125550123"])
@pytest.mark.parametrize("place", [0.0, 0.5, 0.999])
def test_a_typo_spoils_one_character_behind_the_first(word: str, place: float, what: float) -> None:
    for letter in (0.0, 0.5, 0.999):
        spoilt = typo(word, place, what, letter)
        assert spoilt != word
        assert spoilt[0] == word[0]
        assert abs(len(spoilt) - len(word)) <= 1


def test_short_words_stay() -> None:
    assert typo("Al", 0.5, 0.5, 0.5) == "Al"
