"""Vectors into passage ids: the dense index, on Chroma.

It knows nothing of texts or embedders; it may hold passages that no longer exist, and
whoever asks has to drop those. Chroma's embedded folder bears one writing process at a
time, which the store's lock sees to, with readers beside it.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from index.errors import VectorsError, mark_damaged

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration

COLLECTION = "passages"
BATCH = 4_000
HNSW: "CreateHNSWConfiguration" = {
    "space": "cosine",
    "ef_construction": 128,
    "ef_search": 256,
    "max_neighbors": 24,
}
"""A little slower than Chroma's own choice, because a neighbour missed is an answer lost."""

T = TypeVar("T")


class VectorIndex:
    """The passages' vectors, searched by cosine similarity."""

    def __init__(self, directory: Path) -> None:
        """Open the index in `directory`; it is made there when there is none.

        Raises VectorsError when it cannot be read.
        """
        self._directory = directory
        self._client = self._tried(lambda: _client(directory))
        self._passages = self._tried(
            lambda: self._client.get_or_create_collection(
                COLLECTION,
                embedding_function=None,
                configuration={"hnsw": HNSW},
            )
        )
        self._batch = min(BATCH, self._client.get_max_batch_size())

    def add(self, ids: Sequence[int], vectors: NDArray[np.float32]) -> None:
        """Add vectors of shape `(len(ids), dimension)`; they are found at once."""
        for start in range(0, len(ids), self._batch):
            part = slice(start, start + self._batch)
            self._tried(
                partial(self._passages.add, ids=_names(ids[part]), embeddings=vectors[part])
            )

    def delete(self, ids: Sequence[int]) -> None:
        """Delete these ids; those that are not there are no mistake."""
        for start in range(0, len(ids), self._batch):
            names = _names(ids[start : start + self._batch])
            self._tried(partial(self._passages.delete, ids=names))

    def query(self, vector: NDArray[np.float32], k: int) -> list[tuple[int, float]]:
        """The `k` nearest passages as `(id, cosine similarity)`, nearest first."""
        if k < 1:
            return []
        found: Any = self._tried(
            lambda: self._passages.query(
                query_embeddings=vector[np.newaxis], n_results=k, include=["distances"]
            )
        )
        return [
            (int(number), 1.0 - distance)
            for number, distance in zip(found["ids"][0], found["distances"][0], strict=True)
        ]

    def count(self) -> int:
        """How many vectors there are."""
        return int(self._tried(self._passages.count))

    def close(self) -> None:
        """Let go of the folder."""
        self._client.close()

    def _tried(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except Exception as error:  # Chroma raises whatever its layers raise
            mark_damaged(self._directory)
            raise VectorsError(
                f"the vectors in {self._directory} cannot be used ({_first_line(error)}): "
                "see that the disk has room, and try again"
            ) from error


def _names(ids: Sequence[int]) -> list[str]:
    return [str(number) for number in ids]


def _client(directory: Path) -> "Client":
    import chromadb  # noqa: PLC0415 - costs more than a second
    from chromadb.config import Settings  # noqa: PLC0415

    directory.mkdir(parents=True, exist_ok=True)
    # Chroma would take settings from the `.env` file that Dateline's own stand in.
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        anonymized_telemetry=False,
        chroma_otel_collection_endpoint="",
    )
    # Typed as an interface without `close`.
    return cast("Client", chromadb.PersistentClient(str(directory), settings=settings))


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
