"""Texts into vectors.

An embedder's `name` is its identity: an index made with one is never searched with another.
"""

import logging
from collections.abc import Sequence
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.embedding.wordpieces import Pieces
from index.errors import DatelineError

Vectors = NDArray[np.float32]

BATCH = 100
"""Texts whose word pieces are held at a time, some 300 a passage."""
FEW = 3
"""Texts whose words need not be remembered: a question, with what was said before it."""


class Embedder(Protocol):
    """Anything that turns texts into vectors of one length."""

    @property
    def name(self) -> str:
        """Identity, the dimension included: two of one name give the same, but for rounding."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One vector of length 1 a text: float32, shape `(len(texts), dimension)`."""


class StaticEmbedder:
    """The mean of the static word-piece vectors that the wordllama wheel carries.

    Needs no network and no other file. A text without a known word piece gets zeros.
    """

    name = "wordllama-l2_supercat-256"
    dimension = 256
    sha256 = "64b47a2dc493cb8e85944076601189739852d7b64e0e1eedcb1937a251cd9fd5"
    """Of `model_file()`."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._model: tuple[Pieces, Vectors] | None = None

    def __reduce__(self) -> tuple[type["StaticEmbedder"], tuple[()]]:
        """Another process loads the model itself."""
        return StaticEmbedder, ()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One vector of length 1 a text: float32, shape `(len(texts), 256)`."""
        pieces, embedding = self._loaded()
        split = pieces.of if len(texts) > FEW else pieces.of_each
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(texts), BATCH):
            # wordllama's own pooling pads every text to the longest, and takes twice as long.
            for at, found in enumerate(split(texts[start : start + BATCH]), start):
                vectors[at] = added(embedding.take(np.asarray(found, dtype=np.int32), axis=0))
        return unit(vectors)

    def pieces(self, texts: Sequence[str]) -> tuple[list[list[int]], Vectors]:
        """Each text's word pieces, by number, and the sum of their vectors; quick for words."""
        pieces, embedding = self._loaded()
        found = pieces.of_each(texts)
        counts = np.array([*map(len, found)], dtype=np.intp)
        starts = counts.cumsum() - counts
        numbers = np.array([*chain.from_iterable(found)], dtype=np.intp)
        sums = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for nth in range(counts.max(initial=0)):  # quicker than one word after the other
            longer = np.flatnonzero(counts > nth)
            sums[longer] += embedding[numbers[starts[longer] + nth]]
        return found, sums

    @staticmethod
    def model_file() -> Path:
        """Where the weights are, without loading them; the file may be missing."""
        spec = find_spec("wordllama")
        if spec is None or spec.origin is None:
            raise DatelineError("wordllama is not installed: install dateline again")
        return Path(spec.origin).parent / "weights" / "l2_supercat_256.safetensors"

    def _loaded(self) -> tuple[Pieces, Vectors]:
        with self._lock:
            if self._model is None:
                model = _load_wordllama(self.model_file().parent.parent)
                self._model = Pieces(model.tokenizer), model.embedding
            return self._model


def added(vectors: Vectors) -> Vectors:
    """The sum of the rows, by BLAS, which takes half the time that numpy takes or less."""
    return np.asarray(np.ones(len(vectors), dtype=np.float32) @ vectors)


def unit(vectors: Vectors) -> Vectors:
    """Each row made one of length 1; rows of nothing stay so."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)


def _load_wordllama(folder: Path) -> Any:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    import wordllama  # noqa: PLC0415 - costs start-up time

    # Importing it sets up logging for the whole program, which is not its to do.
    root.handlers[:] = handlers
    root.setLevel(level)
    try:
        # Named its own folder, it finds its tokenizer; otherwise it asks the network.
        model = wordllama.WordLlama.load(cache_dir=folder, disable_download=True)
    except (OSError, ValueError) as error:
        raise DatelineError(
            f"the embedding model cannot be loaded ({error}): install dateline again"
        ) from error
    model.tokenizer.no_padding()
    return model
