"""One question's way, top to bottom: retrieve, gate, quote, verify, answer.

It knows nothing of terminals, Discord or files, and never shows a quote that does not stand
in its article.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.answer import Answer, Citation, Status, Turn
from bot.gate import THRESHOLD, confidence
from bot.question import parts_of
from bot.quotes import Quote, choose_quotes
from bot.reading import read
from bot.rewrite import rewrite
from bot.verify import verified
from index.article import Passage
from index.embed import StaticEmbedder
from index.retriever import Evidence, Query, Retriever
from index.store import Store
from index.words import Words


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
        return await asyncio.to_thread(self._answer, rewrite(question, history, as_of))

    async def search(
        self, query: str, as_of: date | None = None, k: int = 10
    ) -> tuple[Passage, ...]:
        """The k best passages for `query`, best first."""
        evidence = await asyncio.to_thread(self._retriever.retrieve, Query(query, as_of=as_of), k)
        return evidence.passages()

    def _answer(self, query: Query) -> Answer:
        started = time.perf_counter()
        evidence = self._retriever.retrieve(query)
        reading = read(evidence, self._words)
        sure = confidence(reading)
        answer = Answer(
            status=Status.ABSTAINED,
            text=_nearest(evidence),
            confidence=sure,
            query=str(query),
            passages=evidence.passages(),
        )
        if sure >= self._threshold:
            quotes = choose_quotes(reading, self._words)
            if citations := verified(_cite(quotes), self._store.article):
                missing = self._missing_parts(query)
                answer = replace(
                    answer,
                    status=Status.PARTIAL if missing else Status.ANSWERED,
                    text=_written(citations, missing),
                    citations=citations,
                )
        return replace(answer, seconds=time.perf_counter() - started)

    def _missing_parts(self, query: Query) -> list[str]:
        """The parts of a question in several parts that the articles do not cover."""
        parts = parts_of(query.text)
        if len(parts) == 1:
            return []
        whole = (query.text, *query.context)
        asked = [replace(query, text=part, context=whole) for part in parts]
        return [
            part
            for part, q in zip(parts, asked, strict=True)
            if confidence(read(self._retriever.retrieve(q), self._words)) < self._threshold
        ]


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


def _nearest(evidence: Evidence) -> str:
    """What to say instead of an answer: that there is none, and what was found nearest."""
    titles = list(dict.fromkeys(p.title for p in evidence.passages()))[:3]
    if not titles:
        return "The articles do not answer this."
    near = "; ".join(f"“{title}”" for title in titles)
    return f"The articles do not answer this. The nearest are: {near}."
