"""The store of one collection of articles: kept up to date here, and read from here.

It knows nothing of questions or ranking. Its folder holds `lock`, which whoever writes
takes and signs, `current`, which names the generation to read, and the generations: folders
called 1, 2, … A sync writes to the current one; whatever has to be made again is made in a new
one, which becomes current when it is complete, so that the old one answers until then.
"""

import json
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from platform import node
from threading import RLock
from types import TracebackType
from typing import Self

from index.article import Article
from index.embedding.static import Embedder, StaticEmbedder
from index.engines.chroma_http import ChromaServer
from index.errors import ArticlesError, StoreBusyError, StoreError, VectorsError
from index.readers import READING, Problem
from index.storage.generation import MANIFEST, Generation
from index.storage.manifest import CatalogueRow, Kin, Outline
from index.storage.schema import FORMAT, UPGRADES
from index.sync.discovery import Listing, is_current, list_files
from index.sync.ingest import Deliveries
from index.sync.report import SyncReport, report_of
from index.sync.sync import Progress, Sync
from index.sync.workers import OtherProcesses, ThisProcess, Workers

CURRENT = "current"
LOCK = "lock"
TRIAL_BYTES = 65_536
"""More than SQLite writes to read."""
DAMAGED = ".damaged"


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
        self._server = server
        self._processes = OtherProcesses()
        # A model elsewhere is asked from here, for several texts at once.
        here = self._processes if isinstance(embedder, StaticEmbedder) else ThisProcess()
        self._makers = workers or here
        self._guard = RLock()
        self._generation: Generation | None = None
        self._opened_from: Path | None = None
        self._retired: list[Generation] = []
        self._copies: list[tempfile.TemporaryDirectory[str]] = []
        self._reads_copy = False

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
        with suppress(_DamagedError):
            store._current()
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
        generation = self._held()
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
        generation = self._held()
        return generation.manifest.article(source) if generation else None

    def catalogue(self) -> Iterator[CatalogueRow]:
        """Every article, by source."""
        generation = self._held()
        return generation.manifest.catalogue() if generation else iter(())

    def kin(self, source: str) -> Kin:
        """The other articles that have to do with this one."""
        generation = self._held()
        return generation.manifest.kin(source) if generation else Kin((), (), ())

    def problems(self) -> list[Problem]:
        """What could not be read, or only with doubt, when the files were last looked at."""
        generation = self._held()
        return generation.manifest.problems() if generation else []

    def superseded(self) -> list[Problem]:
        """The versions of articles that do not answer, and why."""
        generation = self._held()
        return generation.manifest.superseded() if generation else []

    def counts(self) -> tuple[int, int]:
        """How many articles and how many passages there are."""
        generation = self._held()
        return generation.manifest.counts() if generation else (0, 0)

    def outline(self) -> Outline:
        """The articles at a glance; an empty one before the first sync."""
        generation = self._held()
        return generation.manifest.outline() if generation else Outline()

    def fingerprint(self) -> str | None:
        """A digest of what is stored: two stores with the same one find the same."""
        generation = self._held()
        return generation.manifest.fingerprint() if generation else None

    def is_stale(self, roots: Sequence[Path]) -> bool:
        """Whether `sync` would have something to do; reads no article.

        Raises ArticlesError when no root can be read or holds an article.
        """
        listing = list_files(roots)
        try:
            generation = self._current()
        except _DamagedError:
            return True
        return (
            generation is None
            or generation.outdated(self.embedder) is not None
            or generation.manifest.meta("reading") != READING
            or generation.manifest.interrupted()
            or not generation.looks_whole()
            or generation.manifest.counts()[0] == 0
            or bool(listing.away)
            or _differ(listing, generation)
        )

    def sync(
        self,
        roots: Sequence[Path],
        on_progress: Callable[[Progress], None] | None = None,
        allow_empty: bool = False,
    ) -> SyncReport:
        """Bring the store up to date with the files under `roots`.

        What a root held is kept when it cannot be read, or has lost most of it at once,
        unless `allow_empty`. Raises ArticlesError, with nothing removed, when no root can be
        read or no article is left; StoreBusyError when another process is writing;
        StoreError when the store cannot be written. Whatever is raised, what was indexed
        goes on answering.
        """
        started = time.monotonic()
        listing = list_files(roots, allow_empty)
        with self._writing():
            generation, rebuilt = self._ready()
            self._sweep(generation.folder)
            live = generation.folder == self._folder()
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
                if not live:
                    self._make_current(generation, damaged=rebuilt == _DamagedError.reason)
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
        current = self._current()
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
        with self._writing():
            self.close()
            for folder in self._generations():
                self._drop_vectors(folder)
            (self.directory / CURRENT).unlink(
                missing_ok=True
            )  # first: nothing half deleted answers
            shutil.rmtree(self.directory)

    def close(self) -> None:
        """Close everything that is open."""
        with self._guard:
            self._retire()
            for generation in self._retired:
                generation.close()
            for copy in self._copies:
                copy.cleanup()
            self._processes.close()
            self._retired.clear()
            self._copies.clear()

    # Generations

    def _retire(self) -> None:
        """Read no more from the current generation; another thread may not be done with it."""
        if self._generation is not None:
            self._retired.append(self._generation)
            self._generation = None

    def _folder(self) -> Path | None:
        """The current generation's folder; None before the first sync, or when its name is lost.

        A power cut can leave `current` empty, and what it names is deleted one day: nothing
        but a number will do.
        """
        try:
            name = (self.directory / CURRENT).read_text(encoding="ascii").strip()
        except (FileNotFoundError, UnicodeDecodeError):
            return None
        except OSError as error:
            raise StoreError(
                f"the store in {self.directory} cannot be read ({error.strerror}): "
                "choose another --store"
            ) from error
        return self.directory / name if name.isdecimal() else None

    def _held(self) -> Generation | None:
        """The current generation, unless an older version of Dateline has written it."""
        generation = self._current()
        return generation if generation and generation.format == FORMAT else None

    def _current(self) -> Generation | None:
        """The current generation, opened again when another process has made a new one."""
        folder = self._folder()
        with self._guard:
            if folder is None or (self._generation and self._opened_from == folder):
                return self._generation
            self._retire()
            try:
                self._generation = self._opened(folder)
                self._opened_from = folder
            except _DamagedError:
                if self._folder() == folder:
                    raise
                return self._current()  # it has just been replaced
            return self._generation

    def _opened(self, folder: Path) -> Generation:
        readable = self._readable(folder)
        try:
            generation = Generation(readable, self._server)
        except StoreError as error:
            raise _DamagedError(
                f"the store in {self.directory} is damaged ({error.__cause__}): "
                "run `dateline index` to make it again"
            ) from error
        if generation.format > FORMAT:
            generation.close()
            raise StoreError(
                f"a newer version of Dateline has written the store in {self.directory}: "
                "upgrade dateline, or choose another --store"
            )
        return generation

    def _ready(self) -> tuple[Generation, str | None]:
        """The generation to bring up to date, and why it is a new one, if it is."""
        try:
            current = self._current()
        except _DamagedError:
            return self._begun() or self._fresh(next_passage=1), _DamagedError.reason
        if self._reads_copy:
            raise StoreError(
                f"cannot write the store in {self.directory} (its disk is full, or may only be "
                "read): free some space, or choose another --store"
            )
        if current is None:
            first = self._fresh(next_passage=1)
            self._make_current(first)
            return first, None
        current.manifest.upgrade()
        current.manifest.read_again()
        outdated = current.outdated(self.embedder)
        if outdated:
            return self._remade(current), outdated
        if not current.is_whole():
            return self._derived_again(current), current.damage
        return current, None

    def _fresh(self, next_passage: int) -> Generation:
        return Generation.create(self._free_folder(), self.embedder, next_passage, self._server)

    def _remade(self, old: Generation) -> Generation:
        """A generation to split and embed all articles anew in."""
        begun = self._begun()
        if begun:
            return begun
        if old.format < FORMAT:
            return self._fresh(int(old.manifest.meta("next_passage") or 1))
        return Generation.to_embed(old, self._free_folder(), self.embedder, self._server)

    def _begun(self) -> Generation | None:
        """A generation that was begun before; its embeddings may have been paid for."""
        for folder in self.directory.iterdir():
            if folder.name.isdecimal() and folder != self._folder():
                with suppress(StoreError):
                    generation = Generation(folder, self._server)
                    if generation.outdated(self.embedder) is None and generation.is_whole():
                        return generation
                    generation.close()
        return None

    def _derived_again(self, old: Generation) -> Generation:
        new = Generation.copy_of(old, self._free_folder(), self._server)
        self._make_current(new)
        return new

    def _free_folder(self) -> Path:
        taken = [int(path.stem) for path in self.directory.iterdir() if path.stem.isdecimal()]
        return self.directory / str(max(taken, default=0) + 1)

    def _make_current(self, generation: Generation, damaged: bool = False) -> None:
        """From now on `generation` answers; the one before it goes, or is set aside."""
        before = self._folder()
        draft = self.directory / f"{CURRENT}.new"
        draft.write_text(generation.folder.name, encoding="ascii")
        draft.replace(self.directory / CURRENT)
        with self._guard:
            self._retire()
            self._generation = generation
            self._opened_from = generation.folder
        if before is not None and damaged and before.exists():
            before.rename(before.with_name(before.name + DAMAGED))

    def _sweep(self, needed: Path) -> None:
        """Delete the generations that are current no more, or never were, and damaged ones.

        A generation outlives its replacement until a later sync, and one that was read from
        here until a sync by another store: somebody may still be reading it.
        """
        kept = {needed, self._folder(), *(generation.folder for generation in self._retired)}
        for path in self._generations():
            if path not in kept:
                self._delete(path)

    def _generations(self) -> list[Path]:
        return [p for p in self.directory.iterdir() if p.name.removesuffix(DAMAGED).isdecimal()]

    def _delete(self, folder: Path) -> None:
        """Delete a generation; one with vectors on a server that is away waits for it."""
        try:
            self._drop_vectors(folder)
        except VectorsError:
            return
        shutil.rmtree(folder, ignore_errors=True)

    def _drop_vectors(self, folder: Path) -> None:
        """Delete a generation's vectors from the server, if it has some there."""
        try:
            with closing(Generation(folder, self._server)) as generation:
                generation.drop_vectors()
        except VectorsError:
            raise
        except StoreError:
            pass  # it names no vectors

    def _readable(self, folder: Path) -> Path:
        """The folder, or a copy for this process where the disk takes no writing or is full.

        SQLite, Chroma and tantivy all write beside what they read.
        """
        try:
            with tempfile.TemporaryFile(dir=folder) as trial:
                trial.write(bytes(TRIAL_BYTES))
            self._reads_copy = False
            return folder
        except OSError:
            if not (folder / MANIFEST).is_file():
                return folder
        place = tempfile.TemporaryDirectory(prefix="dateline-")
        self._copies.append(place)
        copy = Path(place.name) / folder.name
        try:
            shutil.copytree(folder, copy, copy_function=shutil.copyfile)
        except OSError as error:
            raise StoreError(
                f"the store in {self.directory} may not be written, and cannot be copied to "
                f"{place.name} to be read there: choose another --store"
            ) from error
        for path in (copy, *copy.rglob("*/")):
            path.chmod(0o700)
        self._reads_copy = True
        return copy

    # Syncing

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Hold the lock, and say in one line what the disk refuses."""
        from filelock import FileLock, Timeout  # noqa: PLC0415 - reading needs none

        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.directory / LOCK, timeout=0)
            lock.acquire()
        except Timeout as error:
            raise StoreBusyError(
                f"the store in {self.directory} is being written by {self._writer()}; "
                "try again when it is done"
            ) from error
        except OSError as error:
            raise self._refused(error) from error
        try:
            since = f"{datetime.now():%Y-%m-%d %H:%M:%S}"
            signed = {"pid": os.getpid(), "host": node(), "since": since}
            (self.directory / LOCK).write_text(json.dumps(signed))
            yield
        except (OSError, sqlite3.Error) as error:
            raise self._refused(error) from error
        finally:
            with suppress(OSError):
                (self.directory / LOCK).write_text("")
            lock.release()

    def _writer(self) -> str:
        """Who is writing, as far as the lock's file tells."""
        try:
            holder = json.loads((self.directory / LOCK).read_text())
            return f"process {holder['pid']} on {holder['host']} since {holder['since']}"
        except (OSError, ValueError, LookupError, TypeError):
            return "another process"

    def _refused(self, error: Exception) -> StoreError:
        reason = getattr(error, "strerror", None) or error
        return StoreError(
            f"cannot write the store in {self.directory} ({reason}): "
            "free some space, or choose another --store"
        )


class _DamagedError(StoreError):
    """The manifest cannot be read."""

    reason = "the store was damaged"


def _differ(listing: Listing, generation: Generation) -> bool:
    known = Deliveries(generation.manifest).files()
    here = {file.path for file in listing.found}
    return not all(is_current(file, known.get(file.path)) for file in listing.found) or any(
        path not in here and not listing.hides(path) for path in known
    )
