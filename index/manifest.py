"""The manifest: the truth about what a store holds, in one SQLite file.

The vectors and the BM25 index are made from it and may lag behind or hold too much; what
is not in here does not exist. It knows nothing of either, nor of files' contents.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from threading import RLock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.article import Article, Place
from index.errors import StoreError
from index.readers import Problem

FORMAT = 1
"""Raised with every change to the tables or to what stands beside the manifest, but not for
a column that may be NULL: an older manifest is given it when opened."""

PAGE = 1_000

_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    size INTEGER NOT NULL,      -- -1 until all its articles are in
    changed_ns INTEGER NOT NULL,
    shadowed INTEGER NOT NULL   -- whether another file's article stands for one of its own
);
CREATE TABLE problems (
    file_id INTEGER,            -- NULL for what was found outside any file
    source TEXT NOT NULL,
    line INTEGER,
    reason TEXT NOT NULL
);
CREATE INDEX problems_of_file ON problems (file_id);
CREATE TABLE articles (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL UNIQUE,
    file_id INTEGER NOT NULL,
    sha256 BLOB NOT NULL,       -- of title, published, url and text
    title TEXT NOT NULL,
    published TEXT,
    url TEXT,
    words INTEGER NOT NULL,
    text TEXT NOT NULL,
    author TEXT,
    places TEXT                 -- JSON: [[start, end, label], …]
);
CREATE INDEX articles_of_file ON articles (file_id);
CREATE INDEX articles_by_day ON articles (published);
CREATE INDEX articles_by_content ON articles (sha256);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY,     -- never given twice, see meta.next_passage
    article_id INTEGER NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    text TEXT NOT NULL,
    vector BLOB NOT NULL        -- float16
);
CREATE INDEX passages_of_article ON passages (article_id);
CREATE TABLE garbage (passage_id INTEGER PRIMARY KEY);
"""

_ADDED = {"articles": ("author", "places")}
"""Columns that the first manifests of this format lack."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage as ranking needs it; `vector` is its float32 embedding, of length 1."""

    id: int
    article_id: int
    source: str
    title: str
    published: date | None
    url: str | None
    text: str
    start: int
    end: int
    vector: NDArray[np.float32]


class CatalogueRow(NamedTuple):
    """One line of the list of articles."""

    source: str
    title: str
    published: date | None
    url: str | None
    words: int
    passages: int


class FileRow(NamedTuple):
    """What a file looked like when its articles were last read."""

    id: int
    path: str
    source: str
    size: int
    changed_ns: int
    shadowed: bool


class Owner(NamedTuple):
    """Which stored article has a source, and from which file."""

    article_id: int
    file_id: int
    sha256: bytes
    source: str


class NewArticle(NamedTuple):
    """An article on its way in, with its passages' ids, spans and float32 vectors."""

    article: Article
    file_id: int
    sha256: bytes
    replaces: int | None
    words: int
    ids: Sequence[int]
    spans: Sequence[tuple[int, int]]
    vectors: NDArray[np.float32]


