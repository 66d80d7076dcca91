"""Bring one generation up to date with the files.

It knows nothing of locks, rebuilding or reading questions. Whatever moment it is stopped
at, every article in the manifest is whole, either as it was or as it is: ids of passages
on their way in stand in the manifest's `garbage` until one transaction makes them real,
and ids of passages on their way out until the derived indexes have dropped them.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from index.article import Article
from index.embed import Embedder, Vectors
from index.errors import ArticlesError
from index.generation import Generation
from index.manifest import FileRow, NewArticle
from index.readers import Problem, find_files, read_file, reason_of
from index.split import Span, passages, words

BATCH = 4_000
"""Passages embedded and written together; bounds the memory a sync takes."""


class Found(NamedTuple):
    """A file that can hold articles, as it was when it was found."""

    path: str
    source: str
    size: int
    changed_ns: int


class Progress(NamedTuple):
    """How far a sync has come: files read of those to read, articles and passages new."""

    files: int
    total: int
    articles: int
    passages: int


@dataclass(slots=True)
class Tally:
    """What a sync did to the articles."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    embedded: int = 0


@dataclass(slots=True)
class _Finished:
    file_id: int
    found: Found
    shadowed: bool
    problems: list[Problem]


@dataclass(slots=True)
class _Staged:
    article: Article
    file_id: int
    sha256: bytes
    replaces: int | None
    spans: list[Span]


@dataclass(slots=True)
class _Batch:
    """Articles to put in, articles to move, and the files that are done after that."""

    staged: list[_Staged] = field(default_factory=list)
    moved: list[tuple[int, str, int]] = field(default_factory=list)
    finished: list[_Finished] = field(default_factory=list)
    passages: int = 0


def find_all(roots: Sequence[Path]) -> tuple[list[Found], list[Problem]]:
    """The files under all roots, in order, each with a source of its own.

    Raises ArticlesError when a root cannot be read or holds none.
    """
    problems: list[Problem] = []
    found: dict[str, Found] = {}
    sources: set[str] = set()
    for root in roots:
        base = Path(os.path.realpath(root))
        for path, relative in find_files(base, problems.append):
            if str(path) in found:
                continue
            source = relative if relative not in sources else f"{base.name}/{relative}"
            if source in sources:
                problems.append(Problem(source, f"{path} has the same name in another folder"))
                continue
            try:
                facts = path.stat()
            except FileNotFoundError:  # gone since it was found
                continue
            except OSError as error:
                reason = f"cannot be read: {reason_of(error)}"
                problems.append(Problem(source, reason, incomplete=True))
                continue
            sources.add(source)
            # The second time moves too when a file of the same size is put in with its old date.
            changed_ns = max(facts.st_mtime_ns, facts.st_ctime_ns)
            found[str(path)] = Found(str(path), source, facts.st_size, changed_ns)
    return list(found.values()), problems


def is_current(found: Found, known: FileRow | None) -> bool:
    """Whether the file is as it was when its articles were last read."""
    return known is not None and found == Found(
        known.path, known.source, known.size, known.changed_ns
    )


def content_hash(article: Article) -> bytes:
    """SHA-256 of the article's title, day, url and text, and of author and places if it has any."""
    published = article.published.isoformat() if article.published else ""
    parts = [article.title, published, article.url or "", article.text]
    if article.author or article.places:
        parts += [article.author or "", json.dumps(article.places)]
    digest = hashlib.sha256()
    for part in parts:
        encoded = part.encode()
        digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return digest.digest()


def embedded_text(title: str, passage: str) -> str:
    """What is embedded for a passage."""
    return f"{title}. {passage}"


