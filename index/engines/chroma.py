"""Vectors into passage ids: the dense index, on Chroma.

It may hold passages that no longer exist; callers have to drop those.

Only one process may write to Chroma's folder at a time, and to open it or to search for the first
time writes too. Chroma does not notice what another process has written. So there are two locks
beside the folder. A process holds the first one while it writes, and all that search share it for
a moment. The second one is held by the process that opens the folder, until it has searched once.
The first lock's date shows when Chroma has to be opened again. A process that is killed leaves a
note, and `index/engines/probe.py` tries the files that may be damaged before they are used.
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from index.engines.shared_lock import locked
from index.errors import VectorsError, mark_damaged

if TYPE_CHECKING:
    from chromadb import Collection
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration

COLLECTION = "passages"
BATCH = 4_000
"""Vectors at once, of the 5,461 that Chroma takes."""
GRAPH_WRITTEN = "index_metadata.pickle"
"""Beside a graph that Chroma has written down as a whole."""
READER_SECONDS = 0.1
OPENING_SECONDS = 10.0
"""More than it takes others who search to open it, one after the other."""
WRITER_SECONDS = 60.0
PROBE_SECONDS = 120.0
HNSW: "CreateHNSWConfiguration" = {
    "space": "cosine",
    "ef_construction": 64,
    "ef_search": 400,
    "max_neighbors": 24,
}
"""Of the 50 nearest among 90,000 passages 49.4 are found. A graph that is made with less care and
searched more widely takes half as long to make and finds as much (see evals/LOG.md)."""

SAVED_AFTER = 1_000
"""New vectors after which Chroma writes its whole graph down. A process that opens it later has
to add those that came since, which takes half a second at most."""
MANY = 100_000
"""New vectors from which that would be too often: for a million of them, 150 GB are written."""
SAVES = 16
"""How often the graph is written down while it gets so many; and once more at the end."""


class VectorIndex:
    """The passages' vectors, searched by cosine similarity; may be used from any thread.

    Every method raises VectorsError when another process is writing, or the index is
    damaged, which is then marked in its folder.
    """

    def __init__(self, directory: Path) -> None:
        """The index in `directory`, which is opened, or made, when it is first used."""
        self._directory = directory
        self._lock = directory.with_name(f"{directory.name}.lock")
        self._opening = directory.with_name(f"{directory.name}.opening.lock")
        self._unfinished = directory / "unfinished"
        self._half_open = directory / "half-open"
        self._guard = RLock()
        self._writes = False
        self._growth = 0
        self._seen: int | None = None
        self._open: tuple[Client, Collection] | None = None

    @contextmanager
    def writing(self, growth: int = 0) -> Iterator[None]:
        """Keep other processes out, and have them open the index again afterwards.

        `growth` is how many vectors will be added, roughly.
        """
        with self._held(self._lock, WRITER_SECONDS):
            self._writes, self._growth = True, growth
            try:
                self._directory.mkdir(parents=True, exist_ok=True)
                self._unfinished.touch()
                if growth > MANY:
                    self.close()
                yield
                self._save()
            finally:
                with self._guard:
                    self._lock.touch()
                    self._seen = self._written()
                    self._unfinished.unlink(missing_ok=True)
                    self._writes = False

    def survives(self, doubtful: bool = False) -> bool:
        """Whether it can be opened, which is in doubt where somebody has not finished.

        Chroma may end the process that reads broken files, or never come back, so another
        one tries; also if its files are `doubtful` for another reason.
        """
        if not (self._notes() or (doubtful and self._has_graph())):
            return True
        with self._guard, self._held(self._lock, WRITER_SECONDS):
            return self._survives(doubtful)

    def add(self, ids: Sequence[int], vectors: NDArray[np.float32]) -> None:
        """Add vectors of shape `(len(ids), dimension)`; they are found at once."""
        for start in range(0, len(ids), BATCH):
            part = slice(start, start + BATCH)
            with self._passages(shared=False) as passages:
                passages.add(ids=_names(ids[part]), embeddings=vectors[part])

    def delete(self, ids: Sequence[int]) -> None:
        """Delete these ids; those that are not there are no mistake."""
        for start in range(0, len(ids), BATCH):
            with self._passages(shared=False) as passages:
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
    def _passages(self, shared: bool = True) -> "Iterator[Collection]":
        """The collection, as it is now; nobody writes meanwhile, and who shares it does not."""
        import chromadb  # noqa: F401, PLC0415 - costs a second in which nobody need wait

        mine = self._writes
        with (
            self._guard,
            nullcontext() if mine else self._held(self._lock, READER_SECONDS, shared),
        ):
            try:
                yield self._opened()
            except VectorsError:
                raise
            except Exception as error:  # Chroma raises whatever its layers raise
                mark_damaged(self._directory)
                raise VectorsError(
                    f"the vectors in {self._directory} cannot be used ({_first_line(error)}): "
                    "see that the disk has room, and try again"
                ) from error

    def _opened(self) -> "Collection":
        killed = not self._writes and self._unfinished.exists()
        if self._open is None or self._seen != self._written() or killed:
            self.close()
            if self._writes:
                self._open = self._opened_to_grow()
            else:
                with self._held(self._opening, OPENING_SECONDS):
                    self._open = self._searched_once()
            self._seen = self._written()
        return self._open[1]

    def _opened_to_grow(self) -> "tuple[Client, Collection]":
        """Open it, and have the graph written down as often as is good for its growth."""
        client, passages = open_chroma(self._directory)
        saved_after = self._growth // SAVES if self._growth > MANY else SAVED_AFTER
        if _saved_after(passages) != saved_after:  # too late once the graph has been read
            passages.modify(configuration={"hnsw": {"sync_threshold": saved_after}})
        return client, passages

    def _save(self) -> None:
        """Have the graph written down, if it was to be so seldom."""
        with self._guard:
            if self._open and _saved_after(self._open[1]) > SAVED_AFTER:
                self.close()
                self._growth = 0
                with self._passages(shared=False) as passages:
                    search_once(passages)

    def _searched_once(self) -> "tuple[Client, Collection]":
        """Open it, and have it write what only a search would."""
        if not self._survives():
            raise OSError("it is broken")
        with suppress(OSError):  # it is searched where nothing can be written, too
            self._directory.mkdir(parents=True, exist_ok=True)
            self._half_open.touch()
        client, passages = open_chroma(self._directory)
        search_once(passages)
        self._half_open.unlink(missing_ok=True)
        return client, passages

    def _survives(self, doubtful: bool = False) -> bool:
        if not (notes := self._notes()) and not doubtful:
            return True
        self.close()
        if not _tried(self._directory):
            mark_damaged(self._directory)
            return False
        self._lock.touch()  # who has it open knows nothing of what was written
        for note in notes:
            note.unlink(missing_ok=True)
        return True

    def _has_graph(self) -> bool:
        return any(self._directory.glob(f"*/{GRAPH_WRITTEN}"))

    def _notes(self) -> list[Path]:
        """What somebody left who was killed, or has not finished yet."""
        return [note for note in (self._unfinished, self._half_open) if note.exists()]

    def _written(self) -> int:
        """When another process could last have written."""
        return self._lock.stat().st_mtime_ns

    def _held(self, lock: Path, seconds: float, shared: bool = False) -> BinaryIO:
        """One of the locks, until it is closed."""
        try:
            return locked(lock, seconds, shared=shared)
        except TimeoutError as problem:
            raise VectorsError(
                f"the vectors in {self._directory} are in use by another process: "
                "try again when it is done"
            ) from problem
        except OSError as problem:
            raise VectorsError(f"{lock} cannot be locked ({problem.strerror})") from problem


def _tried(directory: Path) -> bool:
    """Whether another process can open the index and search it."""
    command = [sys.executable, "-P", "-m", "index.engines.probe", str(directory)]
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

    # Chroma would take settings from the `.env` file that holds Dateline's own.
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


def _saved_after(passages: "Collection") -> int:
    return int(passages.configuration_json["hnsw"]["sync_threshold"])


def search_once(passages: "Collection") -> None:
    """Read whatever a search reads."""
    if passages.count():
        found: Any = passages.get(limit=1, include=["embeddings"])
        passages.query(query_embeddings=found["embeddings"], n_results=10, include=["distances"])


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
