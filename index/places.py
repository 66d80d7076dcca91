"""Where the terms asked for stand in texts, and how close together.

Texts are arrays of numbered words, so that many are read at once. It knows nothing of
passages or sentences, nor of what its figures are weighed against.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from index.embed import Vectors, added
from index.lexicon import NO_TERM, Lexicon, Numbers

NEAR = 22
"""How many terms may lie between words that count as standing together."""


@dataclass(frozen=True, eq=False)
class Texts:
    """Some texts' words by number, one text after another.

    `text` says of each word which text it is of, and `starts` where each text begins.
    """

    words: Numbers
    text: Numbers
    starts: Numbers

    @classmethod
    def of(cls, texts: Sequence[Sequence[str]], lexicon: Lexicon) -> "Texts":
        """The texts, each given as its words, all letters and digits and in lower case."""
        sizes = np.array([*map(len, texts)], dtype=np.intp)
        words = lexicon.numbers(chain.from_iterable(texts))
        return cls(words, np.repeat(np.arange(len(texts)), sizes), np.cumsum(sizes) - sizes)

    def sums(self, lexicon: Lexicon) -> Vectors:
        """The sum of the vectors of each text's words. Shape `(texts, dimension)`."""
        vectors = lexicon.vectors[self.words]
        sums = np.empty((len(self.starts), vectors.shape[1]), dtype=np.float32)
        for row, text in zip(sums, np.split(vectors, self.starts[1:]), strict=False):
            row[:] = added(text)
        return sums


def columns_of(terms: Numbers, among: Numbers) -> Numbers:
    """The place of each term among some, each of them there once, or NO_TERM."""
    place = np.full(max(terms.max(initial=0), among.max(initial=0)) + 2, NO_TERM)
    place[among] = np.arange(len(among))
    return place[terms]  # NO_TERM is that of the last one, which is none


class Places:
    """Where the terms that `weights` weigh stand in some texts."""

    def __init__(self, weights: Mapping[str, float], texts: Texts, lexicon: Lexicon) -> None:
        self._weights = np.array([*weights.values()], dtype=np.float32)
        self._total = float(self._weights.sum())
        self._column = {term: column for column, term in enumerate(weights)}
        self._texts = len(texts.starts)
        terms = lexicon.terms[texts.words]
        asked = lexicon.term_numbers(weights)
        columns = columns_of(terms, asked)
        here = np.flatnonzero(columns != NO_TERM)
        self._columns = columns[here]
        self._text = texts.text[here]
        # Common words take no place, and texts lie too far apart to be near each other.
        places = np.cumsum(terms != NO_TERM) + texts.text * (NEAR + 1)
        self._places = places[here]

    @cached_property
    def held(self) -> NDArray[np.bool_]:
        """Which texts have which terms, `(texts, terms)`."""
        held = np.zeros((self._texts, len(self._weights)), dtype=bool)
        held[self._text, self._columns] = True
        return held

    def phrases(self, pairs: Sequence[tuple[str, str]]) -> Vectors:
        """The share of the pairs, each with the weight of its terms, that stand side by side.

        Shape `(texts,)`.
        """
        shares = np.zeros(self._texts, dtype=np.float32)
        beside = np.flatnonzero(np.diff(self._places) == 1)
        weighed = [(self._column[a], self._column[b]) for a, b in pairs]
        each = [self._weights[a] + self._weights[b] for a, b in weighed]
        for (a, b), weight in zip(weighed, each, strict=True):
            here = (self._columns[beside] == a) & (self._columns[beside + 1] == b)
            shares[np.unique(self._text[beside[here]])] += weight
        return shares / (sum(each) or 1.0)

    def proximity(self) -> Vectors:
        """The largest share of all weight that stands within NEAR terms. Shape `(texts,)`."""
        ends = np.searchsorted(self._places, self._places + NEAR, side="right")
        each = np.zeros((len(self._places) + 1, len(self._weights)), dtype=np.int32)
        each[np.arange(1, len(each)), self._columns] = 1
        counted = np.cumsum(each, axis=0)
        near = (counted[ends] > counted[:-1]) @ self._weights
        best = np.zeros(self._texts, dtype=np.float32)
        np.maximum.at(best, self._text, near)
        return best / (self._total or 1.0)
