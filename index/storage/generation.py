"""One folder that holds a manifest and the two indexes derived from it."""

import json
import logging
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from heapq import nlargest
from operator import itemgetter
from pathlib import Path
from threading import RLock
from typing import NamedTuple
from uuid import uuid4

import numpy as np

from index.embedding.static import Embedder, Vectors
from index.engines.bm25 import Bm25Index
from index.engines.chroma import GRAPH_WRITTEN, VectorIndex
from index.engines.chroma_http import ChromaServer, ServerVectors
from index.errors import StoreError, VectorsError, marked_damaged
from index.readers import READING
from index.storage.manifest import Manifest
from index.storage.mending import mend
from index.storage.schema import FORMAT
from index.storage.sums import Sums
from index.text.analyzer import TERMS
from index.text.splitter import SPLITTER

MANIFEST = "manifest.sqlite3"
BM25 = "bm25"
CHROMA = "chroma"
SEAL = "chroma_files"
HOME = "chroma_server"
_log = logging.getLogger(__name__)
EXACT = 1_000
"""Passages up to which all are compared: quicker than importing Chroma, and exact."""


class _Home(NamedTuple):
    """Where on a server the vectors are.

    `turns` are the last syncs that may have written there. When another one has, this
    manifest is a copy of the one that belongs to them, or an older state of it.
    """

    place: str
    collection: str
    turns: tuple[str, ...]


