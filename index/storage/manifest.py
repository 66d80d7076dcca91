"""The manifest: the truth about what a store holds, in one SQLite file.

The vectors and the BM25 index are made from it and may lag behind or hold too much; what
is not in here does not exist. It knows nothing of either, nor of files' contents.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from index.readers import READING, Problem
from index.storage.schema import CATALOGUE, FORMAT, KIN, SUPERSEDED_ROWS, TABLES, UPGRADES
from index.storage.versions import CURRENT, DUPLICATE, SUPERSEDED, Standing
from index.text.minhash import bands

PAGE = 1_000
LOG_PAGES = 4_000
"""Pages of 4 kB in the log before they go to their places: many are written there only once."""

SIMILAR = "similar"
"""What `catalogue` calls an article that answers beside one that says nearly the same."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage as ranking needs it. Articles that say nearly the same have the same `story`."""

    id: int
    article_id: int
    story: int
    source: str
    title: str
    published: date | None
    url: str | None
    text: str
    start: int
    end: int


class Unread(NamedTuple):
    """Passages but for their texts, as columns; `lengths` count characters.

    `vectors` has their embeddings, of length 1, as rows: float32, `(len(ids), dimension)`.
    """

    ids: Sequence[int]
    article_ids: Sequence[int]
    published: Sequence[date | None]
    starts: Sequence[int]
    lengths: Sequence[int]
    vectors: NDArray[np.float32]

    def followed_by(self, more: "Unread") -> "Unread":
        """These passages, and then some more."""
        if not (self.ids and more.ids):
            return self if self.ids else more
        return Unread(
            [*self.ids, *more.ids],
            [*self.article_ids, *more.article_ids],
            [*self.published, *more.published],
            [*self.starts, *more.starts],
            [*self.lengths, *more.lengths],
            np.concatenate([self.vectors, more.vectors]),
        )


class CatalogueRow(NamedTuple):
    """One line of the list of articles.

    `state` is "current"; "duplicate" of the article `of`, in its every word; "similar" to
    it, nearly so, where both can be quoted; or "superseded" by it.
    """

    source: str
    title: str
    published: date | None
    url: str | None
    words: int
    passages: int
    state: str = "current"
    of: str | None = None


class Outline(NamedTuple):
    """A collection at a glance: counts, the days of its oldest and newest article, its roots.

    `origins` are the folders, files and addresses that its files came from.
    """

    articles: int = 0
    passages: int = 0
    oldest: date | None = None
    newest: date | None = None
    origins: tuple[str, ...] = ()


class Kin(NamedTuple):
    """The sources of other articles with an article's words, with nearly its words, and of
    those that it has superseded.
    """

    copies: tuple[str, ...]
    similar: tuple[str, ...]
    supersedes: tuple[str, ...]


