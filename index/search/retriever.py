"""A question in, the passages that bear on it out, best first.

Dense and BM25 candidates go into one pool; `rank` orders it.
"""

import re
from collections.abc import Callable, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from index.article import Passage
from index.embedding.similarity import Words
from index.embedding.static import Vectors
from index.engines.bm25 import Bm25Index
from index.errors import ModelError
from index.search.query import Idf, Understanding, Understood
from index.search.ranking import MOST_DUPLICATES, Hit, Sought, best_passages, by_time, one_of_each
from index.search.scope import Scope
from index.search.time_expressions import asks_for_newest, period_in
from index.storage.generation import Generation
from index.storage.manifest import Manifest
from index.store import Store
from index.text.analyzer import terms
from index.text.small_words import without_small_words

BM25_CANDIDATES = 120
DENSE_CANDIDATES = 50
COMPARED = 2_000
"""Passages of a scope up to which all are compared with the question."""
WIDER = 8
"""How many times as many results are looked at where too few are in scope."""
CONTEXT_WEIGHT = 0.5
"""How much a word of an earlier turn weighs beside one of the question itself."""
LIVE = timedelta(days=45)
"""A collection whose newest article is older than this has no news for today."""
TIME_ZONES = timedelta(days=1)
_WORD = re.compile(r"\w+")
_NAME = re.compile(r"\b[A-Z0-9][\w’'-]*")


@dataclass(frozen=True, slots=True)
class Query:
    """What to search for: a question, what was said before that it needs, and today's date.

    The retriever sets `corrected` where the question means other words than were typed. With
    `newest` the newest articles come first. `is_explained` says that the context is no question,
    but whom or what the question means.
    """

    text: str
    context: tuple[str, ...] = ()
    as_of: date | None = None
    corrected: str | None = None
    newest: bool = False
    is_explained: bool = False

    @property
    def meant(self) -> str:
        """The question in the words that are meant."""
        return self.corrected or self.text

    def __str__(self) -> str:
        """The query as a reader may see it: the question, and in brackets what was added."""
        return f"{self.text} [{' / '.join(self.context)}]" if self.context else self.text


@dataclass(frozen=True, slots=True)
class Evidence:
    """The best hits for a query, with what the whole search found out.

    `live` says that the collection reaches up to the query's date. `gap` is why passages were
    sought by their words alone, if they were.
    """

    query: Query
    sought: Sought
    hits: tuple[Hit, ...]
    live: bool
    gap: str | None = None

    def passages(self) -> tuple[Passage, ...]:
        """The hits as passages, best first."""
        return tuple(_passage(hit) for hit in self.hits)