class Generation:
    """An open generation; the derived indexes are opened when first needed."""

    def __init__(self, folder: Path, server: ChromaServer | None = None) -> None:
        """Open the generation in `folder`, whose vectors may be on `server`.

        Raises StoreError when its manifest is missing or damaged.
        """
        self.folder = folder
        self.manifest = Manifest(folder / MANIFEST)
        self.sums = Sums(folder, _steady_files)
        self._server = server
        self._lock = RLock()
        self._bm25: Bm25Index | None = None
        self._vectors: VectorIndex | ServerVectors | None = None

    @classmethod
    def create(
        cls,
        folder: Path,
        embedder: Embedder,
        next_passage: int = 1,
        server: ChromaServer | None = None,
    ) -> "Generation":
        """Make an empty generation in `folder`, which must not exist."""
        folder.mkdir(parents=True)
        Manifest.create(folder / MANIFEST, embedder.name, SPLITTER, next_passage).close()
        made = cls(folder, server)
        made._settle()
        _ = made.bm25
        return made

    @classmethod
    def copy_of(
        cls, old: "Generation", folder: Path, server: ChromaServer | None, mended: bool = False
    ) -> "Generation":
        """The same manifest with new indexes made from it; no article is read for it.

        If `mended` is true, damaged articles and passages are left out. Then the next sync reads
        all files.
        """
        folder.mkdir()
        old.manifest.copy_to(folder / MANIFEST)
        made = cls(folder, server)
        if mended:
            mend(made.manifest)
        made._settle()
        made._derive()
        return made

    @classmethod
    def to_embed(
        cls, old: "Generation", folder: Path, embedder: Embedder, server: ChromaServer | None
    ) -> "Generation":
        """The same articles, which all have still to be split and embedded."""
        folder.mkdir()
        old.manifest.copy_to(folder / MANIFEST)
        made = cls(folder, server)
        made.manifest.embed_again(embedder.name, SPLITTER)
        made._settle()
        made.seal()
        _ = made.bm25
        return made

    @property
    def bm25(self) -> Bm25Index:
        """The word index."""
        with self._lock:
            if self._bm25 is None:
                self._bm25 = Bm25Index(self.folder / BM25)
            return self._bm25

    @property
    def vectors(self) -> VectorIndex | ServerVectors:
        """The vector index, wherever it is.

        Using it imports Chroma, which takes a second, unless it is on a server. Raises
        VectorsError when that is not the server that was named, and when the files are not as
        they were written: what is wrong in them can end the process.
        """
        with self._lock:
            if self._vectors is None:
                home = self._home
                if home:
                    return self._on_server(home)
                if any(name.startswith(f"{CHROMA}/") for name in self.sums.broken()):
                    raise VectorsError(
                        f"the vectors in {self.folder} are damaged: "
                        "run `dateline index` to make them again"
                    )
                self._vectors = VectorIndex(self.folder / CHROMA)
            return self._vectors

    def nearest(self, vector: Vectors, k: int) -> list[tuple[int, float]]:
        """The k passages most like a vector, as `(id, cosine)`, best first.

        All are compared where they are few, which takes no graph and no Chroma, and where
        the vector index cannot be used: that finds the same, at 150,000 passages a second.
        """
        if self.manifest.has_more_passages_than(EXACT):
            try:
                return self.vectors.query(vector, k)
            except VectorsError as problem:
                _log.debug("comparing all passages: %s", problem)  # for every question
        best: list[tuple[int, float]] = []
        for ids, vectors in self.manifest.vectors():
            best += zip(ids, (vectors @ vector).tolist(), strict=True)
            best = nlargest(k, best, key=itemgetter(1))
        return best

    @property
    def format(self) -> int:
        """The number of the format it was written in."""
        return int(self.manifest.meta("format") or 0)

    def is_old(self) -> bool:
        """Whether its tables, or the way in which files were read, are older than today's."""
        return self.format < FORMAT or self.manifest.meta("reading") != READING

    def outdated(self, embedder: Embedder) -> str | None:
        """Why this generation has to be made again from the articles, or None."""
        if self.format < FORMAT:
            return f"its format is {self.format}, now it is {FORMAT}"
        made_with = self.manifest.meta("embedder")
        if made_with != embedder.name:
            return f"it was made with the embedding {made_with}, now it is {embedder.name}"
        if self.manifest.meta("splitter") != SPLITTER:
            return "passages are now split in another way"
        return None

    @property
    def damage(self) -> str:
        """Why the derived indexes are made again, where they are not whole."""
        alike = self.manifest.meta("terms") == TERMS
        return "the indexes were damaged" if alike else "words are now searched in another way"

    def looks_whole(self) -> bool:
        """Whether the derived indexes seem to hold every passage, without opening Chroma."""
        if self.sums.broken():
            return False
        _, passages = self.manifest.counts()
        home, server = self._home, self._server
        if (home and home.place) != (server and server.place):
            return False  # the vectors belong elsewhere now
        return self._bm25_holds(passages) and (
            not marked_damaged(self.folder / CHROMA) if home else self._chroma_holds(passages)
        )

    def is_whole(self, thorough: bool = False) -> bool:
        """The same, looked at as closely as it takes before something is written.

        If `thorough`, every file is read. Raises VectorsError when the server cannot be reached.
        """
        if not self.looks_whole() or (thorough and self.sums.broken(thorough)):
            return False
        vectors, home = self.vectors, self._home
        if isinstance(vectors, VectorIndex):
            return vectors.survives(doubtful=not self.sums.exist())
        assert home
        _, passages = self.manifest.counts()
        try:
            return vectors.holds(passages, home.turns)
        except VectorsError:
            if marked_damaged(self.folder / CHROMA):
                return False
            raise

    @contextmanager
    def writing(self, growth: int = 0) -> Iterator[None]:
        """Have the vectors to write to; other processes search them no more meanwhile.

        `growth` is how many passages will be added, roughly. Raises VectorsError when the
        server cannot be reached.
        """
        vectors = self.vectors
        if isinstance(vectors, VectorIndex):
            with vectors.writing(growth):
                yield
        elif home := self._home:
            turn = uuid4().hex
            self._set_home(home._replace(turns=(*home.turns[-1:], turn)))
            vectors.begin(turn)
            yield

    def seal(self) -> None:
        """Note which files Chroma has: it says nothing when one of them is lost."""
        files = _graph_files(self.folder / CHROMA)
        self.manifest.set_meta(SEAL, json.dumps(files))

    def note_sums(self) -> None:
        """Sum the files, now that nothing is written; raises OSError."""
        self.sums.note(() if self.manifest.is_all_in_place() else (MANIFEST,))

    def drop_vectors(self) -> None:
        """Delete the vectors from the server, unless others have written there since.

        Raises VectorsError when the server cannot be reached.
        """
        home = self._home
        if home and self._server and home.place == self._server.place:
            self._on_server(home).drop(home.turns)

    def purge(self) -> None:
        """Delete from the derived indexes what is no passage."""
        if not self.manifest.interrupted():
            return
        garbage = self.manifest.garbage()
        if garbage:
            self.vectors.delete(garbage)
            self.bm25.delete(garbage)
            self.bm25.commit()
        self.manifest.clear_garbage()

    def stop_writing(self) -> None:
        """Let the word index be written by another process."""
        if self._bm25 is not None:
            self._bm25.close()

    def close(self) -> None:
        """Close everything that is open."""
        with self._lock:
            if self._vectors is not None:
                self._vectors.close()
            self.stop_writing()
            self.manifest.close()

    # Where the vectors are

    @property
    def _home(self) -> _Home | None:
        """Where on a server the vectors are, or None when they are in the folder."""
        noted = self.manifest.meta(HOME)
        if noted is None:
            return None
        place, collection, turns = json.loads(noted)
        return _Home(place, collection, tuple(turns))

    def _set_home(self, home: _Home) -> None:
        self.manifest.set_meta(HOME, json.dumps(home))

    def _settle(self) -> None:
        """Choose where the vectors shall be, which is a new place."""
        self.manifest.drop_meta(HOME)
        self.manifest.set_meta("terms", TERMS)
        (self.folder / CHROMA).mkdir()
        if self._server:
            turn = uuid4().hex
            home = _Home(self._server.place, _collection_name(self.folder), (turn,))
            self._set_home(home)
            self._on_server(home).create(turn)

    def _on_server(self, home: _Home) -> ServerVectors:
        server = self._server
        if server is None or server.place != home.place:
            raise VectorsError(
                f"the vectors are on the Chroma server {home.place}: name it in CHROMA_URL, "
                "or run `dateline index` to make them again"
            )
        with self._lock:
            if not isinstance(self._vectors, ServerVectors):
                self._vectors = ServerVectors(server, home.collection, self.folder / CHROMA)
            return self._vectors

    def _derive(self) -> None:
        """Fill the empty derived indexes from the manifest."""
        for page in self.manifest.rows():
            self.bm25.add((number, title, text) for number, title, text, _ in page)
            self.vectors.add([row[0] for row in page], np.stack([row[3] for row in page]))
        self.bm25.commit()
        self.seal()

    def _bm25_holds(self, passages: int) -> bool:
        folder = self.folder / BM25
        made_alike = self.manifest.meta("terms") == TERMS
        if not made_alike or not (folder / "meta.json").is_file() or marked_damaged(folder):
            return False
        try:
            return self.bm25.doc_count >= passages
        except StoreError:
            return False

    def _chroma_holds(self, passages: int) -> bool:
        """A look at the embedded Chroma's files, a thousand times quicker than starting it."""
        folder = self.folder / CHROMA
        sealed = json.loads(self.manifest.meta(SEAL) or "{}")
        files = _graph_files(folder)
        return _chroma_counts(folder, passages) and all(
            files.get(name, -1) >= size for name, size in sealed.items()
        )


