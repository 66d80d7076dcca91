"""One question's way, top to bottom: retrieve, gate, write or quote, verify, answer.

It knows nothing of terminals, Discord or files, and never shows a quote that does not stand
in its article.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import date
from itertools import zip_longest
from statistics import fmean
from typing import TYPE_CHECKING

from bot.answer import Answer, Citation, Draft, Option, Status, Turn
from bot.answering import SHOWN, Answering
from bot.conversation.clarify import (
    Candidate,
    Clarification,
    asking_back,
    may_mean_several,
)
from bot.conversation.rewrite import readings, surest
from bot.gate import THRESHOLD, confidence
from bot.question import one_thing_asked, only_repeats, parts_of
from bot.quotes import MAX_WORDS, Quote, choose_quotes
from bot.reading import Reading, read
from bot.verification.verbatim import verified
from index.article import Passage
from index.embed import StaticEmbedder
from index.errors import ModelError
from index.rank import Hit
from index.retriever import Query, Retriever
from index.store import Store
from index.words import Words
from prompts import Prompts

if TYPE_CHECKING:
    from bot.llm import LLM
    from bot.writer import Writer, Written

# ruff: noqa: PLC0415  (what a language model's answer takes is loaded only for one)
AWAY = "The language model did not answer ({}); these are quotes."
UNSUPPORTED = "The language model wrote no answer that the articles support; these are quotes."
FOUND_NONE = "The language model found no answer in the articles; these are quotes."
LEFT_OUT = "Something was left out because no article supports it."
BY_WORDS = "Passages were sought by their words alone ({})."
ONCE = "The language model could not check every sentence again; the articles support them."
CUT = "The language model was stopped before it came to an end."
DENIAL = 4.0
"""How many times as often a model finds nothing where there is nothing: small ones overlook
much, so what is very likely held is quoted all the same."""


class Answerer(Answering):
    """Answers questions from one store. Safe to share between tasks.

    With a language model it writes the answers, and without one they are quotes. With `check`
    the model is asked of each of its sentences as well whether its quotes support it.
    """

    def __init__(
        self,
        store: Store,
        threshold: float | None = None,
        llm: "LLM | None" = None,
        prompts: Prompts | None = None,
        words: Words | None = None,
        *,
        check: bool = False,
    ) -> None:
        self._store = store
        self._words = words or Words(StaticEmbedder())
        self._retriever = Retriever(store, self._words)
        self._threshold = THRESHOLD if threshold is None else threshold
        self._llm = llm
        self._prompts = prompts or Prompts()
        self._writer = self._writer_with(llm, check) if llm else None

    async def stream(
        self, question: str, history: Sequence[Turn] = (), as_of: date | None = None
    ) -> AsyncGenerator[Draft | Answer]:
        """The draft in pieces where a language model writes, then the answer."""
        started = time.perf_counter()
        queries = await self._queries(question, history, as_of)
        found = await asyncio.to_thread(self._surest, queries)
        answer = await asyncio.to_thread(self._asked_back, found, history)
        if answer is None and self._writer and found.held:
            try:
                async with aclosing(self._writer.write(found.asked, found.read())) as events:
                    async for event in events:
                        if isinstance(event, Draft):
                            yield event
                        else:
                            answer = await asyncio.to_thread(self._written, found, event)
            except ModelError as problem:
                answer = await asyncio.to_thread(self._quoted, found, AWAY.format(problem))
        if answer is None:
            answer = await asyncio.to_thread(self._quoted, found)
        yield replace(answer, seconds=time.perf_counter() - started)

    async def search(
        self, query: str, as_of: date | None = None, k: int = SHOWN
    ) -> tuple[Passage, ...]:
        """The k best passages for `query`, best first."""
        evidence = await asyncio.to_thread(self._retriever.retrieve, Query(query, as_of=as_of), k)
        return evidence.passages()

    async def withdrawn(self, citations: Sequence[Citation]) -> tuple[Citation, ...]:
        """Those of earlier answers whose quote stands in its article no more."""

        def gone() -> tuple[Citation, ...]:
            return tuple(c for c in citations if not verified([c], self._store.article))

        return await asyncio.to_thread(gone)

    def _writer_with(self, llm: "LLM", check: bool) -> "Writer":
        from bot.second_check import ModelCheck
        from bot.writer import Writer

        second = ModelCheck(llm, self._prompts) if check else None
        return Writer(llm, self._prompts, self._words, second)

    async def _queries(
        self, question: str, history: Sequence[Turn], as_of: date | None
    ) -> Sequence[Query]:
        """The readings of a question; a language model rewords one that is a follow-up."""
        first, *others = await asyncio.to_thread(readings, question, history, as_of, self._words)
        if not (self._llm and first.context) or first.text != question:  # a reply to ours is clear
            return first, *others
        from bot.conversation.condense import condense

        return await condense(first, history, self._llm, self._prompts), *others

    def _surest(self, queries: Sequence[Query]) -> "_Found":
        """What is found for the reading that is likeliest to be meant."""
        found = [self._find(query) for query in queries]
        kept = found.pop(surest([f.confidence for f in found]))
        if kept.query.context:
            return kept
        return replace(kept, others=[f for other in found for f in other.findings])

    def _find(self, query: Query) -> "_Found":
        readings = [read(self._retriever.retrieve(q)) for q in _parts(query)]
        findings = [_Finding(reading, confidence(reading)) for reading in readings]
        return _Found(query, findings, self._threshold)

    def _asked_back(self, found: "_Found", history: Sequence[Turn]) -> Answer | None:
        """A question back, where it is unclear what is meant."""
        several = may_mean_several(found.query, history, self._words)
        candidates = _candidates(found.findings[0]) if several else ()
        asked = asking_back(found.query, history, candidates, self._threshold, self._words)
        return found.unclear(asked) if asked else None

    def _quoted(self, found: "_Found", *notes: str) -> Answer:
        """The sentences that answer, or that there are none."""
        citations = verified(_cite(self._quotes(found.held)), self._store.article)
        if not citations:
            return found.declined()
        said = " ".join(f"{' '.join(c.quote.split())} [{c.n}]" for c in citations)
        answer = self._answered(found, said, citations, found.missing)
        return replace(answer, notes=(*found.notes, *notes))

    def _written(self, found: "_Found", written: "Written") -> Answer:
        """What the model wrote, as far as it can stand; else that it found nothing, or quotes."""
        from bot.verification.numbering import numbered

        assert self._writer
        said = [(claim, self._standing(quotes)) for claim, quotes in written.said]
        text, citations = numbered(said)
        held = " ".join(claim.text for claim, quotes in said if quotes)
        if citations and not only_repeats(held, found.asked.text):
            missing = [*found.missing, *written.missing]
            answer = self._answered(found, text, citations, missing)
            why = {LEFT_OUT: written.left_out, CUT: written.cut, ONCE: written.check_failed}
            left = [note for note, holds in why.items() if holds]
            return replace(answer, model=self._writer.name, notes=(*found.notes, *left))
        if citations or written.left_out or not written.missing:
            return self._quoted(found, UNSUPPORTED)
        declined = found.declined()
        doubted = declined.confidence / (declined.confidence + DENIAL * (1 - declined.confidence))
        if doubted < self._threshold:
            return replace(declined, confidence=doubted, model=self._writer.name)
        return replace(self._quoted(found, FOUND_NONE), confidence=doubted)

    def _answered(
        self, found: "_Found", said: str, citations: tuple[Citation, ...], missing: Sequence[str]
    ) -> Answer:
        """The answer, and where the articles differ on it."""
        queries = [query for query in found.asked_about if one_thing_asked(query.text)]
        if not queries:
            return found.answered(said, citations, missing)
        from bot.differences import with_differences
        from bot.verification.conflict import differing

        differences = [differing(q, citations, found.read(), self._words) for q in queries]
        standing = [d for d in differences if self._standing([s.quote for s in d])]
        if not any(standing):
            return found.answered(said, citations, missing)
        told, cited, conflicts = with_differences(said, citations, standing)
        cited = verified(cited, self._store.article)  # which names their places
        return replace(found.answered(told, cited, missing), conflicts=conflicts)

    def _standing(self, quotes: Sequence[Citation]) -> Sequence[Citation]:
        """The quotes, unless one of them no longer stands in its article."""
        standing = verified(quotes, self._store.article)
        return standing if len(standing) == len(quotes) else ()

    def _quotes(self, findings: Sequence["_Finding"]) -> list[Quote]:
        """The quotes for all that was found, each once; they share the room there is."""
        chosen = {}
        for f in findings:
            for quote in choose_quotes(f.reading, MAX_WORDS // len(findings)):
                chosen[quote.candidate.source, quote.start] = quote
        return list(chosen.values())


@dataclass(frozen=True, eq=False)
class _Finding:
    """What was found for one part of a question, and how likely it holds the answer."""

    reading: Reading
    confidence: float


@dataclass(frozen=True, eq=False)
class _Found:
    """What was found for all of a question, and the answers it can lead to."""

    query: Query
    findings: Sequence[_Finding]
    threshold: float
    others: Sequence[_Finding] = ()
    """What was found for another reading of the question."""

    @property
    def held(self) -> list[_Finding]:
        """The parts that the articles hold an answer to."""
        return [f for f in self.findings if f.confidence >= self.threshold]

    @property
    def confidence(self) -> float:
        """How likely the articles hold the answer."""
        return fmean(f.confidence for f in self.findings)

    @property
    def missing(self) -> list[str]:
        """The other parts."""
        return [f.reading.evidence.query.text for f in self.findings if f not in self.held]

    @property
    def asked_about(self) -> list[Query]:
        """The parts of the question that are answered."""
        return [f.reading.evidence.query for f in self.held]

    @property
    def asked(self) -> Query:
        """The question without those other parts."""
        if not self.missing:
            return self.query
        return replace(self.query, text=" ".join(q.text for q in self.asked_about))

    @property
    def notes(self) -> tuple[str, ...]:
        """What went less than well while searching."""
        gaps = (f.reading.evidence.gap for f in self.findings)
        return tuple(dict.fromkeys(BY_WORDS.format(gap) for gap in gaps if gap))

    def read(self) -> tuple[Passage, ...]:
        """The passages to answer from."""
        return _passages(self.held)

    def declined(self) -> Answer:
        """That there is no answer, and what was found nearest."""
        return Answer(
            status=Status.ABSTAINED,
            text=_nearest(self.findings),
            confidence=self.confidence,
            query=str(self.query),
            passages=_passages([*self.findings, *self.others]),
            period=next(
                (p for f in self.findings if (p := f.reading.evidence.sought.period)), None
            ),
            notes=self.notes,
        )

    def unclear(self, asked: Clarification) -> Answer:
        """The question to ask back; while that is open, no answer can be held likely."""
        declined = self.declined()
        sure = min(declined.confidence, self.threshold)
        unclear = replace(declined, status=Status.CLARIFY, confidence=sure)
        return replace(unclear, text=asked.text, options=asked.options)

    def answered(
        self, said: str, citations: tuple[Citation, ...], missing: Sequence[str]
    ) -> Answer:
        """An answer, in part where something is missing."""
        named = " / ".join(filter(None, missing))
        if missing:
            said += (
                f" The articles do not say: {named}" if named else " The articles do not say more."
            )
        return replace(
            self.declined(),
            status=Status.PARTIAL if missing else Status.ANSWERED,
            text=said,
            citations=citations,
        )


def _candidates(finding: _Finding) -> list[Candidate]:
    """The articles found, each with the confidence that it alone answers the question."""
    evidence = finding.reading.evidence
    hits_of: dict[str, list[Hit]] = defaultdict(list)
    for hit in evidence.hits:
        hits_of[hit.candidate.source].append(hit)
    return [
        Candidate(
            Option(hits[0].candidate.title, source),
            hits[0].candidate.story,
            confidence(read(replace(evidence, hits=tuple(hits)))),
        )
        for source, hits in hits_of.items()
    ]


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


def _nearest(findings: Sequence[_Finding]) -> str:
    """What to say instead of an answer: that there is none, and what was found nearest."""
    titles = list(dict.fromkeys(p.title for p in _passages(findings)))[:3]
    if not titles:
        return "The articles do not answer this."
    near = "; ".join(f"“{title}”" for title in titles)
    return f"The articles do not answer this. The nearest are: {near}."
