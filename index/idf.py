"""How rare terms are: in a collection, and in English at large.

It knows nothing of questions.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.bm25 import Bm25Index
from index.lexicon import Lexicon

ENGLISH = 300
"""Passages of ordinary English that are taken to stand beside the collection's own."""


class Frequencies(dict[str, int]):
    """In how many of the index's `count` passages each term is; looked up when first asked for."""

    def __init__(self, index: Bm25Index | None, count: int) -> None:
        self.index = index
        self.count = count

    def __missing__(self, term: str) -> int:
        self[term] = number = self.index.doc_freq(term) if self.index else 0
        return number


class Idf:
    """BM25's inverse document frequency over the passages, and some of English at large.

    In a collection of a few articles all on one matter, its own frequencies would make the
    matter itself weigh nothing and a stray word everything.
    """

    def __init__(self, frequencies: Frequencies, lexicon: Lexicon) -> None:
        self._frequencies = frequencies
        self._lexicon = lexicon

    def of(self, terms: Sequence[str], words: Sequence[str]) -> NDArray[np.float64]:
        """What each term weighs, in nats, given it and the word it stands for."""
        numbers = self._lexicon.numbers(words)
        here = np.array([self._frequencies[term] for term in terms], dtype=float)
        held = here + ENGLISH * np.exp(-self._lexicon.idf[numbers])
        total = self._frequencies.count + ENGLISH
        return np.asarray(np.log(1 + (total - held + 0.5) / (held + 0.5)))