def _collection_name(folder: Path) -> str:
    """A name that says whose vectors these are, and that no other collection has."""
    collection = re.sub(r"[^a-z0-9-]+", "-", folder.parent.name.lower()).strip("-")[:60]
    return f"dateline-{collection}-{folder.name}-{uuid4().hex[:12]}"


def _graph_files(folder: Path) -> dict[str, int]:
    """The sizes of the files of the nearest-neighbour graphs, by their path in `folder`."""
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in folder.glob("*/*")}


def _steady_files(folder: Path) -> Iterator[Path]:
    """The files that nobody writes who only reads.

    Others do write Chroma's tables, and a graph that was not written down as a whole yet.
    """
    yield folder / MANIFEST
    for path in sorted((folder / BM25).glob("*")):
        if path.suffix not in (".lock", ""):  # locks, and the note that it is damaged
            yield path
    for whole in sorted((folder / CHROMA).glob(f"*/{GRAPH_WRITTEN}")):
        yield from sorted(whole.parent.iterdir())


def _chroma_counts(folder: Path, passages: int) -> bool:
    """Whether Chroma's own tables have so many vectors."""
    if passages == 0:
        return True
    database = folder / "chroma.sqlite3"
    if not database.is_file() or marked_damaged(folder):
        return False
    try:
        db = sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)
        try:
            [(held,)] = db.execute("SELECT count(*) FROM embeddings")
        finally:
            db.close()
    except sqlite3.Error:
        return False
    return bool(held >= passages)
