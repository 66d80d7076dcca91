"""One question's way, top to bottom: reply, retrieve, read, write or quote, verify, answer.

Every quote is verified: a citation whose text is not in its article is never given.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from bot.answer import Answer, Citation, Draft, Status, Turn
from bot.answering import SHOWN, Answering, Within
from bot.catalogue import about_articles
from bot.conversation.clarify import asking_back, may_mean_several
from bot.conversation.followup import is_followup
from bot.conversation.request import Request, asked_again, request_of
from bot.conversation.rewrite import readings, surest
from bot.conversation.smalltalk import small_talk, without_small_talk
from bot.conversation.task import Task, task_of
from bot.extraction.answer_kind import one_thing_asked, only_repeats, parts_of
from bot.extraction.answerability import confidence, covered
from bot.extraction.digest import first_sentences
from bot.extraction.extractive import Quote, Room, choose_quotes, room_for
from bot.extraction.language import is_foreign
from bot.extraction.reader import Reader, weights_for
from bot.extraction.scoring import (
    FIRST,
    PASSAGES,
    READ,
    READ_FOR_TOPIC,
    ScoredSentences,
    SentenceScorer,
)
from bot.findings import Finding, Findings, passages_of
from bot.verification.verbatim import verified
from index.article import Passage
from index.embedding.similarity import Words
from index.embedding.static import StaticEmbedder
from index.errors import ModelError
from index.search.retriever import Query, Retriever
from index.search.scope import Scope
from index.store import Store

if TYPE_CHECKING:
    from bot.generation.generative import ChatModels, Writer, Written

# ruff: noqa: PLC0415  (what a language model's answer takes is loaded only for one)
AWAY = "The language model did not answer ({}); these are quotes."
UNSUPPORTED = "The language model wrote no answer that the articles support; these are quotes."
FOUND_NONE = "The language model found no answer in the articles; these are quotes."
HOPE = 0.5
"""The share of the threshold from which a trusted model is asked whether the passages answer."""
DENIAL = 4.0
"""How many times as often a model finds nothing where there is nothing, and an answer where there
is one: small ones overlook much, so what is very likely held is quoted all the same."""


@dataclass(frozen=True, slots=True)
class Models:
    """What answering needs beside a store, shared by all that answer in a process."""

    words: Words
    reader: Reader | None = None


class Answerer(Answering):
    """Answers questions from one store. Safe to share between tasks.

    With a language model it writes the answers, and without one they are quotes.
    """

    def __init__(
        self,
        store: Store,
        threshold: float | None = None,
        chat: "ChatModels | None" = None,
        models: "Models | None" = None,
    ) -> None:
        self._store = store
        models = models or Models(Words(StaticEmbedder()))
        self._words = models.words
        self._retriever = Retriever(store, self._words)
        weights = weights_for(models.reader)
        self._scorer = SentenceScorer(models.reader, self._words.embedder, weights)
        self._threshold = threshold
        self._chat = chat
        self._writer = self._writer_with(chat) if chat else None

    async def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        as_of: date | None = None,
        within: Within | None = None,
    ) -> AsyncGenerator[Draft | Answer]:
        """The draft in pieces where a language model writes, then the answer."""
        started = time.perf_counter()
        asked = asked_again(await asyncio.to_thread(request_of, question), history)
        if reply := await asyncio.to_thread(self._reply, question, asked, history, as_of, within):
            yield replace(reply, seconds=time.perf_counter() - started)
            return
        history = await asyncio.to_thread(without_small_talk, history)
        queries = await self._queries(asked.text, history, as_of)
        room = room_for(task_of(asked.text), asked.max_sentences)
        found = await asyncio.to_thread(self._surest, queries, room, _scope(within))
        answer: Answer | None = await asyncio.to_thread(self._asked_back, found, history)
        if answer is None and self._writer:
            try:
                async with aclosing(self._write(self._writer, found, history, asked)) as events:
                    async for event in events:
                        if isinstance(event, Draft):
                            yield event
                        else:
                            answer = event
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
        """Return the citations whose quote is no longer in its article."""

        def gone() -> tuple[Citation, ...]:
            return tuple(c for c in citations if not verified([c], self._store.article))

        return await asyncio.to_thread(gone)

    def _reply(
        self,
        message: str,
        asked: Request,
        history: Sequence[Turn],
        as_of: date | None,
        within: Within | None,
    ) -> Answer | None:
        """What is said without a search: to small talk, about the list of articles, or a digest.

        The last two are about all articles, and not about a part of them.
        """
        if said := small_talk(asked):
            return Answer(Status.REPLY, said, 0.0, message)
        if within:
            return None
        if said := about_articles(asked.text, history, self._store, as_of):
            return Answer(Status.REPLY, said, 1.0, message)
        task = task_of(asked.text)
        if task.is_of_everything:
            return self._digest(Query(asked.text, (), as_of), room_for(task, asked.max_sentences))
        return None

    def _writer_with(self, chat: "ChatModels") -> "Writer":
        from bot.generation.generative import Writer

        return Writer(chat, self._words)

    async def _queries(
        self, question: str, history: Sequence[Turn], as_of: date | None
    ) -> Sequence[Query]:
        """The readings of a question; a language model rewords one that is a follow-up."""
        first, *others = await asyncio.to_thread(readings, question, history, as_of, self._words)
        if not (self._chat and first.context) or first.text != question:  # a reply to ours is clear
            return first, *others
        from bot.conversation.condense import condense

        return await condense(first, history, self._chat.llm, self._chat.prompts), *others

    def _surest(self, queries: Sequence[Query], room: Room, scope: Scope | None) -> Findings:
        """What is found for the reading that is likeliest to be meant."""
        found = [self._find(query, room, scope) for query in queries]
        kept = found.pop(surest([f.confidence for f in found]))
        if kept.query.context:
            return kept
        return replace(kept, others=[f for other in found for f in other.findings])

    def _find(self, query: Query, room: Room, scope: Scope | None) -> Findings:
        task = task_of(query.text)
        parts = _parts(replace(query, text=task.about, newest=task.newest_first), self._words)
        read = (READ_FOR_TOPIC if task.is_topic or len(parts) > 1 else READ) // len(parts)
        findings = [self._finding(part, task, read, scope) for part in parts]
        return Findings(query, findings, room.shared_by(len(parts)))

    def _finding(self, part: Query, task: Task, read: int, scope: Scope | None) -> Finding:
        first = read if task.is_topic else FIRST  # a topic needs several sentences
        evidence = self._retriever.retrieve(part, PASSAGES, scope)
        scored = self._scorer.score(evidence, read, first)
        sure = confidence(scored)
        if task.is_topic:
            sure = max(sure, covered(scored))
        return Finding(scored, sure, self._threshold_for(scored))

    def _digest(self, query: Query, room: Room) -> Answer:
        """What the newest articles begin with."""
        citations = verified(
            _cite(first_sentences(self._store, query.as_of, room)), self._store.article
        )
        said = " ".join(f"{' '.join(c.quote.split())} [{c.n}]" for c in citations)
        if not citations:
            return Answer(Status.ABSTAINED, "There are no articles to summarize.", 0.0, str(query))
        return Answer(Status.ANSWERED, said, 1.0, str(query), citations)

    def _threshold_for(self, scored: ScoredSentences) -> float:
        return scored.weights.threshold if self._threshold is None else self._threshold

    def _asked_back(self, found: Findings, history: Sequence[Turn]) -> Answer | None:
        """A question back, where it is unclear what is meant."""
        several = may_mean_several(found.query, history, self._words)
        candidates = found.findings[0].candidates() if several else ()
        asked = asking_back(found.query, history, candidates, found.threshold, self._words)
        return found.unclear(asked) if asked else None

    def _quoted(self, found: Findings, *notes: str) -> Answer:
        """The sentences that answer, or that there are none."""
        quotes = _quotes(found)
        citations = verified(_cite(quotes), self._store.article)
        if not citations:
            return found.declined()
        shown = {(q.candidate.source, q.start): q.shown for q in quotes}
        said = " ".join(f"{shown[c.source, c.start]} [{c.n}]" for c in citations)
        answer = self._answered(found, said, citations, found.missing)
        return replace(answer, notes=(*found.notes, *notes))

    async def _write(
        self, writer: "Writer", found: Findings, history: Sequence[Turn], asked: Request
    ) -> AsyncGenerator[Draft | Answer]:
        """The draft of a language model and what it makes of it; nothing if it is not asked.

        A model that is trusted decides for itself what the passages answer.
        """
        from bot.generation.messages import Asked

        if not self._is_worth_asking(found):
            return
        if found.held and await writer.trust():
            query, passages = found.asked, found.read()
        else:
            found = replace(found, is_left_to_model=True)
            query, passages = found.query, passages_of(found.findings)
        given = Asked(query, history, asked.max_sentences)
        async with aclosing(writer.write(given, passages)) as events:
            async for event in events:
                if isinstance(event, Draft):
                    yield event
                else:
                    yield await asyncio.to_thread(self._written, found, event)

    def _is_worth_asking(self, found: Findings) -> bool:
        """Whether a model may find an answer: also where words alone are no measure of that."""
        if found.held:
            return True
        if not any(f.scored.sentences for f in found.findings):
            return False
        beyond_words = task_of(found.query.text).is_topic or is_foreign(found.query.text)
        return beyond_words or found.confidence >= HOPE * found.threshold

    def _written(self, found: Findings, written: "Written") -> Answer:
        """What the model wrote, as far as it is supported; else quotes, or a decline."""
        from bot.generation.outcome import left_out, notes, still_held
        from bot.verification.citations import numbered

        assert self._writer
        parts = still_held(written, self._store.article)
        text, citations = numbered(parts, written.evidence)
        said = " ".join(part.text for part in parts if part.is_said)
        says_so = any(part.says_what_is_missing for part in parts)
        missing = [] if says_so else [*written.missing]
        missing = [*(() if found.is_left_to_model else found.missing), *missing]
        if citations and not only_repeats(said, found.query.text):
            answer = self._answered(found, text, verified(citations, self._store.article), missing)
            answer = replace(answer, status=Status.PARTIAL if says_so else answer.status)
            sure = (
                answer.confidence if written.why_unjudged else _shifted(answer.confidence, DENIAL)
            )
            answer = replace(answer, confidence=sure, model=self._writer.name)
            notes_ = (*found.notes, *notes(parts, written))
            return replace(answer, notes=notes_, left_out=left_out(parts))
        if citations or left_out(parts) or not written.missing:
            return replace(self._quoted(found, UNSUPPORTED), left_out=left_out(parts))
        return self._denied(found, trusted=not written.why_unjudged)

    def _denied(self, found: Findings, *, trusted: bool) -> Answer:
        """What to answer where the model says that the passages hold nothing."""
        assert self._writer
        declined = found.declined()
        doubted = _shifted(declined.confidence, 1 / DENIAL)
        if trusted:
            doubted = min(doubted, found.threshold / 2)
        if trusted or not found.held or doubted < found.threshold:
            return replace(declined, confidence=doubted, model=self._writer.name)
        return replace(self._quoted(found, FOUND_NONE), confidence=doubted)

    def _answered(
        self, found: Findings, said: str, citations: tuple[Citation, ...], missing: Sequence[str]
    ) -> Answer:
        """The answer, and where the articles differ on it."""
        queries = [query for query in found.asked_about if one_thing_asked(query.text)]
        if not queries:
            return found.answered(said, citations, missing)
        from bot.differences.conflicts import differing
        from bot.differences.notes import with_differences

        differences = [differing(q, citations, found.read(), self._words) for q in queries]
        kept = [d for d in differences if self._all_verified([s.quote for s in d])]
        if not any(kept):
            return found.answered(said, citations, missing)
        text, cited, conflicts = with_differences(said, citations, kept)
        cited = verified(cited, self._store.article)  # which names their places
        return replace(found.answered(text, cited, missing), conflicts=conflicts)

    def _all_verified(self, quotes: Sequence[Citation]) -> Sequence[Citation]:
        """The quotes, or none where one of them is no longer in its article."""
        kept = verified(quotes, self._store.article)
        return kept if len(kept) == len(quotes) else ()


def _shifted(confidence: float, times: float) -> float:
    """The confidence whose odds are so many times those of `confidence`."""
    return times * confidence / (times * confidence + 1 - confidence)


def _quotes(found: Findings) -> list[Quote]:
    """The quotes for all that was found, each once."""
    every = [quote for f in found.held for quote in choose_quotes(f.scored, found.room)]
    return list({(quote.candidate.source, quote.start): quote for quote in every}.values())


def _parts(query: Query, words: Words) -> list[Query]:
    """The question's parts; one that points back takes the whole question along."""
    parts = parts_of(query.text)
    if len(parts) == 1:
        return [query]
    whole = (query.text, *query.context)
    return [
        replace(query, text=part, context=whole if is_followup(part, words) else query.context)
        for part in parts
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


def _scope(within: Within | None) -> Scope | None:
    if within is None:
        return None
    return Scope(lambda facts: within.allows(facts.source, facts.published))
