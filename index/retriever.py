"""A question in, the passages that bear on it out, best first.

Dense and BM25 candidates go into one pool; `rank` orders it. It knows nothing of how the
conversation made the query, nor of what will be said with the passages.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from index.article import Passage
from index.bm25 import Bm25Index
from index.embed import Vectors
from index.errors import ModelError
from index.generation import Generation
from index.manifest import Manifest
from index.period import asks_for_newest, period_in
from index.rank import Hit, Sought, rank
from index.recency import by_time
from index.store import Store
from index.terms import terms
from index.witnesses import one_of_each
from index.words import Likeness, Words

BM25_CANDIDATES = 120
DENSE_CANDIDATES = 50
CONTEXT_WEIGHT = 0.5
"""How much a word of an earlier turn weighs beside one of the question itself."""
ENGLISH = 300
"""Passages of ordinary English that are taken to stand beside the collection's own."""
LIVE = timedelta(days=45)
"""A collection whose newest article is older than this has no news for today."""
TIME_ZONES = timedelta(days=1)
Idf = Callable[[str, str], float]
"""How rare a term is, given it and the word it stands for."""
_WORD = re.compile(r"\w+")
_NAME = re.compile(r"\b[A-Z0-9][\w’'-]*")


@dataclass(frozen=True, slots=True)
class Query:
    """What to search for: a question, what was said before that it needs, and today's date."""

    text: str
    context: tuple[str, ...] = ()
    as_of: date | None = None

    def __str__(self) -> str:
        """The query as a reader may see it: the question, and in brackets what was added."""
        return f"{self.text} [{' / '.join(self.context)}]" if self.context else self.text


@dataclass(frozen=True, slots=True)
class Evidence:
    """The best hits for a query, with what the whole search found out.

    `live` says that the collection reaches up to the query's date; `idf` tells how rare a
    term is in it, `alike` how alike words are to those looked for. `gap` is why passages were
    sought by their words alone, if they were.
    """

    query: Query
    sought: Sought
    hits: tuple[Hit, ...]
    live: bool
    idf: Idf
    alike: Likeness
    gap: str | None = None

    def passages(self) -> tuple[Passage, ...]:
        """The hits as passages, best first."""
        return tuple(_passage(hit) for hit in self.hits)


class Retriever:
    """Searches one store."""

    def __init__(self, store: Store, words: Words) -> None:
        self._store = store
        self._words = words
        self._frequencies: tuple[Bm25Index | None, int, dict[str, int]] = (None, 0, {})

    def retrieve(self, query: Query, k: int = 10) -> Evidence:
        """The k best passages for `query`. Blocking: some ten milliseconds.

        Where the question's vector cannot be had, words alone decide.
        """
        generation = self._store.generation
        bm25 = generation.bm25
        idf = self._idf_in(bm25)
        live = _is_live(generation.manifest, query.as_of)
        sought = self._sought(query, query.as_of if live else None, idf)
        found = dict(bm25.search(sought.attention, sought.pairs, BM25_CANDIDATES))
        vector, near, gap = self._near(generation, query)
        candidates = generation.manifest.candidates(list(dict.fromkeys([*found, *near])))
        if query.as_of:
            last = _plus(query.as_of, TIME_ZONES)
            candidates = [c for c in candidates if c.published is None or c.published <= last]
        cosines = np.zeros(len(candidates), dtype=np.float32)
        if vector is not None:
            cosines[:] = [c.vector @ vector for c in candidates]
        alike = Likeness([sought.forms[term].lower() for term in sought.importance], self._words)
        hits = rank(sought, candidates, found, cosines, alike)
        hits = by_time(hits, sought.period, asks_for_newest(query.text))
        return Evidence(query, sought, tuple(one_of_each(hits, k)), live, idf, alike, gap)

    def _sought(self, query: Query, as_of: date | None, idf: Idf) -> Sought:
        own = terms(query.text)
        forms = dict(zip(own, own, strict=True))
        for text in (*query.context, query.text):
            forms |= {term: word for word in _WORD.findall(text) for term in terms(word)}
        attention = dict.fromkeys(forms, CONTEXT_WEIGHT) | dict.fromkeys(own, 1.0)
        names = {t for word in _NAME.findall(query.text)[1:] for t in terms(word)}
        return Sought(
            terms=own,
            forms=forms,
            attention=attention,
            importance={t: w * idf(t, forms[t]) for t, w in attention.items()},
            names=frozenset(names),
            as_of=as_of,
            period=period_in(query.text, query.as_of),
        )

    def _idf_in(self, bm25: Bm25Index) -> Idf:
        """BM25's inverse document frequency over the passages, and some of English at large.

        In a collection of a few articles all on one matter, its own frequencies would make
        the matter itself weigh nothing and a stray word everything.
        """
        total = bm25.doc_count + ENGLISH
        frequencies = self._frequencies_in(bm25)
        known: dict[str, float] = {}  # for one question: its own form of a word decides

        def idf(term: str, word: str) -> float:
            if term not in known:
                usual = ENGLISH * math.exp(-self._words.idf(word.lower()))
                if term not in frequencies:
                    frequencies[term] = bm25.doc_freq(term)
                held = frequencies[term] + usual
                known[term] = math.log(1 + (total - held + 0.5) / (held + 0.5))
            return known[term]

        return idf

    def _frequencies_in(self, bm25: Bm25Index) -> dict[str, int]:
        """The document frequencies looked up so far; none once the index has changed."""
        index, count, frequencies = self._frequencies
        if index is not bm25 or count != bm25.doc_count:
            frequencies = {}
            self._frequencies = (bm25, bm25.doc_count, frequencies)
        return frequencies

    def _near(
        self, generation: Generation, query: Query
    ) -> tuple[Vectors | None, list[int], str | None]:
        """The question's vector, the passages nearest to it, or why there are none."""
        try:
            vector = self._vector(query)
        except ModelError as problem:
            return None, [], str(problem)
        return vector, [number for number, _ in generation.nearest(vector, DENSE_CANDIDATES)], None

    def _vector(self, query: Query) -> Vectors:
        """The question's vector, drawn towards what the conversation adds."""
        vectors = self._store.embedder.embed([query.text, *query.context])
        mixed = vectors[0] + CONTEXT_WEIGHT * vectors[1:].sum(axis=0)
        return np.asarray(mixed / (np.linalg.norm(mixed) or 1.0), dtype=np.float32)


def _is_live(manifest: Manifest, as_of: date | None) -> bool:
    newest = as_of and manifest.newest(_plus(as_of, TIME_ZONES))
    return bool(as_of and newest and as_of - newest <= LIVE)


def _plus(day: date, more: timedelta) -> date:
    return date.fromordinal(min(day.toordinal() + more.days, date.max.toordinal()))


def _passage(hit: Hit) -> Passage:
    c = hit.candidate
    return Passage(
        c.source, c.title, c.published, c.url, c.text, c.start, c.end, hit.score, hit.recency
    )
