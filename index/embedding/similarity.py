"""What the static embedding model knows of single words: vectors, likeness, rarity."""

from collections.abc import Sequence

from index.embedding.static import StaticEmbedder, Vectors
from index.embedding.vocabulary import Lexicon

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
