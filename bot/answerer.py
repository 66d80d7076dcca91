"""One question's way, top to bottom: retrieve, gate, quote, verify, answer.

It knows nothing of terminals, Discord or files, and never shows a quote that does not stand
in its article.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import zip_longest
from statistics import fmean

from bot.answer import Answer, Citation, Status, Turn
from bot.gate import THRESHOLD, confidence
from bot.question import parts_of
from bot.quotes import MAX_WORDS, Quote, choose_quotes
from bot.reading import Reading, read
from bot.rewrite import rewrite
from bot.verify import verified
from index.article import Passage
from index.embed import StaticEmbedder
from index.retriever import Query, Retriever
from index.store import Store
from index.words import Words

SHOWN = 10
"""Passages that go with an answer."""


class Answerer:
    """Answers questions from one store. Safe to share between tasks."""

    def __init__(self, store: Store, threshold: float | None = None) -> None:
        self._store = store
        self._words = Words(StaticEmbedder())
        self._retriever = Retriever(store, self._words)
        self._threshold = THRESHOLD if threshold is None else threshold

    async def ask(
        self, question: str, history: Sequence[Turn] = (), as_of: date | None = None
    ) -> Answer:
        """Answer `question` in the light of `history`; `as_of` is today's date, if it matters."""
        query = await asyncio.to_thread(rewrite, question, history, as_of, self._words)
        return await asyncio.to_thread(self._answer, query)

    async def search(
        self, query: str, as_of: date | None = None, k: int = SHOWN
    ) -> tuple[Passage, ...]:
        """The k best passages for `query`, best first."""
        evidence = await asyncio.to_thread(self._retriever.retrieve, Query(query, as_of=as_of), k)
        return evidence.passages()

    def withdrawn(self, citations: Sequence[Citation]) -> tuple[Citation, ...]:
        """Those of earlier answers whose quote stands in its article no more."""
        return tuple(c for c in citations if not verified([c], self._store.article))

    def _answer(self, query: Query) -> Answer:
        started = time.perf_counter()
        findings = [self._find(part) for part in _parts(query)]
        held = [f for f in findings if f.confidence >= self._threshold]
        answer = Answer(
            status=Status.ABSTAINED,
            text=_nearest(findings),
            confidence=fmean(f.confidence for f in findings),
            query=str(query),
            passages=_passages(findings),
        )
        if citations := verified(_cite(self._quotes(held)), self._store.article):
            missing = [f.reading.evidence.query.text for f in findings if f not in held]
            answer = replace(
                answer,
                status=Status.PARTIAL if missing else Status.ANSWERED,
                text=_written(citations, missing),
                citations=citations,
            )
        return replace(answer, seconds=time.perf_counter() - started)

    def _find(self, query: Query) -> "_Finding":
        reading = read(self._retriever.retrieve(query), self._words)
        return _Finding(reading, confidence(reading))

    def _quotes(self, findings: Sequence["_Finding"]) -> list[Quote]:
        """The quotes for all that was found, each once; they share the room there is."""
        chosen = {}
        for f in findings:
            for quote in choose_quotes(f.reading, self._words, MAX_WORDS // len(findings)):
                chosen[quote.candidate.source, quote.start] = quote
        return list(chosen.values())


@dataclass(frozen=True, eq=False)
class _Finding:
    """What was found for one part of a question, and how likely it holds the answer."""

    reading: Reading
    confidence: float


def _parts(query: Query) -> list[Query]:
    """The question's parts, each to be searched for with the whole question as its context."""
    parts = parts_of(query.text)
    if len(parts) == 1:
        return [query]
    return [replace(query, text=part, context=(query.text, *query.context)) for part in parts]


def _passages(findings: Sequence[_Finding]) -> tuple[Passage, ...]:
    """The best passages of every part in turn, each once."""
    turns = zip_longest(*(f.reading.evidence.passages() for f in findings))
    found = {(p.source, p.start): p for turn in reversed([*turns]) for p in reversed(turn) if p}
    return tuple(reversed(found.values()))[:SHOWN]


def _cite(quotes: Sequence[Quote]) -> list[Citation]:
    return [
        Citation(
            n=n,
            source=quote.candidate.source,
            title=quote.candidate.title,
            published=quote.candidate.published,
            url=quote.candidate.url,
            quote=quote.text,
            start=quote.start,
            end=quote.end,
        )
        for n, quote in enumerate(quotes, 1)
    ]


def _written(citations: Sequence[Citation], missing: Sequence[str]) -> str:
    lines = [f"{' '.join(c.quote.split())} [{c.n}]" for c in citations]
    said = " ".join(lines)
    if missing:
        said += " The articles do not say: " + " / ".join(missing)
    return said


def _nearest(findings: Sequence[_Finding]) -> str:
    """What to say instead of an answer: that there is none, and what was found nearest."""
    titles = list(dict.fromkeys(p.title for p in _passages(findings)))[:3]
    if not titles:
        return "The articles do not answer this."
    near = "; ".join(f"“{title}”" for title in titles)
    return f"The articles do not answer this. The nearest are: {near}."
