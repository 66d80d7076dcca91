"""Dateline and what a user would pick instead, each able to index a feed dump and to be asked.

The raw engines are given Dateline's own passages and vectors, read back before anything is
timed: they are the floor under any program that uses them. It times nothing itself.
"""

import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot import factory
from bot.config import Config, load_config
from index.embedding.static import StaticEmbedder
from index.engines.bm25 import TOKENIZER, schema
from index.engines.chroma import BATCH, open_chroma
from index.store import Store
from index.text.analyzer import analyzer
from index.text.splitter import passages

# ruff: noqa: PLC0415  (no peer is to pay for another's libraries)
if TYPE_CHECKING:
    import tantivy

FOUND = 10
"""Passages asked for."""
Ask = Callable[[str], object]


class Corpus(NamedTuple):
    """A feed dump, where Dateline's index of it is, and the day to take as today."""

    articles: Path
    store: Path
    today: date | None = None

    def as_json(self) -> dict[str, Any]:
        """As another process gets it."""
        today = self.today.isoformat() if self.today else None
        return {"articles": str(self.articles), "store": str(self.store), "today": today}

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> "Corpus":
        """What `as_json` wrote."""
        today = date.fromisoformat(row["today"]) if row["today"] else None
        return cls(Path(row["articles"]), Path(row["store"]), today)

    @property
    def config(self) -> Config:
        """Settings that have Dateline answer from these articles."""
        as_of = self.today.isoformat() if self.today else None
        return load_config(
            {"articles": [str(self.articles)], "store": str(self.store), "as_of": as_of}
        )


class Peer:
    """One way to index articles and to find passages in them."""

    def __init__(self, corpus: Corpus, folder: Path) -> None:
        self.corpus = corpus
        self.folder = folder

    def prepare(self) -> None:
        """Whatever is not to be timed of indexing: loading libraries, models, given passages."""

    def index(self) -> int:
        """Index the articles; how many passages there are then."""
        raise NotImplementedError

    @contextmanager
    def open(self) -> Iterator[Ask]:
        """The index, ready to be asked."""
        raise NotImplementedError


class Dateline(Peer):
    """Its passages, best first."""

    def prepare(self) -> None:
        """Load the embedding model."""
        StaticEmbedder().embed(["a"])

    def index(self) -> int:
        """What `dateline index` does."""
        return factory.index_articles(self.corpus.config, lambda progress: None).passages

    @contextmanager
    def open(self) -> Iterator[Ask]:
        """Retrieval as for an answer."""
        from index.embedding.similarity import Words
        from index.search.retriever import Query, Retriever

        with factory.open_collection(self.corpus.config) as store:
            retriever = Retriever(store, Words(StaticEmbedder()))
            yield lambda question: retriever.retrieve(Query(question, (), self.corpus.today))


class Answers(Dateline):
    """Its whole quoted answers."""

    @contextmanager
    def open(self) -> Iterator[Ask]:
        """One answer after another."""
        import asyncio

        with factory.open_collection(self.corpus.config) as store, asyncio.Runner() as runner:
            answerer = factory.answerer_on(store, self.corpus.config)
            yield lambda asked: runner.run(answerer.ask(asked, (), self.corpus.today))


class Starter(Peer):
    """The LlamaIndex starter on a Chroma folder, with Dateline's vectors, and as many of them."""

    chunk_size: int | None = 256

    def prepare(self) -> None:
        """Load LlamaIndex and the embedding model."""
        from evals.bench.starter import StarterIndex

        self._index = StarterIndex(self.folder, self.chunk_size)
        StaticEmbedder().embed(["a"])

    def index(self) -> int:
        """What the starter does with a list of documents."""
        return self._index.fill(
            (row["text"], {"title": row["title"], "url": row["url"]}) for row in self._rows()
        )

    @contextmanager
    def open(self) -> Iterator[Ask]:
        """Its retriever."""
        from evals.bench.starter import StarterIndex

        yield StarterIndex(self.folder, self.chunk_size).retriever(FOUND).retrieve

    def _rows(self) -> Iterator[dict[str, Any]]:
        with gzip.open(self.corpus.articles, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)


class StarterDefaults(Starter):
    """The same with its own chunks, of 1,024 tokens that overlap by 200."""

    chunk_size = None


