"""How rare terms are: in a collection, and in English at large."""

import numpy as np
from numpy.typing import NDArray

from index.embedding.vocabulary import Lexicon, Numbers
from index.engines.bm25 import Bm25Index

ENGLISH = 300
"""Passages of ordinary English that are taken to stand beside the collection's own."""
UNKNOWN = -1


class Idf:
    """BM25's inverse document frequency over the passages, and some of English at large.

    In a collection of a few articles all on one matter, its own frequencies would make the
    matter itself weigh nothing and a stray word everything. What was looked up is remembered,
    so it holds for the index as it is. May be used by any thread.
    """

    def __init__(self, index: Bm25Index, count: int, lexicon: Lexicon) -> None:
        """`count` is how many passages the index has; terms are numbered by the lexicon."""
        self.index, self.count, self.lexicon = index, count, lexicon
        self._frequencies = np.zeros(0, dtype=np.int32)

    def holds(self, index: Bm25Index, count: int, lexicon: Lexicon) -> bool:
        """Whether it was made of these."""
        return (self.index, self.count, self.lexicon) == (index, count, lexicon)

    def of(self, terms: Numbers, words: Numbers) -> NDArray[np.float64]:
        """What each term weighs, in nats, given it and the word it means."""
        held = self._looked_up(terms)[terms] + ENGLISH * np.exp(-self.lexicon.idf[words])
        return np.asarray(np.log(1 + (self.count + ENGLISH - held + 0.5) / (held + 0.5)))

    def _looked_up(self, terms: Numbers) -> NDArray[np.int32]:
        """In how many passages each term is, or UNKNOWN where it is none of `terms`."""
        known, count = self._frequencies, self.lexicon.term_count
        if len(known) < count:
            room = np.full(2 * count - len(known), UNKNOWN, dtype=np.int32)
            known = np.concatenate([known, room])
        new = np.unique(terms[known[terms] == UNKNOWN])
        known[new] = self.index.doc_freqs(self.lexicon.written(new))
        self._frequencies = known
        return known
