"""The manifest: the truth about what a store holds, in one SQLite file.

The vectors and the BM25 index are made from it and may lag behind or hold too much; what
is not in here does not exist. It knows nothing of either, nor of files' contents.
"""

import sqlite3
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from index.errors import StoreError
from index.readers import READING, Problem
from index.storage.manifest_reads import ManifestReads
from index.storage.records import NewPassages
from index.storage.schema import FORMAT, TABLES, UPGRADES
from index.storage.versions import CURRENT, VersionState
from index.text.minhash import bands


class Manifest(ManifestReads):
    """One open manifest. What is written inside one `transaction` belongs together."""

    @classmethod
    def create(cls, path: Path, embedder: str, splitter: str, next_passage: int = 1) -> "Manifest":
        """Make an empty manifest at `path` and open it."""
        try:
            db = sqlite3.connect(path)
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(TABLES)
            meta = {
                "format": FORMAT,
                "embedder": embedder,
                "splitter": splitter,
                "next_passage": next_passage,
                "reading": READING,
            }
            db.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
            db.commit()
            db.close()
        except sqlite3.Error as error:
            raise StoreError(f"cannot write {path}: {error}") from error
        return cls(path)

    def set_meta(self, key: str, value: str) -> None:
        """Keep `value` under `key`."""
        self.write("INSERT OR REPLACE INTO meta VALUES (?, ?)", [(key, value)])

    def drop_meta(self, key: str) -> None:
        """Keep nothing under `key`."""
        self.write("DELETE FROM meta WHERE key = ?", [(key,)])

    def reserve(self, count: int) -> range:
        """New passage ids, which are garbage until their passages are put in.

        They outlive a power cut, and with them all that was written before.
        """
        with self._on_disk(), self.transaction():
            first = int(self.meta("next_passage") or 1)
            ids = range(first, first + count)
            self.set_meta("next_passage", str(ids.stop))
            self.write("INSERT INTO garbage VALUES (?)", ((number,) for number in ids))
        return ids

    def put_passages(self, new: NewPassages) -> None:
        """Put in an article's passages; their ids are garbage no more."""
        vectors = new.vectors.astype(np.float16)
        self.write(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?)",
            (
                (number, new.article_id, start, end, new.text[start:end], vector.tobytes())
                for number, (start, end), vector in zip(new.ids, new.spans, vectors, strict=True)
            ),
        )
        self.write("DELETE FROM garbage WHERE passage_id = ?", ((n,) for n in new.ids))

    def give_passages(self, article_id: int, to: int) -> None:
        """Another article, of the same title and text, has these passages from now on."""
        self.write("UPDATE passages SET article_id = ? WHERE article_id = ?", [(to, article_id)])

    def set_state(self, article_id: int, state: VersionState) -> None:
        """Make the article what `state` says; one that answers no more loses its passages."""
        self.write(
            "UPDATE articles SET state = ?, stand_in = ? WHERE id = ?", [(*state, article_id)]
        )
        if state.state != CURRENT:
            self._drop_passages(article_id)

    def set_story(self, article_id: int, story: int) -> None:
        """The article says nearly the same as all others of this story."""
        self.write("UPDATE articles SET story = ? WHERE id = ?", [(story, article_id)])

    def drop_article(self, article_id: int) -> None:
        """Drop an article; its passages' ids become garbage."""
        self._drop_passages(article_id)
        for (blob,) in self.select("SELECT signature FROM articles WHERE id = ?", (article_id,)):
            signature = np.frombuffer(blob, dtype=np.uint32)
            self.write(
                "DELETE FROM bands WHERE band = ? AND article_id = ?",
                ((band, article_id) for band in bands(signature)),
            )
        self.write("DELETE FROM articles WHERE id = ?", [(article_id,)])

    def _drop_passages(self, article_id: int) -> None:
        self.write(
            "INSERT OR IGNORE INTO garbage SELECT id FROM passages WHERE article_id = ?",
            [(article_id,)],
        )
        self.write("DELETE FROM passages WHERE article_id = ?", [(article_id,)])

    def set_problems(self, file_id: int | None, problems: Iterable[Problem]) -> None:
        """Replace the problems of a file, or with None those found outside any file."""
        self.write("DELETE FROM problems WHERE file_id IS ?", [(file_id,)])
        self.write(
            "INSERT INTO problems VALUES (?, ?, ?, ?, ?)",
            ((file_id, p.source, p.line, p.reason, p.doubtful) for p in problems),
        )

    def upgrade(self) -> None:
        """Bring the tables of an older format up to date, if that can be done."""
        while steps := UPGRADES.get(version := int(self.meta("format") or 0)):
            with self.transaction():
                for step in steps.split(";\n"):
                    self.select(step)
                self.set_meta("format", str(version + 1))

    def read_again(self) -> None:
        """Have every file read once more, if they were last read in another way."""
        if self.meta("reading") != READING:
            with self.transaction():
                self.write("UPDATE files SET size = -1", [()])
                self.set_meta("reading", READING)

    def embed_again(self, embedder: str, splitter: str) -> None:
        """Drop every passage, to be made again by this embedder and this way of splitting."""
        with self.transaction():
            self.write("DELETE FROM passages", [()])
            self.write("DELETE FROM garbage", [()])
            self.write("UPDATE articles SET state = 'new', stand_in = NULL, story = NULL", [()])
            self.set_meta("embedder", embedder)
            self.set_meta("splitter", splitter)

    def clear_garbage(self) -> None:
        """The derived indexes hold nothing but passages."""
        self.write("DELETE FROM garbage", [()])