class Given(Peer):
    """A raw engine: passages and vectors are given to it."""

    def prepare(self) -> None:
        """Read what Dateline has indexed."""
        config = self.corpus.config
        with Store.open(factory.collection(config), StaticEmbedder()) as store:
            rows = [*chain.from_iterable(store.generation.manifest.rows())]
        self.ids = [row[0] for row in rows]
        self.texts = [(row[1], row[2]) for row in rows]
        self.vectors: NDArray[np.float32] = np.array([row[3] for row in rows], dtype=np.float32)


class RawChroma(Given):
    """Vectors into Chroma, with the parameters that Dateline gives it, and nothing else."""

    def index(self) -> int:
        """Add them all."""
        names = [str(number) for number in self.ids]
        client, passages = open_chroma(self.folder)
        for at in range(0, len(names), BATCH):
            part = slice(at, at + BATCH)
            passages.add(ids=names[part], embeddings=self.vectors[part])
        client.close()
        return len(names)

    @contextmanager
    def open(self) -> Iterator[Ask]:
        """The nearest to a question's vector."""
        embedder = StaticEmbedder()
        client, passages = open_chroma(self.folder)
        yield lambda question: passages.query(
            query_embeddings=embedder.embed([question]), n_results=FOUND, include=["distances"]
        )
        client.close()


class RawTantivy(Given):
    """Titles and words into tantivy, stemmed as Dateline does, and nothing else."""

    def index(self) -> int:
        """Add them all, with as many threads as tantivy likes."""
        from tantivy import Document

        self.folder.mkdir(parents=True, exist_ok=True)
        writer = self._words().writer()
        for number, (title, body) in zip(self.ids, self.texts, strict=True):
            writer.add_document(Document(id=number, title=title, body=body))
        writer.commit()
        writer.wait_merging_threads()
        return len(self.ids)

    @contextmanager
    def open(self) -> Iterator[Ask]:
        """The best by a question's words."""
        words = self._words()
        searcher = words.searcher()

        def ask(question: str) -> object:
            query, _ = words.parse_query_lenient(question, ["title", "body"])
            hits = searcher.search(query, FOUND, count=False).hits
            return searcher.fast_field_values("id", [address for _, address in hits])

        yield ask

    def _words(self) -> "tantivy.Index":
        from tantivy import Index

        index = Index(schema(), path=str(self.folder), reuse=True)
        index.register_tokenizer(TOKENIZER, analyzer())
        index.reload()
        return index


class Bm25s(Given):
    """Words into bm25s, kept in memory as it is used."""

    def index(self) -> int:
        """Tokenise and index them all, with its own stemming-free defaults."""
        import bm25s

        tokens = bm25s.tokenize([body for _, body in self.texts], show_progress=False)
        retriever = bm25s.BM25()
        retriever.index(tokens, show_progress=False)
        self.folder.mkdir(parents=True, exist_ok=True)
        retriever.save(str(self.folder))
        return len(self.texts)

    @contextmanager
    def open(self) -> Iterator[Ask]:
        """The best by a question's words."""
        import bm25s

        retriever = bm25s.BM25.load(str(self.folder))

        def ask(question: str) -> object:
            tokens = bm25s.tokenize([question], show_progress=False)
            return retriever.retrieve(tokens, k=FOUND, show_progress=False)

        yield ask


class Splitting(Starter):
    """Only reading articles and cutting them into passages."""

    def prepare(self) -> None:
        """Load the splitter."""
        passages("A sentence.")

    def index(self) -> int:
        """Cut them all."""
        return sum(len(passages(row["text"])) for row in self._rows())


class Embedding(Given):
    """Only turning passages into vectors."""

    def prepare(self) -> None:
        """Load the model, and read the passages."""
        super().prepare()
        self._embedder = StaticEmbedder()
        self._embedder.embed(["a"])

    def index(self) -> int:
        """Embed them all."""
        return len(self._embedder.embed([body for _, body in self.texts]))


INDEXING: dict[str, type[Peer]] = {
    "Dateline": Dateline,
    "LlamaIndex starter": Starter,
    "LlamaIndex starter, its own chunks": StarterDefaults,
    "only reading and splitting": Splitting,
    "only embedding": Embedding,
    "only Chroma": RawChroma,
    "only tantivy": RawTantivy,
    "only bm25s": Bm25s,
}
ASKING: dict[str, type[Peer]] = {
    "Dateline's passages": Dateline,
    "Dateline's answers": Answers,
    "LlamaIndex starter": Starter,
    "only Chroma": RawChroma,
    "only tantivy": RawTantivy,
    "only bm25s": Bm25s,
}
