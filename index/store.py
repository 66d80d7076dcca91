"""The store of one collection of articles: kept up to date here, and read from here.

Its folder holds `lock`, which a process takes to write (`index/storage/write_lock.py`), and the
generations, one of which is read (`index/storage/generations.py`). A sync writes to the current
generation; what has to be made again is made in a new one.
"""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from index.article import Article
from index.embedding.static import Embedder, StaticEmbedder
from index.engines.chroma_http import ChromaServer
from index.errors import ArticlesError, StoreError
from index.readers import READING, Problem
from index.storage.generation import MANIFEST, Generation
from index.storage.generations import DamagedError, Generations
from index.storage.records import CatalogueRow, Outline, RelatedArticles
from index.storage.schema import FORMAT, UPGRADES
from index.storage.write_lock import WriteLock
from index.sync.discovery import Listing, is_current, list_files
from index.sync.ingest import Deliveries
from index.sync.report import SyncReport, report_of
from index.sync.sync import Progress, Sync
from index.sync.workers import OtherProcesses, ThisProcess, Workers


class Store:
    """One collection; its methods may be called from any thread.

    Reading takes no lock and never waits for a sync, here or in another process.
    """

    def __init__(
        self,
        directory: Path,
        embedder: Embedder,
        server: ChromaServer | None = None,
        workers: Workers | None = None,
    ) -> None:
        self.directory = directory
        self.embedder = embedder
        self._processes = OtherProcesses()
        # A model elsewhere is asked from here, for several texts at once.
        here = self._processes if isinstance(embedder, StaticEmbedder) else ThisProcess()
        self._makers = workers or here
        self._generations = Generations(directory, embedder, server)
        self._lock = WriteLock(directory)

    @classmethod
    def open(
        cls,
        directory: Path,
        embedder: Embedder,
        server: ChromaServer | None = None,
        workers: Workers | None = None,
    ) -> "Store":
        """The store in `directory`, which need not exist before the first sync.

        With a `server`, that is where the vectors are kept. `workers` make the passages; by
        default other processes on this machine, or this one where a model elsewhere is asked.

        Raises StoreError when a newer version of Dateline has written it. A damaged one
        opens, is stale, and is made again by `sync`.
        """
        store = cls(directory, embedder, server, workers)
        with suppress(DamagedError):
            store._generations.current()
        return store

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def generation(self) -> Generation:
        """What to read from; it stays as it is when another one is made meanwhile.

        Raises StoreError before the first sync, or when another embedder made it.
        """
        generation = self._generations.held()
        if generation is None:
            raise StoreError(f"nothing is indexed in {self.directory}: run `dateline index`")
        made_with = generation.manifest.meta("embedder")
        if made_with != self.embedder.name:
            raise StoreError(
                f"the store in {self.directory} was made with the embedding {made_with}, "
                f"not {self.embedder.name}: run `dateline index`"
            )
        return generation

    def article(self, source: str) -> Article | None:
        """The article with this source, or None."""
        generation = self._generations.held()
        return generation.manifest.article(source) if generation else None

    def last_number(self) -> int:
        """The number of the article that was added or changed last; 0 before the first sync."""
        generation = self._generations.held()
        return generation.manifest.last_number() if generation else 0

    def number(self, source: str) -> int:
        """The number of an article, higher than that of all that were there before it."""
        generation = self._generations.held()
        return generation.manifest.number(source) if generation else 0

    def catalogue(self) -> Iterator[CatalogueRow]:
        """Every article, by source."""
        generation = self._generations.held()
        return generation.manifest.catalogue() if generation else iter(())

    def related(self, source: str) -> RelatedArticles:
        """The other articles that have to do with this one."""
        generation = self._generations.held()
        return generation.manifest.related(source) if generation else RelatedArticles((), (), ())

    def problems(self) -> list[Problem]:
        """What could not be read, or only with doubt, when the files were last looked at."""
        generation = self._generations.held()
        return generation.manifest.problems() if generation else []

    def superseded(self) -> list[Problem]:
        """The versions of articles that do not answer, and why."""
        generation = self._generations.held()
        return generation.manifest.superseded() if generation else []

    def counts(self) -> tuple[int, int]:
        """How many articles and how many passages there are."""
        generation = self._generations.held()
        return generation.manifest.counts() if generation else (0, 0)

    def outline(self) -> Outline:
        """The articles at a glance; an empty one before the first sync."""
        generation = self._generations.held()
        return generation.manifest.outline() if generation else Outline()

    def fingerprint(self) -> str | None:
        """A digest of what is stored: two stores with the same one find the same."""
        generation = self._generations.held()
        return generation.manifest.fingerprint() if generation else None

    def damaged_files(self) -> list[str]:
        """The files of the store that are not as they were written; reads them all."""
        generation = self._generations.held()
        return generation.sums.broken(thorough=True) if generation else []

    def is_stale(self, roots: Sequence[Path]) -> bool:
        """Whether `sync` would have something to do; reads no article.

        Raises ArticlesError when no root can be read or holds an article.
        """
        listing = list_files(roots)
        try:
            generation = self._generations.current()
        except DamagedError:
            return True
        return (
            generation is None
            or not generation.looks_whole()
            or generation.outdated(self.embedder) is not None
            or generation.manifest.meta("reading") != READING
            or generation.manifest.interrupted()
            or generation.manifest.counts()[0] == 0
            or bool(listing.away)
            or _differ(listing, generation)
        )

    def sync(
        self,
        roots: Sequence[Path],
        on_progress: Callable[[Progress], None] | None = None,
        allow_empty: bool = False,
        thorough: bool = False,
    ) -> SyncReport:
        """Bring the store up to date with the files under `roots`.

        What a root held is kept when it cannot be read, or has lost most of it at once,
        unless `allow_empty`. If `thorough`, the store's own files are all read first, to find
        and mend damage that does not show in their sizes and dates.

        Raises ArticlesError, with nothing removed, when no root can be read or no article is
        left; StoreBusyError when another process is writing; StoreError when the store cannot
        be written. Whatever is raised, what was indexed goes on answering.
        """
        started = time.monotonic()
        listing = list_files(roots, allow_empty)
        with self._lock.held():
            generation, rebuilt = self._generations.ready(thorough)
            self._generations.sweep(generation.folder)
            live = generation.folder == self._generations.folder()
            try:
                sync = Sync(
                    generation,
                    self.embedder,
                    listing,
                    readers=self._processes,
                    makers=self._makers,
                    allow_empty=allow_empty,
                    on_progress=on_progress,
                )
                if sync.has_work:
                    plan = sync.plan()
                    with generation.writing(sync.growth()):
                        generation.purge()
                        sync.carry_out(plan)
                elif generation.manifest.counts()[0] == 0 and not allow_empty:
                    raise ArticlesError(sync.nothing_left())
                else:
                    sync.note_problems()
                generation.stop_writing()
                generation.note_sums()
                if not live:
                    self._generations.make_current(
                        generation, damaged=rebuilt == DamagedError.reason
                    )
            except BaseException:
                if not live:
                    generation.close()  # and not lost: the next sync goes on with it
                raise
            finally:
                generation.stop_writing()
            return report_of(sync, generation.manifest, started, rebuilt)

    def preview(self, roots: Sequence[Path], allow_empty: bool = False) -> SyncReport:
        """What `sync` would do; the store stays as it is."""
        started = time.monotonic()
        listing = list_files(roots, allow_empty)
        current = self._generations.current()
        rebuilt = None
        with tempfile.TemporaryDirectory(prefix="dateline-") as place:
            folder = Path(place) / "1"
            if current is None or current.format not in (FORMAT, *UPGRADES):
                rebuilt = current.outdated(self.embedder) if current else None
                Generation.create(folder, self.embedder).close()
            else:
                folder.mkdir()
                current.manifest.copy_to(folder / MANIFEST)
            trial = Generation(folder)
            trial.manifest.upgrade()
            trial.manifest.read_again()
            rebuilt = rebuilt or trial.outdated(self.embedder)
            try:
                sync = Sync(
                    trial,
                    self.embedder,
                    listing,
                    readers=self._processes,
                    makers=self._makers,
                    allow_empty=allow_empty,
                )
                sync.plan()
                return report_of(sync, trial.manifest, started, rebuilt)
            finally:
                trial.close()

    def delete(self) -> None:
        """Close the store and delete all that it keeps, on a server too; the articles stay.

        Raises StoreBusyError when another process is writing, VectorsError when the server is
        away, and StoreError when the disk refuses. Nothing is deleted then, or it can be tried
        again.
        """
        with self._lock.held():
            self.close()
            self._generations.drop()
            shutil.rmtree(self.directory)

    def close(self) -> None:
        """Close everything that is open."""
        self._generations.close()
        self._processes.close()


def _differ(listing: Listing, generation: Generation) -> bool:
    known = Deliveries(generation.manifest).files()
    here = {file.path for file in listing.found}
    return not all(is_current(file, known.get(file.path)) for file in listing.found) or any(
        path not in here and not listing.hides(path) for path in known
    )