class NewPassages(NamedTuple):
    """An article's passages on their way in: ids, spans of its text and float32 vectors."""

    article_id: int
    title: str
    text: str
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
                self._db.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
                self._db.execute("PRAGMA mmap_size = 268435456")
            except sqlite3.Error:
                self._db.close()
                raise

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

    # Reading

    def meta(self, key: str) -> str | None:
        """The value kept under `key`, or None."""
        rows = self.select("SELECT value FROM meta WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else None

    def unread(self, ids: Sequence[int], until: date = date.max) -> Unread:
        """The passages with these ids, in their order.

        An unknown id is left out, and what was published after `until`.
        """
        rows = self._passages(
            "p.id, p.article_id, a.published, p.start, p.end - p.start, p.vector",
            ids,
            "WHERE a.published IS NULL OR a.published <= ?",
            until.isoformat(),
        )
        if not rows:
            return Unread([], [], [], [], [], np.empty((0, 0), dtype=np.float32))
        numbers, article_ids, published, starts, lengths, blobs = zip(*rows, strict=True)
        vectors = _vector(b"".join(blobs)).reshape(len(rows), -1)
        return Unread(numbers, article_ids, [*map(_day, published)], starts, lengths, vectors)

    def candidates(self, ids: Sequence[int]) -> list[Candidate]:
        """The passages with these ids, in their order; an unknown id is left out."""
        rows = self._passages(
            "p.id, p.article_id, coalesce(a.story, a.id), a.source, a.title, a.published, a.url,"
            " p.text, p.start, p.end",
            ids,
        )
        return [_candidate(row) for row in rows]

    def _passages(self, columns: str, ids: Sequence[int], where: str = "", *more: str) -> list[Any]:
        """Rows about the passages with these ids, in their order; the first column is the id."""
        rows = self.select(
            f"SELECT {columns} FROM json_each(?) wanted"  # noqa: S608 - our own names
            " CROSS JOIN passages p ON p.id = wanted.value"
            f" JOIN articles a ON a.id = p.article_id {where}",
            (json.dumps(list(ids)), *more),
        )
        known = {row[0]: row for row in rows}
        return [known[number] for number in ids if number in known]

    def article(self, source: str) -> Article | None:
        """The article with this source, or None; what is superseded does not count."""
        rows = self.select(
            "SELECT source, title, text, published, url, author, places FROM articles"
            " WHERE source = ? AND state IN ('current', 'duplicate')",
            (source,),
        )
        if not rows:
            return None
        source, title, text, published, url, author, written = rows[0]
        places = tuple(Place(*place) for place in json.loads(written or "[]"))
        return Article(source, title, text, _day(published), url, author, places)

    def text(self, article_id: int) -> tuple[str, str]:
        """An article's title and text."""
        [(title, text)] = self.select(
            "SELECT title, text FROM articles WHERE id = ?", (article_id,)
        )
        return title, text

    def catalogue(self) -> Iterator[CatalogueRow]:
        """Every article, by source; of several versions of one source, the last one."""
        last = ""
        while page := self.select(CATALOGUE, (last, PAGE)):
            for source, title, published, url, words, passages, state, of in page:
                row = CatalogueRow(source, title, _day(published), url, words, passages, state)
                if of is not None and of != source:
                    row = row._replace(state=SIMILAR if state == CURRENT else state, of=of)
                yield row
            last = page[-1][0]

    def kin(self, source: str) -> Kin:
        """The other articles that have to do with an article."""
        rows = self.select(KIN, {"source": source})

        def of(*states: str) -> tuple[str, ...]:
            return tuple(dict.fromkeys(name for name, state in rows if state in states))

        return Kin(of(DUPLICATE), of(CURRENT), of(SUPERSEDED))

    def problems(self) -> list[Problem]:
        """What could not be read, or only with doubt, when the files were last looked at."""
        return self._problems("ORDER BY doubtful, source, line")

    def outside(self) -> list[Problem]:
        """The problems that are those of no file that is read."""
        return self._problems("WHERE file_id IS NULL")

    def _problems(self, which: str) -> list[Problem]:
        rows = self.select(f"SELECT source, reason, line, doubtful FROM problems {which}")  # noqa: S608
        return [Problem(s, why, line, doubtful=bool(doubt)) for s, why, line, doubt in rows]

    def superseded(self) -> list[Problem]:
        """The versions that do not answer, each with the one that answers in its place."""
        return [*map(_given_way, self.select(SUPERSEDED_ROWS))]

    def newest(self, until: date) -> date | None:
        """The last day, not after `until`, that an article was published on."""
        rows = self.select(
            "SELECT max(published) FROM articles WHERE state = 'current' AND published <= ?",
            (until.isoformat(),),
        )
        return _day(rows[0][0])

    def counts(self) -> tuple[int, int]:
        """How many articles that answer there are, and how many passages."""
        [(articles, passages)] = self.select(
            "SELECT (SELECT count(*) FROM articles WHERE state = 'current'),"
            " (SELECT count(*) FROM passages)"
        )
        return articles, passages

    def outline(self) -> Outline:
        """The articles that answer, at a glance."""
        [(oldest, newest)] = self.select(
            "SELECT min(published), max(published) FROM articles WHERE state = 'current'"
        )
        origins = self.select("SELECT DISTINCT origin FROM files WHERE origin != '' ORDER BY 1")
        days = _day(oldest), _day(newest)
        return Outline(*self.counts(), *days, tuple(origin for (origin,) in origins))

    def has_more_passages_than(self, number: int) -> bool:
        """The same without counting them all, which takes longer the more there are."""
        return bool(self.select("SELECT 1 FROM passages LIMIT 1 OFFSET ?", (number,)))

    def new_words(self) -> int:
        """How many words the articles have that are yet to be seen to."""
        [(number,)] = self.select(
            "SELECT coalesce(sum(words), 0) FROM articles WHERE state = 'new'"
        )
        return int(number)

    def sources(self) -> int:
        """How many names articles have that are there to stay."""
        [(number,)] = self.select("SELECT count(DISTINCT source) FROM articles WHERE leaving = 0")
        return int(number)

    def fingerprint(self) -> str:
        """A digest of every article and of how it was split and embedded, in hexadecimal."""
        digest = sha256(f"{self.meta('embedder')}\0{self.meta('splitter')}".encode())
        for source, content in self.select(
            "SELECT source, sha256 FROM articles WHERE state = 'current' ORDER BY source"
        ):
            digest.update(b"\0" + source.encode() + b"\0" + content)
        return digest.hexdigest()

    def garbage(self) -> list[int]:
        """The ids that may be in the derived indexes and are no passages, or not yet."""
        rows = self.select(
            "SELECT passage_id FROM garbage WHERE passage_id NOT IN (SELECT id FROM passages)"
        )
        return [row[0] for row in rows]

    def interrupted(self) -> bool:
        """Whether a sync has stopped before its end."""
        return bool(
            self.select(
                "SELECT 1 FROM garbage UNION ALL"
                " SELECT 1 FROM articles WHERE state = 'new' OR leaving = 1 LIMIT 1"
            )
        )

    def rows(self) -> Iterator[list[tuple[int, str, str, NDArray[np.float32]]]]:
        """Every passage as `(id, title, text, vector)`, some thousands at a time."""
        last = 0
        while page := self.select(
            "SELECT p.id, a.title, p.text, p.vector FROM passages p"
            " JOIN articles a ON a.id = p.article_id WHERE p.id > ? ORDER BY p.id LIMIT ?",
            (last, 4 * PAGE),
        ):
            yield [(number, title, text, _vector(blob)) for number, title, text, blob in page]
            last = page[-1][0]

    def vectors(self) -> Iterator[tuple[list[int], NDArray[np.float32]]]:
        """Every passage's id and vector, some thousands at a time as the rows of a matrix."""
        last = 0
        while page := self.select(
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
            if self._db.in_transaction:  # part of a larger one
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextmanager
    def _on_disk(self) -> Iterator[None]:
        """What is committed within is on disk afterwards, see `index/sync/sync.py`."""
        with self._lock:
            self.select("PRAGMA synchronous = FULL")
            try:
                yield
            finally:
                self.select("PRAGMA synchronous = NORMAL")

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

    def set_standing(self, article_id: int, standing: Standing) -> None:
        """Make the article what `standing` says; one that answers no more loses its passages."""
        self.write(
            "UPDATE articles SET state = ?, stand_in = ? WHERE id = ?", [(*standing, article_id)]
        )
        if standing.state != CURRENT:
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
        """Drop every passage, to be made anew by this embedder and this way of splitting."""
        with self.transaction():
            self.write("DELETE FROM passages", [()])
            self.write("DELETE FROM garbage", [()])
            self.write("UPDATE articles SET state = 'new', stand_in = NULL, story = NULL", [()])
            self.set_meta("embedder", embedder)
            self.set_meta("splitter", splitter)

    def clear_garbage(self) -> None:
        """The derived indexes hold nothing but passages."""
        self.write("DELETE FROM garbage", [()])

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

    def select(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[Any]:
        """The rows that a query finds."""
        with self._lock, self._guarded():
            return self._db.execute(sql, values).fetchall()

    def write(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Carry out a statement once for every row of values."""
        with self._lock, self._guarded():
            self._db.executemany(sql, rows)

    def insert(self, table: str, **values: object) -> int:
        """Put in one row, and return its id."""
        columns, marks = ", ".join(values), ", ".join("?" * len(values))
        sql = f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608 - our own names
        with self._lock, self._guarded():
            return int(self._db.execute(sql, [*values.values()]).lastrowid or 0)

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(
                f"the store's {self._path} cannot be used ({error}): "
                "see that its disk has room, and try again"
            ) from error


def _candidate(row: Sequence[Any]) -> Candidate:
    number, article_id, story, source, title, published, url, text, start, end = row
    return Candidate(
        number, article_id, story, source, title, _day(published), url, text, start, end
    )


def _given_way(row: Sequence[Any]) -> Problem:
    file, source, title, day, by, new, of, own = row
    what = f"“{title}”{f' of {day}' if day else ''} ({source})"
    how = "gives way to the version" if own else "is another's article, which answers: that"
    newer = f"{f' of {new}' if new else ''} in {of}{f' ({by})' if by != source else ''}"
    return Problem(file, f"{what} {how}{newer}", doubtful=True)


def _vector(blob: bytes) -> NDArray[np.float32]:
    return np.frombuffer(blob, dtype=np.float16).astype(np.float32)


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None
