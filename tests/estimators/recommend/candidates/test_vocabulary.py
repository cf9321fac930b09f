import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from regulars.estimators.recommend.candidates.vocabulary import Vocabulary

TEXTS = st.lists(
    st.lists(st.sampled_from(["tea", "jam", "Öl", "a=b", "x"]), max_size=6).map(" ".join), min_size=1, max_size=12
)


SPACED = r"\S+"


@settings(max_examples=30, deadline=None)
@given(texts=TEXTS, new=TEXTS)
def test_as_an_independent_library_has_it(texts: list[str], new: list[str]) -> None:
    if not "".join(texts).strip():
        return
    peer = TfidfVectorizer(lowercase=False, token_pattern=SPACED, sublinear_tf=True)
    expected = peer.fit(texts).transform(new).toarray()
    found = Vocabulary.of(texts, 100)
    assert list(found.place) == sorted(peer.vocabulary_)
    np.testing.assert_allclose(found.read(new).toarray(), expected, atol=1e-6)


@pytest.mark.parametrize("texts", [[], [""], ["", " "]])
def test_nothing_is_written(texts: list[str]) -> None:
    found = Vocabulary.of(texts, 5)
    assert found.read(["tea", ""]).toarray().tolist() == [[0.0], [0.0]]


def test_the_most_frequent_words_are_kept() -> None:
    assert list(Vocabulary.of(["b a c", "c b", "c"], 2).place) == ["b", "c"]
    assert list(Vocabulary.of(["b a"], 1).place) == ["a"]
