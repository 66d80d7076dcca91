"""One folder that holds a manifest and the two indexes derived from it.

It knows nothing of locks, of which generation is the current one, or of files to read.
"""

import json
import sqlite3
from pathlib import Path
from threading import RLock

import numpy as np

from index.bm25 import Bm25Index
from index.embed import Embedder, Vectors
from index.errors import StoreError, marked_damaged
from index.manifest import FORMAT, Manifest
from index.split import SPLITTER
from index.vectors import VectorIndex

MANIFEST = "manifest.sqlite3"
BM25 = "bm25"
CHROMA = "chroma"
SEAL = "chroma_files"
EXACT = 1_000
"""Passages up to which all are compared: quicker than importing Chroma, and exact."""


class Generation:
    """An open generation; the derived indexes are opened when first needed."""

    def __init__(self, folder: Path) -> None:
        """Open the generation in `folder`.

        Raises StoreError when its manifest is missing or damaged.
        """
        self.folder = folder
        self.manifest = Manifest(folder / MANIFEST)
        self._lock = RLock()
        self._bm25: Bm25Index | None = None
        self._vectors: VectorIndex | None = None

    @classmethod
    def create(cls, folder: Path, embedder: Embedder, next_passage: int = 1) -> "Generation":
        """Make an empty generation in `folder`, which must not exist."""
        folder.mkdir(parents=True)
        Manifest.create(folder / MANIFEST, embedder.name, SPLITTER, next_passage).close()
        made = cls(folder)
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
    def vectors(self) -> VectorIndex:
        """The vector index; opening it imports Chroma, which takes a second."""
        with self._lock:
            if self._vectors is None:
                self._vectors = VectorIndex(self.folder / CHROMA)
            return self._vectors

    def nearest(self, vector: Vectors, k: int) -> list[tuple[int, float]]:
        """The k passages most like a vector, as `(id, cosine)`, best first.

        A small collection is searched exactly, which needs no graph and no Chroma.
        """
        if self.manifest.counts()[1] > EXACT:
            return self.vectors.query(vector, k)
        likeness = [
            (number, float(stored @ vector))
            for page in self.manifest.rows()
            for number, _, _, stored in page
        ]
        return sorted(likeness, key=lambda pair: -pair[1])[:k]

    @property
    def format(self) -> int:
        """The number of the format it was written in."""
        return int(self.manifest.meta("format") or 0)

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

    def looks_whole(self) -> bool:
        """Whether the derived indexes seem to hold every passage, without opening Chroma."""
        _, passages = self.manifest.counts()
        sealed = json.loads(self.manifest.meta(SEAL) or "{}")
        files = _graph_files(self.folder / CHROMA)
        return (
            self._bm25_holds(passages)
            and _chroma_holds(self.folder / CHROMA, passages)
            and all(files.get(name, -1) >= size for name, size in sealed.items())
        )

    def seal(self) -> None:
        """Note which files Chroma has: it says nothing when one of them is lost."""
        files = _graph_files(self.folder / CHROMA)
        self.manifest.set_meta(SEAL, json.dumps(files))

    def derive(self) -> None:
        """Fill the empty derived indexes from the manifest."""
        for page in self.manifest.rows():
            self.bm25.add((number, title, text) for number, title, text, _ in page)
            self.vectors.add([row[0] for row in page], np.stack([row[3] for row in page]))
        self.bm25.commit()
        self.seal()

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

    def _bm25_holds(self, passages: int) -> bool:
        folder = self.folder / BM25
        if not (folder / "meta.json").is_file() or marked_damaged(folder):
            return False
        try:
            return self.bm25.doc_count >= passages
        except StoreError:
            return False


def _graph_files(folder: Path) -> dict[str, int]:
    """The sizes of the files of the nearest-neighbour graphs, by their path in `folder`."""
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in folder.glob("*/*")}


def _chroma_holds(folder: Path, passages: int) -> bool:
    """A look at Chroma's own tables, a thousand times quicker than starting Chroma."""
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
