"""Words by number, and what the static embedding model knows of each: its vector, how rare it is.

Text that is to be compared with a question is arrays of these numbers, so that no word is looked
up twice.
"""

import math
import re
from collections.abc import Iterable, Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from index.embedding.static import StaticEmbedder, Vectors, unit
from index.text.analyzer import term_of_each

Numbers = NDArray[np.intp]

ROOM = 64_000
"""Words there is room for at first: memory that is not written to costs nothing."""
NO_TERM = -1
"""In place of a term's number, for a word too common to search for."""
_WORD = re.compile(r"[^\W_]+")
_MARKS = "’“”‘–—…"
"""What other than ASCII is in most English prose between words, and seldom within them."""
_LOWERED = {n: chr(n).lower() if chr(n).isalnum() else " " for n in range(128)}
_PIECES_IDF = 5.0
_RAREST = 6.5


def words_of(text: str) -> list[str]:
    """The words of a text as a lexicon takes them, which heeds no capitals."""
    if not text.isascii():
        for mark in _MARKS:
            text = text.replace(mark, " ")
    if text.isascii():  # the same, and found twice as quickly
        return text.translate(_LOWERED).split()
    return _WORD.findall(text)


class _Terms(dict[str, int]):
    """Gives each new term the next number."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def __missing__(self, term: str) -> int:
        self[term] = number = len(self.written)
        self.written.append(term)
        return number


class _Words(dict[str, int]):
    """The same for words, of which all ways to write capitals have one number."""

    def __init__(self) -> None:
        self.lowered: list[str] = []

    def __missing__(self, word: str) -> int:
        low = word.lower()
        if low != word:
            number = self[low]
        else:
            number = len(self.lowered)
            self.lowered.append(low)
        self[word] = number
        return number


class Lexicon:
    """Words are numbered as they are met, from 0, and none is forgotten.

    May be used by any thread. The arrays are indexed by word; one that was taken before a
    word was met has no room for it.
    """

    def __init__(self, model: StaticEmbedder) -> None:
        self._model = model
        self._lock = Lock()
        self._numbers = _Words()
        self._terms = _Terms()
        self._known = 0
        self.vectors: Vectors = np.empty((ROOM, model.dimension), dtype=np.float32)
        """Not of length 1: their sum is a text's. Shape `(words, dimension)`."""
        self.lengths: Vectors = np.empty(ROOM, dtype=np.float32)
        """The vectors' lengths, which are never 0. Shape `(words,)`."""
        self.idf: NDArray[np.float64] = np.empty(ROOM)
        """The inverse document frequency to expect in English prose, in nats. Shape `(words,)`."""
        self.terms: Numbers = np.empty(ROOM, dtype=np.intp)
        """The number of each word's search term, or NO_TERM. Shape `(words,)`."""

    def __len__(self) -> int:
        return self._known

    def numbers(self, words: Iterable[str]) -> Numbers:
        """The words' numbers, in their order. Each is all letters and digits."""
        with self._lock:
            found = np.fromiter(map(self._numbers.__getitem__, words), dtype=np.intp)
            if len(self._numbers.lowered) > self._known:
                self._learn(self._numbers.lowered[self._known :])
        return found

    def direction(self, text: str) -> Vectors:
        """The direction of a text's words, of length 1; zeros without any. Shape `(dimension,)`."""
        numbers = self.numbers(words_of(text))
        return unit(self.vectors[numbers].sum(axis=0))

    def term_numbers(self, terms: Iterable[str]) -> Numbers:
        """The numbers of search terms."""
        with self._lock:
            return np.fromiter(map(self._terms.__getitem__, terms), dtype=np.intp)

    def written(self, terms: Numbers) -> list[str]:
        """The search terms with these numbers."""
        return [self._terms.written[number] for number in terms]

    @property
    def term_count(self) -> int:
        """How many terms have a number."""
        return len(self._terms.written)

    def _learn(self, words: Sequence[str]) -> None:
        first, end = self._known, self._known + len(words)
        if end > len(self.lengths):
            self._make_room(2 * end)
        pieces, vectors = self._model.pieces(words)
        self.vectors[first:end] = vectors
        self.lengths[first:end] = np.maximum(np.linalg.norm(vectors, axis=1), 1e-9)
        self.terms[first:end] = [
            NO_TERM if t is None else self._terms[t] for t in term_of_each(words)
        ]
        self.idf[first:end] = [*map(_rarity, pieces)]
        self._known = end

    def _make_room(self, room: int) -> None:
        for name in ("vectors", "lengths", "idf", "terms"):
            old = getattr(self, name)
            new = np.empty((room, *old.shape[1:]), dtype=old.dtype)
            new[: self._known] = old[: self._known]
            setattr(self, name, new)


def _rarity(pieces: Sequence[int]) -> float:
    """An idf read off the model's word pieces.

    Pieces are numbered in the order in which they were merged, the most frequent first, so
    that a whole word's number tells how common it is; what takes several pieces is rare.
    The line was fitted by eye to document frequencies in news.
    """
    if len(pieces) == 1:
        return min(_RAREST, max(1.0, 1.15 * (math.log(1 + pieces[0]) - 5.9)))
    return min(_RAREST, _PIECES_IDF + 0.3 * max(0, len(pieces) - 2))


CACHED = 60_000
"""Words remembered, a kilobyte each: more than a hundred questions' passages have."""


class Words:
    """Words' vectors and rarity; remembers those it has seen. May be used by any thread."""

    def __init__(self, model: StaticEmbedder) -> None:
        self._model = model
        self._lexicon = Lexicon(model)

    @property
    def embedder(self) -> StaticEmbedder:
        """The model that the vectors are from."""
        return self._model

    @property
    def lexicon(self) -> Lexicon:
        """What is remembered; a new one now and then, so keep it for one question."""
        if len(self._lexicon) > CACHED:
            self._lexicon = Lexicon(self._model)
        return self._lexicon

    def vectors(self, words: Sequence[str]) -> Vectors:
        """One vector a word, not of length 1: their sum is a text's. Shape `(n, dimension)`."""
        lexicon = self.lexicon
        numbers = lexicon.numbers(words)
        return lexicon.vectors[numbers]

    def idf(self, word: str) -> float:
        """The inverse document frequency to expect in English prose, in nats."""
        lexicon = self.lexicon
        number = lexicon.numbers([word])
        return float(lexicon.idf[number][0])
