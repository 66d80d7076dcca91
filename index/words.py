"""What the static embedding model knows of single words: vectors, likeness, and how rare they are.

It knows nothing of any collection of articles.
"""

from collections.abc import Sequence

import numpy as np

from index.embed import StaticEmbedder, Vectors, unit
from index.lexicon import Lexicon, Numbers

CACHED = 60_000
"""Words remembered, a kilobyte each: more than a hundred questions' passages have."""
_ALIKE = (0.25, 0.85)
"""Words less alike than the first cosine are not alike at all, more than the second wholly."""


class Words:
    """Words' vectors and rarity; remembers those it has seen. May be used by any thread."""

    def __init__(self, model: StaticEmbedder) -> None:
        self._model = model
        self._lexicon = Lexicon(model)

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


class Likeness:
    """How alike some wanted words are to others, in [0, 1]."""

    def __init__(self, wanted: Sequence[str], lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        numbers = lexicon.numbers(wanted)
        self._wanted = unit(lexicon.vectors[numbers])

    def to(self, numbers: Numbers) -> Vectors:
        """How like each of the wanted these words are, `(len(numbers), len(wanted))`."""
        met = np.zeros(len(self.lexicon), dtype=bool)
        met[numbers] = True
        each = np.flatnonzero(met)  # many words stand there often
        cosines = self.lexicon.vectors[each] @ self._wanted.T
        cosines /= self.lexicon.lengths[each, np.newaxis]
        low, high = _ALIKE
        place = np.empty(len(met), dtype=np.intp)
        place[each] = np.arange(len(each))
        likeness = np.clip((cosines - low) / (high - low), 0.0, 1.0)
        return np.asarray(likeness[place[numbers]], dtype=np.float32)

    def best(self, numbers: Numbers, starts: Numbers) -> Vectors:
        """The most that any word of a text is like each of the wanted.

        A text begins at each of `starts`. Shape `(len(starts), len(wanted))`.
        """
        best = np.zeros((len(starts), len(self._wanted)), dtype=np.float32)
        told = np.diff(starts, append=len(numbers)) > 0
        if told.any():
            best[told] = np.maximum.reduceat(self.to(numbers), starts[told], axis=0)
        return best
