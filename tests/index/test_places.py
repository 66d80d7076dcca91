"""Numbered words, and where the terms asked for stand among them."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.embed import StaticEmbedder
from index.lexicon import NO_TERM, Lexicon, words_of
from index.places import NEAR, Places, Texts
from index.terms import terms
from index.words import Likeness

MODEL = StaticEmbedder()
WEIGHTS = {"war": 3.0, "treati": 2.0, "bridg": 1.0}
PAIRS = [("war", "bridg"), ("bridg", "treati")]
WORDS = st.sampled_from(["War", "wars", "treaty", "bridges", "rust", "the", "Of", "1948"])
TEXTS = st.lists(st.lists(WORDS, min_size=1, max_size=60), min_size=1, max_size=6)
eager = settings(deadline=None)  # the first example loads the words


@eager
@given(TEXTS)
def test_places_are_what_reading_each_text_alone_finds(texts: list[list[str]]) -> None:
    lexicon = Lexicon(MODEL)
    places = Places(WEIGHTS, Texts.of(texts, lexicon), lexicon)
    phrases, proximity = places.phrases(PAIRS), places.proximity()
    for n, text in enumerate(texts):
        tokens = terms(" ".join(text))
        assert places.held[n].tolist() == [term in tokens for term in WEIGHTS]
        assert np.isclose(phrases[n], share_of_pairs(tokens))
        assert np.isclose(proximity[n], share_together(tokens, WEIGHTS))


def share_of_pairs(tokens: Sequence[str]) -> float:
    weights = {pair: WEIGHTS[pair[0]] + WEIGHTS[pair[1]] for pair in PAIRS}
    return sum(w for pair, w in weights.items() if pair in {*pairwise(tokens)}) / sum(
        weights.values()
    )


def share_together(tokens: Sequence[str], weights: Mapping[str, float]) -> float:
    each = (set(tokens[i : i + NEAR + 1]) & weights.keys() for i in range(len(tokens)))
    best = max((sum(weights[t] for t in near) for near in each), default=0.0)
    return best / sum(weights.values())


def test_where_nothing_is_asked_for_nothing_is_found() -> None:
    lexicon = Lexicon(MODEL)
    places = Places({}, Texts.of([["war"], []], lexicon), lexicon)
    assert places.phrases([]).tolist() == places.proximity().tolist() == [0, 0]
    assert places.held.shape == (2, 0)


@eager
@given(TEXTS)
def test_likeness_is_the_same_however_many_texts_are_read(texts: list[list[str]]) -> None:
    lexicon = Lexicon(MODEL)
    alike = Likeness(["war", "bridge"], lexicon)
    every = Texts.of(texts, lexicon)
    for text, row in zip(texts, alike.best(every.words, every.starts), strict=True):
        assert np.allclose(row, alike.to(lexicon.numbers(text)).max(axis=0), atol=1e-6)
    war, bridge, wars, rust = alike.to(lexicon.numbers(["war", "Bridge", "wars", "rust"]))
    assert war[0] == bridge[1] == 1
    assert wars[0] > rust[0]


def test_a_word_has_one_number_and_a_term_however_it_is_written() -> None:
    lexicon = Lexicon(MODEL)
    numbers = lexicon.numbers(words_of("The Bridges_of BRIDGES, bridge"))
    assert numbers[1] == numbers[3] != numbers[4]
    bridge, war = lexicon.term_numbers(["bridg", "war"])
    assert lexicon.terms[numbers].tolist() == [NO_TERM, bridge, NO_TERM, bridge, bridge]
    assert lexicon.terms[lexicon.numbers(["war"])] == war


def test_what_is_known_of_words_stays_as_more_are_met(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.lexicon.ROOM", 3)
    lexicon = Lexicon(MODEL)
    first = lexicon.numbers(["war", "peace"])
    vectors, rare = lexicon.vectors[first], lexicon.idf[first]
    lexicon.numbers(f"w{n}" for n in range(2_000))
    assert np.array_equal(lexicon.vectors[first], vectors)
    assert np.array_equal(lexicon.idf[first], rare)
    assert len(lexicon) == 2_002