class Retriever:
    """Searches one store."""

    def __init__(self, store: Store, words: Words) -> None:
        self._store = store
        self._words = words
        self._idf: Idf | None = None
        self._understanding: Understanding | None = None
        self._beside = ThreadPoolExecutor(thread_name_prefix="nearest")

    def retrieve(self, query: Query, k: int = 10, scope: Scope | None = None) -> Evidence:
        """The k best passages for `query`, of those in `scope`. Blocking: some ten milliseconds.

        Where the question's vector cannot be had, words alone decide.
        """
        generation = self._store.generation
        among = scope.passages(generation.manifest) if scope else None
        bm25 = generation.bm25
        idf = self._idf_in(bm25)
        understood = self._understand(query, idf, generation.manifest)
        query = _in_words_meant(query, understood)
        near_by = self._beside.submit(self._near, generation, query, among)  # both in native code
        live = _is_live(generation.manifest, query.as_of)
        sought = self._sought(query, query.as_of if live else None, idf, understood)
        found = dict(_among(lambda n: bm25.search(sought.attention, n), BM25_CANDIDATES, among))
        until = _plus(query.as_of, TIME_ZONES) if query.as_of else date.max
        pool = generation.manifest.unread([*found], until)  # while vectors are being compared
        vector, near, gap = near_by.result()
        others = [number for number in near if number not in found]
        pool = pool.followed_by(generation.manifest.unread(others, until))
        cosines = np.zeros(len(pool.ids), dtype=np.float32)
        if vector is not None and pool.ids:
            cosines = pool.vectors @ vector
        best = best_passages(sought, pool, found, cosines, k + MOST_DUPLICATES)
        candidates = generation.manifest.candidates([*best])
        hits = [Hit(c, *best[c.id]) for c in candidates]
        hits = by_time(hits, sought.period, query.newest or asks_for_newest(query.meant))
        return Evidence(query, sought, tuple(one_of_each(hits, k)), live, gap)

    def _sought(
        self, query: Query, as_of: date | None, idf: Idf, understood: Sequence[Understood]
    ) -> Sought:
        meant = without_small_words(query.meant)
        own = terms(meant)
        forms = dict(zip(own, own, strict=True))
        for text in (*query.context, meant):
            forms |= {term: word for word in _WORD.findall(text) for term in terms(word)}
        attention = dict.fromkeys(forms, CONTEXT_WEIGHT) | dict.fromkeys(own, 1.0)
        for term, (weight, word) in understood[0].doubts.items():
            attention[term], forms[term] = weight, word
        words = idf.lexicon.numbers(forms[term] for term in attention)
        rare = idf.of(idf.lexicon.term_numbers(attention), words).tolist()
        importance = {t: w * much for (t, w), much in zip(attention.items(), rare, strict=True)}
        names = {t for word in _NAME.findall(query.meant)[1:] for t in terms(word)}
        others = [other for part in understood for other in part.others]
        more = {t: weight for part in understood for t, weight in part.searched.items()}
        return Sought(
            terms=own,
            forms=forms,
            attention=more | attention,
            importance=importance,
            names=frozenset(names),
            as_of=as_of,
            period=period_in(query.meant, query.as_of),
            others=others,
        )

    def _understand(self, query: Query, idf: Idf, manifest: Manifest) -> list[Understood]:
        """The question, and each text of its context, as they are meant."""
        known = self._understanding
        if known is None or not known.holds(idf.index, idf.count):
            known = Understanding(idf.index, idf.count, manifest, self._words)
            self._understanding = known
        return [known.of(text) for text in (query.text, *query.context)]

    def _idf_in(self, bm25: Bm25Index) -> Idf:
        """How rare terms are; what was looked up is known no more once the index has changed."""
        now = bm25, bm25.doc_count, self._words.lexicon
        idf = self._idf
        if idf is None or not idf.holds(*now):
            idf = self._idf = Idf(*now)
        return idf

    def _near(
        self, generation: Generation, query: Query, among: Set[int] | None
    ) -> tuple[Vectors | None, list[int], str | None]:
        """The question's vector, the passages nearest to it, or why there are none."""
        try:
            vector = self._vector(query)
        except ModelError as problem:
            return None, [], str(problem)
        if among is not None and len(among) <= COMPARED:
            return vector, sorted(among), None
        near = _among(lambda n: generation.nearest(vector, n), DENSE_CANDIDATES, among)
        return vector, [number for number, _ in near], None

    def _vector(self, query: Query) -> Vectors:
        """The question's vector, drawn towards what the conversation adds."""
        vectors = self._store.embedder.embed([query.meant, *query.context])
        mixed = vectors[0] + CONTEXT_WEIGHT * vectors[1:].sum(axis=0)
        return np.asarray(mixed / (np.linalg.norm(mixed) or 1.0), dtype=np.float32)


def _among(
    search: Callable[[int], list[tuple[int, float]]], k: int, among: Set[int] | None
) -> list[tuple[int, float]]:
    """The k best results that are `among` these, all where that is None."""
    looked_at = k
    while True:
        found = search(looked_at)
        kept = found if among is None else [hit for hit in found if hit[0] in among]
        if len(kept) >= k or len(found) < looked_at or among is None:
            return kept[:k]
        looked_at *= WIDER


def _in_words_meant(query: Query, understood: Sequence[Understood]) -> Query:
    question, *context = (each.text for each in understood)
    corrected = None if question == query.text else question
    return replace(query, context=tuple(context), corrected=corrected)


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