class Manifest:
    """One open manifest; its methods may be called from any thread.

    Every method raises StoreError when the file is damaged or the disk refuses it.
    """

    def __init__(self, path: Path) -> None:
        """Open the manifest at `path`.

        Raises StoreError when there is none, or when it is damaged.
        """
        self._path = path
        self._lock = RLock()
        with self._guarded():
            self._db = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=rw",
                uri=True,
                timeout=30,
                isolation_level=None,
                check_same_thread=False,
            )
            try:
                self._db.execute("SELECT count(*) FROM meta, sqlite_master").fetchone()
                self._db.execute("PRAGMA synchronous = NORMAL")
                self._db.execute("PRAGMA mmap_size = 268435456")
                self._add_columns()
            except (sqlite3.Error, StoreError):
                self._db.close()
                raise

    @classmethod
    def create(cls, path: Path, embedder: str, splitter: str, next_passage: int = 1) -> "Manifest":
        """Make an empty manifest at `path` and open it."""
        try:
            db = sqlite3.connect(path)
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(_TABLES)
            meta = {
                "format": FORMAT,
                "embedder": embedder,
                "splitter": splitter,
                "next_passage": next_passage,
            }
            db.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
            db.commit()
            db.close()
        except sqlite3.Error as error:
            raise StoreError(f"cannot write {path}: {error}") from error
        return cls(path)

    # Reading

    def meta(self, key: str) -> str | None:
        """The value kept under `key`, or None."""
        rows = self._rows("SELECT value FROM meta WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else None

    def candidates(self, ids: Sequence[int]) -> list[Candidate]:
        """The passages with these ids, in their order; an unknown id is left out."""
        rows = self._rows(
            "SELECT p.id, p.article_id, a.source, a.title, a.published, a.url, p.text, p.start,"
            " p.end, p.vector FROM passages p JOIN articles a ON a.id = p.article_id"
            " WHERE p.id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(ids)),),
        )
        known = {row[0]: row for row in rows}
        return [_candidate(known[number]) for number in ids if number in known]

    def article(self, source: str) -> Article | None:
        """The article with this source, or None."""
        rows = self._rows(
            "SELECT source, title, text, published, url, author, places FROM articles"
            " WHERE source = ?",
            (source,),
        )
        if not rows:
            return None
        source, title, text, published, url, author, written = rows[0]
        places = tuple(Place(*place) for place in json.loads(written or "[]"))
        return Article(source, title, text, _day(published), url, author, places)

    def catalogue(self) -> Iterator[CatalogueRow]:
        """Every article, by source."""
        last = ""
        while page := self._rows(
            "SELECT source, title, published, url, words,"
            " (SELECT count(*) FROM passages WHERE article_id = articles.id)"
            " FROM articles WHERE source > ? ORDER BY source LIMIT ?",
            (last, PAGE),
        ):
            for source, title, published, url, words, passages in page:
                yield CatalogueRow(source, title, _day(published), url, words, passages)
            last = page[-1][0]

    def problems(self) -> list[Problem]:
        """What could not be read when the files were last looked at."""
        rows = self._rows("SELECT source, reason, line FROM problems ORDER BY source, line")
        return [Problem(*row) for row in rows]

    def newest(self, until: date) -> date | None:
        """The last day, not after `until`, that an article was published on."""
        rows = self._rows(
            "SELECT max(published) FROM articles WHERE published <= ?", (until.isoformat(),)
        )
        return _day(rows[0][0])

    def counts(self) -> tuple[int, int]:
        """How many articles and how many passages there are."""
        [(articles, passages)] = self._rows(
            "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM passages)"
        )
        return articles, passages

    def fingerprint(self) -> str:
        """A digest of every article and of how it was split and embedded, in hexadecimal."""
        digest = sha256(f"{self.meta('embedder')}\0{self.meta('splitter')}".encode())
        for source, content in self._rows("SELECT source, sha256 FROM articles ORDER BY source"):
            digest.update(b"\0" + source.encode() + b"\0" + content)
        return digest.hexdigest()

    def files(self) -> dict[str, FileRow]:
        """Every file known, by its path."""
        rows = self._rows("SELECT id, path, source, size, changed_ns, shadowed FROM files")
        return {row[1]: FileRow(*row) for row in rows}

    def owner(self, source: str) -> Owner | None:
        """Who has this source."""
        rows = self._rows(
            "SELECT id, file_id, sha256, source FROM articles WHERE source = ?", (source,)
        )
        return Owner(*rows[0]) if rows else None

    def same_content(self, sha256: bytes) -> list[Owner]:
        """The articles with this content, whatever their source."""
        rows = self._rows(
            "SELECT id, file_id, sha256, source FROM articles WHERE sha256 = ?", (sha256,)
        )
        return [Owner(*row) for row in rows]

    def articles_of(self, file_id: int) -> list[tuple[int, str]]:
        """The ids and sources of a file's articles."""
        return self._rows("SELECT id, source FROM articles WHERE file_id = ?", (file_id,))

    def garbage(self) -> list[int]:
        """The ids that may be in the derived indexes and are no passages, or not yet."""
        rows = self._rows(
            "SELECT passage_id FROM garbage WHERE passage_id NOT IN (SELECT id FROM passages)"
        )
        return [row[0] for row in rows]

    def interrupted(self) -> bool:
        """Whether a sync has stopped before its end."""
        return bool(self._rows("SELECT 1 FROM garbage LIMIT 1"))

    def rows(self) -> Iterator[list[tuple[int, str, str, NDArray[np.float32]]]]:
        """Every passage as `(id, title, text, vector)`, some thousands at a time."""
        last = 0
        while page := self._rows(
            "SELECT p.id, a.title, p.text, p.vector FROM passages p"
            " JOIN articles a ON a.id = p.article_id WHERE p.id > ? ORDER BY p.id LIMIT ?",
            (last, 4 * PAGE),
        ):
            yield [(number, title, text, _vector(blob)) for number, title, text, blob in page]
            last = page[-1][0]

    def vectors(self) -> Iterator[tuple[list[int], NDArray[np.float32]]]:
        """Every passage's id and vector, some thousands at a time as the rows of a matrix."""
        last = 0
        while page := self._rows(
            "SELECT id, vector FROM passages WHERE id > ? ORDER BY id LIMIT ?", (last, 4 * PAGE)
        ):
            ids, blobs = zip(*page, strict=True)
            yield list(ids), _vector(b"".join(blobs)).reshape(len(ids), -1)
            last = ids[-1]

    # Writing, inside `transaction` where several belong together

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written within becomes visible at once, or not at all."""
        with self._lock, self._guarded():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def set_meta(self, key: str, value: str) -> None:
        """Keep `value` under `key`."""
        self._write("INSERT OR REPLACE INTO meta VALUES (?, ?)", [(key, value)])

    def drop_meta(self, key: str) -> None:
        """Keep nothing under `key`."""
        self._write("DELETE FROM meta WHERE key = ?", [(key,)])

    def reserve(self, count: int) -> range:
        """New passage ids, which are garbage until their passages are put in."""
        with self.transaction():
            first = int(self.meta("next_passage") or 1)
            ids = range(first, first + count)
            self.set_meta("next_passage", str(ids.stop))
            self._write("INSERT INTO garbage VALUES (?)", ((number,) for number in ids))
        return ids

    def expect_file(self, path: str, source: str) -> int:
        """The id of a file that is about to be read; until `finish_file` it counts as unread."""
        self._write(
            "INSERT INTO files (path, source, size, changed_ns, shadowed) VALUES (?, ?, -1, 0, 0)"
            " ON CONFLICT (path) DO UPDATE SET source = excluded.source, size = -1",
            [(path, source)],
        )
        [(number,)] = self._rows("SELECT id FROM files WHERE path = ?", (path,))
        return int(number)

    def finish_file(
        self, file_id: int, size: int, changed_ns: int, shadowed: bool, problems: Iterable[Problem]
    ) -> None:
        """All articles of this file are in; these are the problems it had."""
        self._write(
            "UPDATE files SET size = ?, changed_ns = ?, shadowed = ? WHERE id = ?",
            [(size, changed_ns, shadowed, file_id)],
        )
        self.set_problems(file_id, problems)

    def set_problems(self, file_id: int | None, problems: Iterable[Problem]) -> None:
        """Replace the problems of a file, or with None those found outside any file."""
        self._write("DELETE FROM problems WHERE file_id IS ?", [(file_id,)])
        self._write(
            "INSERT INTO problems VALUES (?, ?, ?, ?)",
            ((file_id, p.source, p.line, p.reason) for p in problems),
        )

    def doubt_files(self, file_ids: Iterable[int]) -> None:
        """Have these files read again the next time."""
        self._write("UPDATE files SET size = -1 WHERE id = ?", ((n,) for n in file_ids))

    def forget_file(self, file_id: int) -> None:
        """Drop a file that is gone, and its problems; its articles are `drop_article`'s."""
        self._write("DELETE FROM problems WHERE file_id = ?", [(file_id,)])
        self._write("DELETE FROM files WHERE id = ?", [(file_id,)])

    def put_article(self, new: NewArticle) -> None:
        """Put in an article with its passages, in place of the one it replaces."""
        if new.replaces is not None:
            self.drop_article(new.replaces)
        article = new.article
        published = article.published.isoformat() if article.published else None
        with self._lock, self._guarded():
            article_id = self._db.execute(
                "INSERT INTO articles (source, file_id, sha256, title, published, url, words, text,"
                " author, places) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    article.source,
                    new.file_id,
                    new.sha256,
                    article.title,
                    published,
                    article.url,
                    new.words,
                    article.text,
                    article.author,
                    json.dumps(article.places) if article.places else None,
                ),
            ).lastrowid
        vectors = new.vectors.astype(np.float16)
        self._write(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?)",
            (
                (number, article_id, start, end, article.text[start:end], vector.tobytes())
                for number, (start, end), vector in zip(new.ids, new.spans, vectors, strict=True)
            ),
        )
        self._write("DELETE FROM garbage WHERE passage_id = ?", ((n,) for n in new.ids))

    def move_article(self, article_id: int, source: str, file_id: int) -> None:
        """The same article now has this source and stands in this file."""
        self._write(
            "UPDATE articles SET source = ?, file_id = ? WHERE id = ?",
            [(source, file_id, article_id)],
        )

    def drop_article(self, article_id: int) -> None:
        """Drop an article; its passages' ids become garbage."""
        self._write(
            "INSERT OR IGNORE INTO garbage SELECT id FROM passages WHERE article_id = ?",
            [(article_id,)],
        )
        self._write("DELETE FROM passages WHERE article_id = ?", [(article_id,)])
        self._write("DELETE FROM articles WHERE id = ?", [(article_id,)])

    def clear_garbage(self) -> None:
        """The derived indexes hold nothing but passages."""
        self._write("DELETE FROM garbage", [()])

    def copy_to(self, path: Path) -> None:
        """Write a copy to `path`."""
        with self._lock, self._guarded():
            copy = sqlite3.connect(path)
            try:
                self._db.backup(copy)
                copy.execute("PRAGMA journal_mode = WAL")
            finally:
                copy.close()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def _add_columns(self) -> None:
        for table, columns in _ADDED.items():
            if columns[-1] in self._columns(table):
                continue
            with self.transaction():
                for column in columns:
                    if column not in self._columns(table):  # another process may have been quicker
                        self._db.execute(f"ALTER TABLE {table} ADD COLUMN {column} TEXT")

    def _columns(self, table: str) -> set[str]:
        return {row[1] for row in self._rows(f"PRAGMA table_info({table})")}

    def _rows(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._lock, self._guarded():
            return self._db.execute(sql, values).fetchall()

    def _write(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        with self._lock, self._guarded():
            self._db.executemany(sql, rows)

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(f"the store's {self._path} cannot be used: {error}") from error


def _candidate(row: Sequence[Any]) -> Candidate:
    number, article_id, source, title, published, url, text, start, end, blob = row
    return Candidate(
        number, article_id, source, title, _day(published), url, text, start, end, _vector(blob)
    )


def _vector(blob: bytes) -> NDArray[np.float32]:
    return np.frombuffer(blob, dtype=np.float16).astype(np.float32)


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None
