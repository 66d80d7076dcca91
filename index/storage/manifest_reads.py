"""Every question that is asked of a manifest, in SQL."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.article import Article, Place
from index.readers import Problem
from index.storage.database import Database
from index.storage.records import SIMILAR, Candidate, CatalogueRow, Outline, RelatedArticles, Unread
from index.storage.schema import CATALOGUE, RELATED, SUPERSEDED_ROWS
from index.storage.versions import CURRENT, DUPLICATE, SUPERSEDED

PAGE = 1_000


class ManifestReads(Database):
    """The reading half of a manifest; see `index/storage/manifest.py`."""

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

    def related(self, source: str) -> RelatedArticles:
        """The other articles that have to do with an article."""
        rows = self.select(RELATED, {"source": source})

        def of(*states: str) -> tuple[str, ...]:
            return tuple(dict.fromkeys(name for name, state in rows if state in states))

        return RelatedArticles(of(DUPLICATE), of(CURRENT), of(SUPERSEDED))

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

    def last_number(self) -> int:
        """The highest number of an article that answers; those added or changed later get more."""
        [(number,)] = self.select(
            "SELECT coalesce(max(id), 0) FROM articles WHERE state IN ('current', 'duplicate')"
        )
        return int(number)

    def number(self, source: str) -> int:
        """The number of the article with this source; 0 where there is none."""
        [(number,)] = self.select(
            "SELECT coalesce(max(id), 0) FROM articles"
            " WHERE source = ? AND state IN ('current', 'duplicate')",
            (source,),
        )
        return int(number)

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
        """How many words the articles have that are not processed yet."""
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
