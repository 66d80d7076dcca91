"""Words into passage ids: the BM25 index, on tantivy.

It knows nothing of articles, vectors or the manifest; it may hold passages that no longer
exist, and callers have to drop those.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import StoreError, mark_damaged
from index.text.analyzer import analyzer
from index.text.scripts import searchable

if TYPE_CHECKING:
    from tantivy import IndexWriter, Query, Schema

TOKENIZER = "dateline"
WRITER_BYTES = 64_000_000
TITLE_BOOST = 0.6


class Bm25Index:
    """The passages' titles and bodies, searched by terms as `index.text.analyzer` makes them.

    Only writing takes tantivy's lock: any number of readers may work beside one writer.
    Whatever reads raises StoreError when the index is damaged.
    """

    def __init__(self, directory: Path) -> None:
        """Open the index in `directory`; it is made there when there is none.

        Raises StoreError when it cannot be read.
        """
        from tantivy import Index  # noqa: PLC0415 - costs start-up time

        self._directory = directory
        self._schema = schema()
        self._writer: IndexWriter | None = None
        try:
            directory.mkdir(parents=True, exist_ok=True)
            self._index = Index(self._schema, path=str(directory), reuse=True)
            self._index.register_tokenizer(TOKENIZER, analyzer())
            self._index.reload()
        except (OSError, ValueError) as error:
            raise StoreError(f"the word index in {directory} cannot be read ({error})") from error

    @property
    def doc_count(self) -> int:
        """How many passages were there at the last commit."""
        with self._reading():
            self._index.reload()
            return self._index.searcher().num_docs

    def doc_freqs(self, terms: Sequence[str]) -> list[int]:
        """How many passages have each term in their body (some of them perhaps deleted).

        As of the last look at `doc_count` or `search`: this is asked for many words.
        """
        with self._reading():
            searcher = self._index.searcher()
            return [searcher.doc_freq("body", term) for term in terms]

    def vocabulary(self, beginning: str) -> dict[str, int]:
        """The terms of the passages' bodies that begin so, with how many passages have each.

        As of the last look at `doc_count` or `search`; a letter takes some ten milliseconds.
        """
        with self._reading():
            return dict(self._index.searcher().terms_with_prefix("body", beginning))

    def in_titles(self, term: str) -> bool:
        """Whether a title has the term."""
        with self._reading():
            return self._index.searcher().doc_freq("title", term) > 0

    def add(self, rows: Iterable[tuple[int, str, str]]) -> None:
        """Add `(id, title, body)` rows; they are found after `commit`."""
        from tantivy import Document  # noqa: PLC0415

        writer = self._writing()
        for number, title, body in rows:
            shown = {"title": searchable(title), "body": searchable(body)}
            writer.add_document(Document(id=number, **shown))

    def delete(self, ids: Iterable[int]) -> None:
        """Delete the passages with these ids, as of the next `commit`."""
        writer = self._writing()
        for number in ids:
            writer.delete_documents_by_term("id", number)

    def commit(self) -> None:
        """Put what was added and deleted on disk.

        Raises StoreError when the disk refuses it.
        """
        if self._writer is None:
            return
        try:
            self._writer.commit()
        except (OSError, ValueError) as error:
            raise StoreError(f"the word index cannot be written ({error})") from error

    def search(
        self, weights: Mapping[str, float], k: int, *, latest: bool = True
    ) -> list[tuple[int, float]]:
        """The best `k` passages as `(id, score)`, best first.

        Of the last commit, or without `latest` as of the last look.

        A term counts by its weight in the body and, times TITLE_BOOST, in the title. Nothing
        but terms is sought: tantivy then passes over what cannot be among the best.
        """
        if not weights or k < 1:
            return []
        query = self._query(weights)
        with self._reading():
            if latest:
                self._index.reload()
            searcher = self._index.searcher()
            hits = searcher.search(query, k, count=False).hits
            ids = searcher.fast_field_values("id", [address for _, address in hits])
        return [
            (int(number), float(score))
            for number, (score, _) in zip(ids, hits, strict=True)
            if number is not None
        ]

    def holding(self, terms: Sequence[str], k: int) -> list[int]:
        """Passages, `k` at most, that have every term in their title or body."""
        from tantivy import Occur, Query  # noqa: PLC0415

        def anywhere(term: str) -> Query:
            named = [Query.term_query(self._schema, field, term) for field in ("title", "body")]
            return Query.boolean_query([(Occur.Should, query) for query in named])

        query = Query.boolean_query([(Occur.Must, anywhere(term)) for term in terms])
        with self._reading():
            self._index.reload()
            searcher = self._index.searcher()
            hits = searcher.search(query, k, count=False).hits
            ids = searcher.fast_field_values("id", [address for _, address in hits])
        return [int(number) for number in ids if number is not None]

    def close(self) -> None:
        """Give up the writer; what was not committed is lost."""
        if self._writer is not None:
            writer, self._writer = self._writer, None
            writer.rollback()
            writer.wait_merging_threads()

    def _query(self, weights: Mapping[str, float]) -> "Query":
        from tantivy import Occur, Query  # noqa: PLC0415

        def term(field: str, word: str, boost: float) -> Query:
            return Query.boost_query(Query.term_query(self._schema, field, word), boost)

        clauses = [term("body", word, weight) for word, weight in weights.items()]
        clauses += [term("title", word, w * TITLE_BOOST) for word, w in weights.items()]
        return Query.boolean_query([(Occur.Should, clause) for clause in clauses])

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError) as error:
            mark_damaged(self._directory)
            raise StoreError(
                f"the word index in {self._directory} cannot be used ({error}): "
                "see that the disk has room, and try again"
            ) from error

    def _writing(self) -> "IndexWriter":
        if self._writer is None:
            try:
                self._writer = self._index.writer(WRITER_BYTES, 1)
            except (OSError, ValueError) as error:
                raise StoreError(f"the word index cannot be written ({error})") from error
        return self._writer


def schema() -> "Schema":
    """A passage as tantivy takes it."""
    from tantivy import SchemaBuilder  # noqa: PLC0415

    builder = SchemaBuilder()
    builder.add_integer_field("id", indexed=True, fast=True)
    for name in ("title", "body"):
        builder.add_text_field(name, tokenizer_name=TOKENIZER, index_option="freq")
    return builder.build()
