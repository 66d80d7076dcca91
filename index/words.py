"""What the static embedding model knows of single words: vectors, likeness, and how rare they are.

It knows nothing of any collection of articles.
"""

import math
from collections.abc import Sequence
from threading import Lock

import numpy as np

from index.embed import StaticEmbedder, Vectors, unit

CACHED = 30_000
"""Words remembered, a kilobyte each."""
_ALIKE = (0.25, 0.85)
"""Words less alike than the first cosine are not alike at all, more than the second wholly."""
_PIECES_IDF = 5.0
_RAREST = 6.5


class Words:
    """Words' vectors and rarity; remembers those it has seen. May be used by any thread."""

    def __init__(self, model: StaticEmbedder) -> None:
        self._model = model
        self._lock = Lock()
        self._known: dict[str, tuple[Vectors, float]] = {}

    def vectors(self, words: Sequence[str]) -> Vectors:
        """One vector a word, not of length 1: their sum is a text's. Shape `(n, dimension)`."""
        rows = [vector for vector, _ in self._learn(words)]
        return np.array(rows, dtype=np.float32).reshape(len(rows), self._model.dimension)

    def idf(self, word: str) -> float:
        """The inverse document frequency to expect in English prose, in nats."""
        known = self._known.get(word) or self._learn([word])[0]
        return known[1]

    def _learn(self, words: Sequence[str]) -> list[tuple[Vectors, float]]:
        with self._lock:  # until they are looked up, or another thread might make room
            if len(self._known) + len(words) > CACHED:
                self._known = {word: self._known[word] for word in words if word in self._known}
            new = [word for word in dict.fromkeys(words) if word not in self._known]
            if new:
                for word, pieces, vector in zip(new, *self._model.pieces(new), strict=True):
                    self._known[word] = (vector, _rarity(pieces))
            return [self._known[word] for word in words]


def likeness(wanted: Vectors, known: Vectors) -> Vectors:
    """How alike each wanted word is to each known one, in [0, 1]; vectors one a row."""
    low, high = _ALIKE
    lengths = np.sqrt(np.einsum("ij,ij->i", known, known))
    cosines = unit(wanted) @ known.T / np.maximum(lengths, 1e-9)
    return np.asarray(np.clip((cosines - low) / (high - low), 0.0, 1.0), dtype=np.float32)


def best_likeness(alike: Vectors, texts: Sequence[Sequence[int]]) -> Vectors:
    """The most that any word of a text is like each wanted one, `(len(texts), len(alike))`.

    A text is given as columns of `alike`, at least one.
    """
    if not texts:
        return np.zeros((0, len(alike)), dtype=np.float32)
    starts = np.cumsum([0, *(len(text) for text in texts[:-1])])
    columns = [column for text in texts for column in text]
    return np.asarray(np.maximum.reduceat(alike.T[columns], starts, axis=0), dtype=np.float32)


def _rarity(pieces: Sequence[int]) -> float:
    """An idf read off the model's word pieces.

    Pieces are numbered in the order in which they were merged, the most frequent first, so
    that a whole word's number tells how common it is; what takes several pieces is rare.
    The line was fitted by eye to document frequencies in news.
    """
    if len(pieces) == 1:
        return min(_RAREST, max(1.0, 1.15 * (math.log(1 + pieces[0]) - 5.9)))
    return min(_RAREST, _PIECES_IDF + 0.3 * max(0, len(pieces) - 2))
