"""Passages on their way into the indexes derived from the manifest, into both at once.

Most of the time of an indexing is Chroma's, whose graph grows on one processor; so it has a thread
of its own, and never waits for anything else.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from types import TracebackType
from typing import NamedTuple, Self

import numpy as np

from index.errors import VectorsError
from index.storage.generation import Generation
from index.storage.records import NewPassages


class Writing(NamedTuple):
    """Passages that are being written."""

    new: Sequence[NewPassages]
    vectors: Future[None]
    words: Future[None]

    def wait(self) -> None:
        """Wait until both indexes have them; raises what went wrong."""
        self.vectors.result()
        self.words.result()


class DerivedWriter:
    """Adds passages to the derived indexes of a generation that is being written."""

    def __init__(self, generation: Generation) -> None:
        self._generation = generation
        self._vectors = ThreadPoolExecutor(1, "vectors-writer")
        self._words = ThreadPoolExecutor(1, "words-writer")

    def __enter__(self) -> Self:
        self._vectors.submit(self._open_vectors)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._vectors.shutdown()
        self._words.shutdown()

    def begin(self, new: Sequence[NewPassages]) -> Writing:
        """Begin to write passages, after those before them."""
        vectors = self._vectors.submit(self._add_vectors, new)
        words = self._words.submit(self._add_words, new)
        return Writing(new, vectors, words)

    def _open_vectors(self) -> None:
        """Import Chroma, which takes a second, while there are no passages yet."""
        with suppress(VectorsError):  # the first passages meet with it again
            self._generation.vectors.count()

    def _add_vectors(self, new: Sequence[NewPassages]) -> None:
        ids = [number for passages in new for number in passages.ids]
        self._generation.vectors.add(ids, np.concatenate([passages.vectors for passages in new]))

    def _add_words(self, new: Sequence[NewPassages]) -> None:
        self._generation.bm25.add(_rows(new))
        self._generation.bm25.commit()


def _rows(new: Sequence[NewPassages]) -> Iterator[tuple[int, str, str]]:
    for _, title, text, ids, spans, _vectors in new:
        for number, (start, end) in zip(ids, spans, strict=True):
            yield number, title, text[start:end]