class Sync:
    """One run over the files; make a new one for each."""

    def __init__(
        self,
        generation: Generation,
        embedder: Embedder,
        found: Sequence[Found],
        problems: Sequence[Problem],
        on_progress: Callable[[Progress], None] | None = None,
    ) -> None:
        self._generation = generation
        self._manifest = generation.manifest
        self._embedder = embedder
        self._found = found
        self._problems = problems
        self._on_progress = on_progress or (lambda _: None)
        self.tally = Tally()

        known = self._manifest.files()
        self._rank = {file.path: place for place, file in enumerate(found)}
        self._to_read = {file.path for file in found if not is_current(file, known.get(file.path))}
        self._gone = [row for row in known.values() if self._is_gone(row)]
        if self._to_read or self._gone:
            # Another file's article may no longer stand for theirs.
            self._to_read |= {row.path for row in known.values() if row.shadowed} & set(self._rank)
        self._path_of = {row.id: row.path for row in known.values()}
        self._total = len(self._to_read)
        self._gone_ids = {row.id for row in self._gone}
        self._seen: dict[str, int] = {}
        self._donors: set[int] = set()
        self._read_whole: list[int] = []
        self._batch = _Batch()
        self._pending: tuple[_Batch, list[NewArticle], Future[None]] | None = None
        self._files_done = 0

    @property
    def has_work(self) -> bool:
        """Whether any file was added, changed or removed."""
        return bool(self._to_read or self._gone)

    def run(self) -> None:
        """Do it all.

        Raises ArticlesError, with nothing removed, when no article would be left.
        """
        self._report()
        with ThreadPoolExecutor(1, "index-writer") as writer:
            for file in self._found:
                if file.path in self._to_read:
                    self._read(file, writer)
            self._flush(writer)
            self._settle()
        self._remove()
        self._generation.purge()
        self._generation.seal()

    def _is_gone(self, row: FileRow) -> bool:
        """Whether the file is no longer there; one that cannot be looked at may well be."""
        unknown = tuple(p.source + "/" for p in self._problems if p.incomplete)
        return row.path not in self._rank and not f"{row.source}/".startswith(unknown)

    # Reading

    def _read(self, file: Found, writer: ThreadPoolExecutor) -> None:
        file_id = self._manifest.expect_file(file.path, file.source)
        self._path_of[file_id] = file.path
        done = _Finished(file_id, file, False, [])
        for item in read_file(Path(file.path), file.source):
            if isinstance(item, Problem):
                done.problems.append(item)
            elif self._may_claim(item, file, done):
                self._claim(item, file_id)
                if self._batch.passages >= BATCH:
                    self._flush(writer)
        if not any(problem.incomplete for problem in done.problems):
            self._read_whole.append(file_id)
        self._batch.finished.append(done)
        self._files_done += 1
        self._report()

    def _may_claim(self, article: Article, file: Found, done: _Finished) -> bool:
        """Whether the article's source is free: the first to have it keeps it."""
        source, here = article.source, self._rank[file.path]
        owner = self._manifest.owner(source)
        holder = self._path_of.get(owner.file_id, "") if owner else ""
        unread = holder in self._rank and holder not in self._to_read
        holder_before = unread and self._rank[holder] < here
        if source in self._seen or holder_before:
            done.shadowed = done.shadowed or self._seen.get(source) != done.file_id
            done.problems.append(Problem(source, f"in {file.source} too; the first one is kept"))
            return False
        if unread and holder != file.path:
            self._to_read.add(holder)  # to find that its article is now the second one
        self._seen[source] = done.file_id
        return True

    def _claim(self, article: Article, file_id: int) -> None:
        """Stage what has to change for this article to be in."""
        sha256 = content_hash(article)
        owner = self._manifest.owner(article.source)
        if owner and owner.article_id in self._donors:
            owner = None
        if owner and owner.sha256 == sha256:
            if owner.file_id != file_id:
                self._batch.moved.append((owner.article_id, article.source, file_id))
            return
        donor = None if owner else self._donor(sha256)
        if donor is not None:
            self._batch.moved.append((donor, article.source, file_id))
            self.tally.changed += 1
            return
        spans = passages(article.text)
        replaces = owner.article_id if owner else None
        self._batch.staged.append(_Staged(article, file_id, sha256, replaces, spans))
        self._batch.passages += len(spans)
        self.tally.added += owner is None
        self.tally.changed += owner is not None

    def _donor(self, sha256: bytes) -> int | None:
        """An article with the same content whose file is gone: this one is it, renamed."""
        for twin in self._manifest.same_content(sha256):
            free = twin.article_id not in self._donors and twin.source not in self._seen
            if free and twin.file_id in self._gone_ids:
                self._donors.add(twin.article_id)
                return twin.article_id
        return None

    # Writing

    def _flush(self, writer: ThreadPoolExecutor) -> None:
        """Embed the batch while the one before it is being written."""
        batch, self._batch = self._batch, _Batch()
        vectors = self._embed(batch)
        self._settle()
        new = self._numbered(batch, vectors)
        self._pending = (batch, new, writer.submit(self._derive, new))

    def _embed(self, batch: _Batch) -> Vectors:
        texts = [
            embedded_text(staged.article.title, staged.article.text[start:end])
            for staged in batch.staged
            for start, end in staged.spans
        ]
        if not texts:
            return np.zeros((0, 0), dtype=np.float32)  # nobody has to be asked for these
        return self._embedder.embed(texts)

    def _numbered(self, batch: _Batch, vectors: Vectors) -> list[NewArticle]:
        ids = self._manifest.reserve(len(vectors))
        new, at = [], 0
        for staged in batch.staged:
            till = at + len(staged.spans)
            new.append(
                NewArticle(
                    staged.article,
                    staged.file_id,
                    staged.sha256,
                    staged.replaces,
                    words(staged.article.text),
                    ids[at:till],
                    staged.spans,
                    vectors[at:till],
                )
            )
            at = till
        return new

    def _derive(self, new: Sequence[NewArticle]) -> None:
        if not new:
            return
        ids = [number for article in new for number in article.ids]
        self._generation.vectors.add(ids, np.concatenate([article.vectors for article in new]))
        self._generation.bm25.add(_bm25_rows(new))
        self._generation.bm25.commit()

    def _settle(self) -> None:
        """Wait for the batch being written, then make it real."""
        if self._pending is None:
            return
        batch, new, written = self._pending
        self._pending = None
        written.result()
        with self._manifest.transaction():
            for move in batch.moved:
                self._manifest.move_article(*move)
            for article in new:
                self._manifest.put_article(article)
            for done in batch.finished:
                self._manifest.finish_file(
                    done.file_id,
                    done.found.size,
                    done.found.changed_ns,
                    done.shadowed,
                    done.problems,
                )
        self.tally.embedded += sum(len(article.ids) for article in new)
        self._report()

    def _remove(self) -> None:
        doomed = [
            article_id
            for file_id in (*self._gone_ids, *self._read_whole)
            for article_id, source in self._manifest.articles_of(file_id)
            if source not in self._seen
        ]
        articles, _ = self._manifest.counts()
        if len(doomed) == articles:
            self._manifest.doubt_files(self._read_whole)
            raise ArticlesError(self.nothing_left())
        with self._manifest.transaction():
            for article_id in doomed:
                self._manifest.drop_article(article_id)
            for file_id in self._gone_ids:
                self._manifest.forget_file(file_id)
            self._manifest.set_problems(None, self._problems)
        self.tally.removed = len(doomed)

    def nothing_left(self) -> str:
        """What to say when no article can be read."""
        problems = [*self._problems, *self._manifest.problems()]
        first = f" ({problems[0].source}: {problems[0].reason})" if problems else ""
        files = f"{len(self._found):,} file{'' if len(self._found) == 1 else 's'}"
        return f"not one article could be read from {files}{first}"

    def _report(self) -> None:
        self._on_progress(
            Progress(
                self._files_done,
                max(self._total, len(self._to_read)),
                self.tally.added + self.tally.changed,
                self.tally.embedded,
            )
        )


def _bm25_rows(new: Sequence[NewArticle]) -> Iterator[tuple[int, str, str]]:
    for article, *_, ids, spans, _vectors in new:
        for number, (start, end) in zip(ids, spans, strict=True):
            yield number, article.title, article.text[start:end]
