"""What the static embedding model knows of single words: vectors, likeness, and how rare they are.

It knows nothing of any collection of articles.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import islice
from threading import Lock

import numpy as np

from index.embed import StaticEmbedder, Vectors, unit

CACHED = 60_000
"""Words remembered, a kilobyte each: more than a hundred questions' passages have."""
_ALIKE = (0.25, 0.85)
"""Words less alike than the first cosine are not alike at all, more than the second wholly."""
_PIECES_IDF = 5.0
_RAREST = 6.5


class Words:
    """Words' vectors and rarity; remembers those it has seen. May be used by any thread."""

    def __init__(self, model: StaticEmbedder) -> None:
        self._model = model
        self._lock = Lock()
        self._forget(CACHED)

    def vectors(self, words: Sequence[str]) -> Vectors:
        """One vector a word, not of length 1: their sum is a text's. Shape `(n, dimension)`."""
        return self.with_lengths(words)[0]

    def with_lengths(self, words: Sequence[str]) -> tuple[Vectors, Vectors]:
        """Those vectors, and their lengths, `(n,)`, which are never 0."""
        with self._lock:
            self._learn(words)
            rows = [self._rows[word] for word in words]
            return self._vectors[rows], self._lengths[rows]

    def idf(self, word: str) -> float:
        """The inverse document frequency to expect in English prose, in nats."""
        known = self._idf.get(word)
        if known is None:
            with self._lock:
                self._learn([word])
                known = self._idf[word]
        return known

    def _learn(self, words: Sequence[str]) -> None:
        new = [word for word in dict.fromkeys(words) if word not in self._rows]
        if not new:
            return
        if len(self._rows) + len(new) > len(self._lengths):
            new = [*dict.fromkeys(words)]
            self._forget(max(CACHED, len(new)))
        first = len(self._rows)
        pieces, vectors = self._model.pieces(new)
        self._vectors[first : first + len(new)] = vectors
        self._lengths[first : first + len(new)] = np.maximum(np.linalg.norm(vectors, axis=1), 1e-9)
        self._rows.update(zip(new, range(first, first + len(new)), strict=True))
        self._idf.update(zip(new, map(_rarity, pieces), strict=True))

    def _forget(self, room: int) -> None:
        """Start anew with room for so many words; memory not written to costs nothing."""
        self._rows: dict[str, int] = {}
        self._idf: dict[str, float] = {}
        self._vectors = np.empty((room, self._model.dimension), dtype=np.float32)
        self._lengths = np.empty(room, dtype=np.float32)


class Likeness:
    """How alike some wanted words are to others, in [0, 1]; reckons each other word once.

    It belongs to one question: the others are numbered as they come, from 0.
    """

    def __init__(self, wanted: Sequence[str], words: Words) -> None:
        self._words = words
        self._wanted = unit(words.vectors(wanted))
        self._numbers: dict[str, int] = {}
        self._rows = np.empty((0, len(wanted)), dtype=np.float32)

    def numbers(self, others: Iterable[str]) -> list[int]:
        """The numbers of other words, in their order."""
        known = self._numbers
        return [known.setdefault(word, len(known)) for word in others]

    def to(self, numbers: Sequence[int]) -> Vectors:
        """How like each of the wanted these words are, `(len(numbers), len(wanted))`."""
        if len(self._rows) < len(self._numbers):
            new = [*islice(self._numbers, len(self._rows), None)]
            self._rows = np.vstack([self._rows, self._reckon(new)])
        return np.asarray(self._rows[numbers])

    def best(self, texts: Sequence[Sequence[int]]) -> Vectors:
        """The most that any word of a text is like each of the wanted.

        Shape `(len(texts), len(wanted))`. A text is at least one word, by number.
        """
        if not texts:
            return self._rows[:0]
        starts = np.cumsum([0, *(len(text) for text in texts[:-1])])
        every = [number for text in texts for number in text]
        return np.asarray(np.maximum.reduceat(self.to(every), starts, axis=0), dtype=np.float32)

    def _reckon(self, words: Sequence[str]) -> Vectors:
        low, high = _ALIKE
        vectors, lengths = self._words.with_lengths(words)
        cosines = (vectors @ self._wanted.T) / lengths[:, np.newaxis]
        return np.asarray(np.clip((cosines - low) / (high - low), 0.0, 1.0), dtype=np.float32)


def _rarity(pieces: Sequence[int]) -> float:
    """An idf read off the model's word pieces.

    Pieces are numbered in the order in which they were merged, the most frequent first, so
    that a whole word's number tells how common it is; what takes several pieces is rare.
    The line was fitted by eye to document frequencies in news.
    """
    if len(pieces) == 1:
        return min(_RAREST, max(1.0, 1.15 * (math.log(1 + pieces[0]) - 5.9)))
    return min(_RAREST, _PIECES_IDF + 0.3 * max(0, len(pieces) - 2))
