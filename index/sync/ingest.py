"""What files deliver, taken down in the manifest before anything is made of it.

It says of every article which file has it, and marks those whose file has them no more.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from index.article import Article
from index.readers import Problem, read_file
from index.storage.content import body_hash, content_hash
from index.storage.manifest import Manifest
from index.storage.versions import NEW, Version
from index.sync.discovery import Found
from index.sync.naming import Names, names_of
from index.sync.workers import Workers
from index.text.minhash import Signature, bands, signature
from index.text.splitter import words

CHARACTERS = 1_000_000
PAGE = 1_000
"""Of texts, and of articles, after which these are examined and written down together."""

_STORED = """
SELECT a.id, a.file_id, a.ordinal, a.source, a.body, a.signature, a.title, a.published, a.url,
    f.path, f.written_ns, f.origin, a.sha256, a.state, a.stand_in, a.leaving,
    EXISTS (SELECT 1 FROM passages WHERE article_id = a.id), a.story
FROM articles a JOIN files f ON f.id = a.file_id
"""
_SHARED = {
    "source": "WHERE a.source IN (SELECT value FROM json_each(?))",
    "url": "WHERE a.url IN (SELECT value FROM json_each(?))",
    "body": "WHERE a.body IN (SELECT value FROM json_each(?))",
}
"""Finds the articles that have one of these values, too."""
# What its file has no more, and no file has under another name or in another version.
_LOST = """
FROM articles a JOIN files f ON f.id = a.file_id
WHERE a.leaving = 1 AND a.state != 'new' AND NOT EXISTS (
    SELECT 1 FROM articles b WHERE b.leaving = 0 AND b.source = a.source
) AND NOT EXISTS (
    SELECT 1 FROM articles b WHERE b.leaving = 0 AND b.body = a.body
)
"""


class FileRow(NamedTuple):
    """What a file looked like when its articles were last read."""

    id: int
    path: str
    source: str
    size: int
    changed_ns: int


class Stored(NamedTuple):
    """A version as the manifest holds it; `answers` says that it has passages.

    One that is new has a story where a sync that was stopped has found one.
    """

    version: Version
    sha256: bytes
    state: str
    stand_in: int | None
    leaving: bool
    answers: bool
    story: int | None


class Fresh(NamedTuple):
    """An article that was not there before, its place in the file, and its content's SHA-256."""

    ordinal: int
    sha256: bytes
    article: Article
    names: Names | None


class Examined(NamedTuple):
    """What an article is compared by; `body` is the hash of its title and text."""

    body: str
    words: int
    signature: Signature
    bands: list[int]


