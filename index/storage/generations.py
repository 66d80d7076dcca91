"""The generations of a store: which is current, which is being made, which may go.

`current` names the generation to read, and the generations are folders called 1, 2, … Whatever
has to be made again is made in a new one, which becomes current when it is complete, so that the
old one answers until then.
"""

import os
import shutil
import tempfile
from contextlib import closing, suppress
from pathlib import Path
from threading import RLock

from index.embedding.static import Embedder
from index.engines.chroma_http import ChromaServer
from index.errors import StoreError, VectorsError
from index.storage.generation import MANIFEST, Generation
from index.storage.schema import FORMAT

CURRENT = "current"
TRIAL_BYTES = 65_536
"""More than SQLite writes to read."""
DAMAGED = ".damaged"


class DamagedError(StoreError):
    """The manifest cannot be read."""

    reason = "the store was damaged"


class Generations:
    """Opens the generations of one store's folder, and makes new ones. Safe for any thread."""

    def __init__(self, directory: Path, embedder: Embedder, server: ChromaServer | None) -> None:
        self._directory, self._embedder, self._server = directory, embedder, server
        self._guard = RLock()
        self._generation: Generation | None = None
        self._opened_from: Path | None = None
        self._retired: list[Generation] = []
        self._copies: list[tempfile.TemporaryDirectory[str]] = []
        self._reads_copy = False

    def close(self) -> None:
        """Close every generation that was opened here."""
        with self._guard:
            self._retire()
            for generation in self._retired:
                generation.close()
            for copy in self._copies:
                copy.cleanup()
            self._retired.clear()
            self._copies.clear()

    def _retire(self) -> None:
        """Read no more from the current generation; another thread may not be done with it."""
        if self._generation is not None:
            self._retired.append(self._generation)
            self._generation = None

    def folder(self) -> Path | None:
        """The current generation's folder; None before the first sync, or when its name is lost.

        A power cut can leave `current` empty, and what it names is deleted one day: nothing
        but a number will do.
        """
        try:
            name = (self._directory / CURRENT).read_text(encoding="ascii").strip()
        except (FileNotFoundError, UnicodeDecodeError):
            return None
        except OSError as error:
            raise StoreError(
                f"the store in {self._directory} cannot be read ({error.strerror}): "
                "choose another --store"
            ) from error
        return self._directory / name if name.isdecimal() else None

    def held(self) -> Generation | None:
        """The current generation, unless an older version of Dateline has written it."""
        generation = self.current()
        return generation if generation and generation.format == FORMAT else None

    def current(self) -> Generation | None:
        """The current generation, opened again when another process has made a new one."""
        folder = self.folder()
        with self._guard:
            if folder is None or (self._generation and self._opened_from == folder):
                return self._generation
            self._retire()
            try:
                self._generation = self._opened(folder)
                self._opened_from = folder
            except DamagedError:
                if self.folder() == folder:
                    raise
                return self.current()  # it has just been replaced
            return self._generation

    def _opened(self, folder: Path) -> Generation:
        readable = self._readable(folder)
        try:
            generation = Generation(readable, self._server)
        except StoreError as error:
            raise DamagedError(
                f"the store in {self._directory} is damaged ({error.__cause__}): "
                "run `dateline index` to make it again"
            ) from error
        if generation.format > FORMAT:
            generation.close()
            raise StoreError(
                f"a newer version of Dateline has written the store in {self._directory}: "
                "upgrade dateline, or choose another --store"
            )
        return generation

    def ready(self, thorough: bool = False) -> tuple[Generation, str | None]:
        """The generation to bring up to date, and why it is a new one, if it is.

        If `thorough`, every file of it is read, to see whether it is as it was written.
        """
        try:
            current = self.current()
        except DamagedError:
            return self._begun() or self._fresh(next_passage=1), DamagedError.reason
        if self._reads_copy:
            raise StoreError(
                f"cannot write the store in {self._directory} (its disk is full, or may only be "
                "read): free some space, or choose another --store"
            )
        if current is None:
            first = self._fresh(next_passage=1)
            self.make_current(first)
            return first, None
        if MANIFEST in current.sums.broken(thorough):
            return self._mended(current), DamagedError.reason
        if current.is_old():
            current.sums.drop()
            current.manifest.upgrade()
            current.manifest.read_again()
        outdated = current.outdated(self._embedder)
        if outdated:
            return self._remade(current), outdated
        if not current.is_whole(thorough):
            return self._derived_again(current), current.damage
        return current, None

    def _mended(self, old: Generation) -> Generation:
        """A copy of what is as it was written.

        An empty generation where SQLite cannot read it, or all is to be embedded again anyway.
        """
        folder = self._free_folder()
        try:
            if old.outdated(self._embedder) is None and old.manifest.is_consistent():
                return Generation.copy_of(old, folder, self._server, mended=True)
        except VectorsError:
            raise
        except StoreError:
            shutil.rmtree(folder, ignore_errors=True)
        return self._begun() or self._fresh(next_passage=1)

    def _fresh(self, next_passage: int) -> Generation:
        return Generation.create(self._free_folder(), self._embedder, next_passage, self._server)

    def _remade(self, old: Generation) -> Generation:
        """Make a generation in which all articles are split and embedded again."""
        begun = self._begun()
        if begun:
            return begun
        if old.format < FORMAT:
            return self._fresh(int(old.manifest.meta("next_passage") or 1))
        return Generation.to_embed(old, self._free_folder(), self._embedder, self._server)

    def _begun(self) -> Generation | None:
        """A generation that was begun before; its embeddings may have been paid for."""
        for folder in self._directory.iterdir():
            if folder.name.isdecimal() and folder != self.folder():
                with suppress(StoreError):
                    generation = Generation(folder, self._server)
                    if generation.outdated(self._embedder) is None and generation.is_whole():
                        return generation
                    generation.close()
        return None

    def _derived_again(self, old: Generation) -> Generation:
        new = Generation.copy_of(old, self._free_folder(), self._server)
        self.make_current(new)
        return new

    def _free_folder(self) -> Path:
        taken = [int(path.stem) for path in self._directory.iterdir() if path.stem.isdecimal()]
        return self._directory / str(max(taken, default=0) + 1)

    def make_current(self, generation: Generation, damaged: bool = False) -> None:
        """From now on `generation` answers; the one before it goes, or is set aside."""
        before = self.folder()
        draft = self._directory / f"{CURRENT}.new"
        draft.write_text(generation.folder.name, encoding="ascii")
        draft.replace(self._directory / CURRENT)
        with self._guard:
            self._retire()
            self._generation = generation
            self._opened_from = generation.folder
        if before is not None and damaged and before.exists():
            before.rename(before.with_name(before.name + DAMAGED))

    def sweep(self, needed: Path) -> None:
        """Delete the generations that are current no more, or never were, and damaged ones.

        A generation outlives its replacement until a later sync, and one that was read from
        here until a sync by another store: somebody may still be reading it.
        """
        kept = {needed, self.folder(), *(generation.folder for generation in self._retired)}
        for path in self._folders():
            if path not in kept:
                self._delete(path)

    def drop(self) -> None:
        """Delete the vectors on a server, and the name of the current generation.

        Raises VectorsError when the server is away.
        """
        for folder in self._folders():
            self._drop_vectors(folder)
        # Before the rest of the folder goes: nothing half deleted answers.
        (self._directory / CURRENT).unlink(missing_ok=True)

    def _folders(self) -> list[Path]:
        return [p for p in self._directory.iterdir() if p.name.removesuffix(DAMAGED).isdecimal()]

    def _delete(self, folder: Path) -> None:
        """Delete a generation; one with vectors on a server that is away waits for it."""
        with suppress(VectorsError):
            self._drop_vectors(folder)
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
            shutil.copytree(folder, copy, copy_function=_copied)
        except OSError as error:
            raise StoreError(
                f"the store in {self._directory} may not be written, and cannot be copied to "
                f"{place.name} to be read there: choose another --store"
            ) from error
        for path in (copy, *copy.rglob("*/")):
            path.chmod(0o700)
        self._reads_copy = True
        return copy


def _copied(source: str, target: str) -> None:
    """Copy a file with its date but not who may write it."""
    shutil.copyfile(source, target)
    facts = Path(source).stat()
    os.utime(target, ns=(facts.st_atime_ns, facts.st_mtime_ns))
