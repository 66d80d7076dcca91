"""Vectors into passage ids: the dense index, on Chroma.

It knows nothing of texts or embedders; it may hold passages that no longer exist, and
whoever asks has to drop those. Chroma's folder bears one process at a time, for even a
search may write there, and Chroma does not notice what another process has written. So a
lock beside the folder is held by whoever writes while it writes, and by whoever searches
for a moment, and tells by its date when Chroma has to be opened again. Whoever is killed in
the midst leaves a note, and the files he may have broken are tried by `index/probe.py` first.
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from index.errors import VectorsError, mark_damaged

if TYPE_CHECKING:
    from chromadb import Collection
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration

COLLECTION = "passages"
BATCH = 4_000
"""Vectors at once, of the 5,461 that Chroma takes."""
READER_SECONDS = 0.1
WRITER_SECONDS = 60.0
PROBE_SECONDS = 120.0
POLL_SECONDS = 0.01
HNSW: "CreateHNSWConfiguration" = {
    "space": "cosine",
    "ef_construction": 128,
    "ef_search": 256,
    "max_neighbors": 24,
}
"""A little slower than Chroma's own choice, because a neighbour missed is an answer lost."""


class VectorIndex:
    """The passages' vectors, searched by cosine similarity; may be used from any thread.

    Every method raises VectorsError when another process is writing, or the index is
    damaged, which is then marked in its folder.
    """

    def __init__(self, directory: Path) -> None:
        """The index in `directory`, which is opened, or made, when it is first used."""
        from filelock import FileLock  # noqa: PLC0415 - some who read need none

        self._directory = directory
        self._lock = FileLock(directory.with_name(f"{directory.name}.lock"), thread_local=False)
        self._unfinished = directory / "unfinished"
        self._guard = RLock()
        self._writes = False
        self._seen: int | None = None
        self._open: tuple[Client, Collection] | None = None

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Keep other processes out, and have them open the index again afterwards."""
        self._acquire(WRITER_SECONDS)
        self._writes = True
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            self._unfinished.touch()
            yield
        finally:
            with self._guard:
                Path(self._lock.lock_file).touch()
                self._seen = self._written()
                self._unfinished.unlink(missing_ok=True)
                self._writes = False
                self._lock.release()

    def survives(self) -> bool:
        """Whether it can be opened, which is doubtful where somebody has not finished.

        Chroma may end the process that reads broken files, or never come back, so another
        one tries.
        """
        if not self._unfinished.exists():
            return True
        with self._guard:
            self._acquire(WRITER_SECONDS)
            try:
                self.close()
                sound = _tried(self._directory)
                if sound:
                    self._unfinished.unlink(missing_ok=True)
                else:
                    mark_damaged(self._directory)
                return sound
            finally:
                self._lock.release()

    def add(self, ids: Sequence[int], vectors: NDArray[np.float32]) -> None:
        """Add vectors of shape `(len(ids), dimension)`; they are found at once."""
        for start in range(0, len(ids), BATCH):
            part = slice(start, start + BATCH)
            with self._passages() as passages:
                passages.add(ids=_names(ids[part]), embeddings=vectors[part])

    def delete(self, ids: Sequence[int]) -> None:
        """Delete these ids; those that are not there are no mistake."""
        for start in range(0, len(ids), BATCH):
            with self._passages() as passages:
                passages.delete(ids=_names(ids[start : start + BATCH]))

    def query(self, vector: NDArray[np.float32], k: int) -> list[tuple[int, float]]:
        """The `k` nearest passages as `(id, cosine similarity)`, nearest first."""
        if k < 1:
            return []
        with self._passages() as passages:
            found: Any = passages.query(
                query_embeddings=vector[np.newaxis], n_results=k, include=["distances"]
            )
        return [
            (int(number), 1.0 - distance)
            for number, distance in zip(found["ids"][0], found["distances"][0], strict=True)
        ]

    def count(self) -> int:
        """How many vectors there are."""
        with self._passages() as passages:
            return passages.count()

    def close(self) -> None:
        """Let go of the folder."""
        with self._guard:
            if self._open is not None:
                self._open[0].close()
                self._open = None

    @contextmanager
    def _passages(self) -> "Iterator[Collection]":
        """The collection, as it is now, and nobody else's meanwhile."""
        import chromadb  # noqa: F401, PLC0415 - costs a second in which nobody need wait

        with self._guard:
            mine = self._writes
            if not mine:
                self._acquire(READER_SECONDS)
            try:
                yield self._opened()
                if not mine:
                    self._unfinished.unlink(missing_ok=True)
            except Exception as error:  # Chroma raises whatever its layers raise
                mark_damaged(self._directory)
                raise VectorsError(
                    f"the vectors in {self._directory} cannot be used ({_first_line(error)}): "
                    "see that the disk has room, and try again"
                ) from error
            finally:
                if not mine:
                    self._lock.release()

    def _opened(self) -> "Collection":
        written = self._written()
        killed = not self._writes and self._unfinished.exists()
        if self._open is None or self._seen != written or killed:
            self.close()
            if not (self._writes or self.survives()):
                raise OSError("it is broken")
            with suppress(OSError):  # it is searched where nothing can be written, too
                self._directory.mkdir(parents=True, exist_ok=True)
                self._unfinished.touch()
            self._open, self._seen = open_chroma(self._directory), written
        return self._open[1]

    def _written(self) -> int:
        """When another process could last have written."""
        return Path(self._lock.lock_file).stat().st_mtime_ns

    def _acquire(self, seconds: float) -> None:
        from filelock import Timeout  # noqa: PLC0415

        try:
            self._lock.acquire(timeout=seconds, poll_interval=POLL_SECONDS)
        except Timeout as problem:
            raise VectorsError(
                f"the vectors in {self._directory} are in use by another process: "
                "try again when it is done"
            ) from problem


def _tried(directory: Path) -> bool:
    """Whether another process can open the index and search it."""
    command = [sys.executable, "-m", "index.probe", str(directory)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=PROBE_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def _names(ids: Sequence[int]) -> list[str]:
    return [str(number) for number in ids]


def open_chroma(directory: Path) -> "tuple[Client, Collection]":
    """Open Chroma's folder, to be closed by the caller, and the passages in it."""
    import chromadb  # noqa: PLC0415 - costs more than a second
    from chromadb.config import Settings  # noqa: PLC0415

    # Chroma would take settings from the `.env` file that Dateline's own stand in.
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        anonymized_telemetry=False,
        chroma_otel_collection_endpoint="",
    )
    # Typed as an interface without `close`.
    client = cast("Client", chromadb.PersistentClient(str(directory), settings=settings))
    passages = client.get_or_create_collection(
        COLLECTION, embedding_function=None, configuration={"hnsw": HNSW}
    )
    return client, passages


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