class Deliveries:
    """The part of a manifest that follows the files."""

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest

    def files(self) -> dict[str, FileRow]:
        """Every file known, by its path."""
        rows = self._manifest.select("SELECT id, path, source, size, changed_ns FROM files")
        return {row[1]: FileRow(*row) for row in rows}

    def take(self, file: Found, workers: Workers) -> None:
        """Read one file, and take down what it delivers that was not there before.

        Stopped on the way, it finds the next time what it had taken down.
        """
        file_id = self._expect(file)
        before: dict[tuple[str, bytes], list[int]] = defaultdict(list)
        for number, source, sha256 in self._manifest.select(
            "SELECT id, coalesce(full_name, source), sha256 FROM articles WHERE file_id = ?"
            " ORDER BY id DESC",
            (file_id,),
        ):
            before[source, sha256].append(number)
        kept: list[tuple[int, int]] = []
        problems: list[Problem] = []

        def fresh() -> Iterator[Fresh]:
            for ordinal, item in enumerate(read_file(Path(file.path), file.source)):
                if isinstance(item, Problem):
                    problems.append(item)
                    continue
                sha256 = content_hash(item)
                names = names_of(item, file.source, file.origin)
                if same := before[names.full_name if names else item.source, sha256]:
                    kept.append((ordinal, same.pop()))
                else:
                    yield Fresh(ordinal, sha256, item, names)

        page: list[tuple[Fresh, Examined]] = []
        with closing(workers.map(examined, _pages(fresh()))) as pages:
            for articles, found in pages:
                self._add(file_id, page)
                page = [*zip(articles, found, strict=True)]
        whole = not any(problem.incomplete for problem in problems)
        gone = [number for same in before.values() for number in same] if whole else []
        with self._manifest.transaction():
            self._add(file_id, page)
            self._manifest.write("UPDATE articles SET ordinal = ?, leaving = 0 WHERE id = ?", kept)
            self._leave(gone)
            self._finish(file_id, file, problems)

    def lose(self, files: Iterable[FileRow]) -> None:
        """These files are gone; should one come back, it is read again."""
        with self._manifest.transaction():
            for file in files:
                rows = self._manifest.select(
                    "SELECT id FROM articles WHERE file_id = ? AND leaving = 0", (file.id,)
                )
                self._leave([number for (number,) in rows])
                self._doubt(file.id)

    def lost(self) -> list[tuple[int, str]]:
        """The articles that no file has any more, as `(id, path of the file)`."""
        return self._manifest.select(f"SELECT a.id, f.path {_LOST}")

    def held(self) -> dict[str, tuple[int, int]]:
        """How many articles each file had before and has now, by its path."""
        rows = self._manifest.select(
            "SELECT f.path, sum(a.state != 'new'), sum(a.leaving = 0)"
            " FROM articles a JOIN files f ON f.id = a.file_id GROUP BY f.id"
        )
        return {path: (before, now) for path, before, now in rows}

    def keep(self, article_ids: Sequence[int]) -> None:
        """These articles stay although their files have them no more, for this time."""
        with self._manifest.transaction():
            for number in article_ids:
                self._manifest.write("UPDATE articles SET leaving = 0 WHERE id = ?", [(number,)])
                [(file_id,)] = self._manifest.select(
                    "SELECT file_id FROM articles WHERE id = ?", (number,)
                )
                self._doubt(file_id)

    def forget(self, files: Iterable[FileRow]) -> None:
        """Drop files that are gone, where no article of theirs is kept, and their problems."""
        for file in files:
            if not self._manifest.select(
                "SELECT 1 FROM articles WHERE file_id = ? LIMIT 1", (file.id,)
            ):
                self._manifest.set_problems(file.id, ())
                self._manifest.write("DELETE FROM files WHERE id = ?", [(file.id,)])

    def unsettled(self) -> list[Stored]:
        """The articles that are new or leaving, and all whose state may depend on theirs."""
        found = self._stored("WHERE a.state = ? OR a.leaving = 1", (NEW,))
        frontier = found
        while frontier:
            known = {stored.version.id for stored in found}
            near = [
                stored
                for column, where in _SHARED.items()
                for stored in self._stored(
                    where, (json.dumps([getattr(s.version, column) for s in frontier]),)
                )
            ]
            frontier = [*{s.version.id: s for s in near if s.version.id not in known}.values()]
            found = found + frontier
        return found

    def _stored(self, where: str, values: Sequence[object]) -> list[Stored]:
        return [_stored(row) for row in self._manifest.select(_STORED + where, values)]

    def _expect(self, file: Found) -> int:
        """The id of a file that is about to be read; until it is, it counts as unread."""
        self._manifest.write(
            "INSERT INTO files (path, source, size, changed_ns, written_ns, origin)"
            " VALUES (?, ?, -1, 0, 0, ?) ON CONFLICT (path) DO UPDATE"
            " SET source = excluded.source, size = -1, origin = excluded.origin",
            [(file.path, file.source, file.origin)],
        )
        [(number,)] = self._manifest.select("SELECT id FROM files WHERE path = ?", (file.path,))
        return int(number)

    def _finish(self, file_id: int, file: Found, problems: Sequence[Problem]) -> None:
        self._manifest.write(
            "UPDATE files SET size = ?, changed_ns = ?, written_ns = ? WHERE id = ?",
            [(file.size, file.changed_ns, file.written_ns, file_id)],
        )
        self._manifest.set_problems(file_id, problems)

    def _doubt(self, file_id: int) -> None:
        self._manifest.write("UPDATE files SET size = -1 WHERE id = ?", [(file_id,)])

    def _leave(self, article_ids: Iterable[int]) -> None:
        self._manifest.write(
            "UPDATE articles SET leaving = 1 WHERE id = ?", ((n,) for n in article_ids)
        )

    def _add(self, file_id: int, page: Sequence[tuple[Fresh, Examined]]) -> None:
        """Take down new articles; they wait until they are processed."""
        if not page:
            return
        with self._manifest.transaction():
            for (ordinal, sha256, article, names), examined in page:
                number = self._manifest.insert(
                    "articles",
                    file_id=file_id,
                    ordinal=ordinal,
                    source=article.source,
                    sha256=sha256,
                    body=examined.body,
                    state=NEW,
                    leaving=0,
                    signature=examined.signature.tobytes(),
                    title=article.title,
                    published=article.published.isoformat() if article.published else None,
                    url=article.url,
                    author=article.author,
                    words=examined.words,
                    places=json.dumps(article.places) if article.places else None,
                    text=article.text,
                    name=names.name if names else None,
                    full_name=names.full_name if names else None,
                )
                self._manifest.write(
                    "INSERT INTO bands VALUES (?, ?)", ((band, number) for band in examined.bands)
                )


def examined(page: Sequence[Fresh]) -> list[Examined]:
    """What the articles are compared by; any process can find it."""
    found = []
    for _, _, article, _ in page:
        sign = signature(article.text)
        found.append(Examined(body_hash(article), words(article.text), sign, bands(sign)))
    return found


def _pages(articles: Iterable[Fresh]) -> Iterator[list[Fresh]]:
    page: list[Fresh] = []
    size = 0
    for fresh in articles:
        page.append(fresh)
        size += len(fresh.article.text)
        if size >= CHARACTERS or len(page) >= PAGE:
            yield page
            page, size = [], 0
    if page:
        yield page


def _stored(row: Sequence[Any]) -> Stored:
    number, file_id, ordinal, source, body, blob, title, published, url, path, written_ns = row[:11]
    signature = np.frombuffer(blob, dtype=np.uint32)
    origin, sha256, state, stand_in, leaving, answers, story = row[11:]
    version = Version(
        *(number, file_id, ordinal, source, body, signature, title, published, url, path),
        *(written_ns, origin),
    )
    return Stored(version, sha256, state, stand_in, bool(leaving), bool(answers), story)
