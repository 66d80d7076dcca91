"""Answers written by a language model, of which only what the passages support is kept.

The model writes a draft, a judge checks all of it at once, and what is left is one text. It
searches nothing, and does not know whether the passages hold an answer at all.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from bot.answer import Draft
from bot.generation.exam import Examined
from bot.generation.messages import Asked, request
from bot.llm import LLM
from bot.verification.citations import Part
from bot.verification.claims import Claim, ClaimSplitter, Kind
from bot.verification.evidence import Evidence
from bot.verification.verdict import DraftSentence, Verdict
from bot.verification.verifier import Verifier
from index.article import Passage
from index.embedding.similarity import Words
from index.errors import ContextLengthError, ModelAwayError, ModelError
from index.search.retriever import Query
from index.text.analyzer import terms
from prompts import Prompts

MAX_TOKENS = 800
"""Of a draft."""
SHARE = 3
"""A draft may take this part of the model's window at most: as much again is for the passages."""
MAX_CHARACTERS = 4000
"""Of a draft. A model that writes more has lost its way, and is stopped."""
_PASSAGES = re.compile(r"\b(?:passage|excerpt|document|text)(?=s?\b)")
NO_VERDICTS = "the judge gave no verdicts"


@dataclass(frozen=True, eq=False)
class Written:
    """What became of a draft.

    `parts` are those that say something of the articles, `missing` is what the draft says that
    they do not hold, "" where it does not say what. `why_unjudged` is why no trusted judge checked
    it, "" if one did. `cut` says that the model was stopped before it ended.
    """

    evidence: Evidence
    parts: tuple[Part, ...]
    missing: tuple[str, ...] = ()
    why_unjudged: str = ""
    cut: bool = False


@dataclass(frozen=True, slots=True)
class ChatModels:
    """A language model that writes answers, its prompts, and the judge of what it writes."""

    llm: LLM
    prompts: Prompts
    judge: Examined | None = None


class Writer:
    """Has one language model write answers, and a judge check them. Safe to share between tasks."""

    def __init__(self, chat: ChatModels, words: Words) -> None:
        self.name = chat.llm.name
        self._llm = chat.llm
        self._prompts = chat.prompts
        self._words = words
        self._examined = chat.judge
        self._max_tokens = min(MAX_TOKENS, chat.llm.window // SHARE)

    async def trust(self) -> str:
        """Return why the judge is not trusted, "" if it is; the first time, hold the exam.

        Raises a ModelError where the judge, being the writer as well, does not answer.
        """
        if self._examined is None:
            return "no model is to judge it"
        name = self._examined.judge.llm.name
        try:
            grade = await self._examined.grade()
        except ContextLengthError as problem:
            return str(problem)
        except ModelError as problem:
            if self._examined.judge.llm is self._llm:
                raise
            return str(problem)
        if grade is None:
            return f"{name} has not taken the exam for judges; `dateline doctor` holds it"
        return "" if grade.passed else f"{name} did not pass the exam for judges ({grade})"

    async def write(
        self, asked: Asked, passages: Sequence[Passage]
    ) -> AsyncGenerator[Draft | Written]:
        """The draft in pieces, as the model writes it; at last, what of it may be said.

        Raises a ModelError when the model does not answer or breaks off. Closing the
        generator stops the model.
        """
        messages, passages = request(self._llm, self._prompts, asked, passages, self._max_tokens)
        draft = ""
        async with aclosing(self._llm.stream(messages, max_tokens=self._max_tokens)) as reply:
            async for piece in reply:
                yield Draft(piece)
                draft += piece
                if len(draft) > MAX_CHARACTERS:
                    break
        cut = reply.cut or len(draft) > MAX_CHARACTERS
        found = _claims(draft[reply.withdrawn :], len(passages), cut=cut)
        if reply.broken and not found:
            raise ModelAwayError(reply.broken)
        yield await self._checked(asked.query, found, Evidence(passages), cut)

    async def _checked(
        self, query: Query, claims: Sequence[Claim], evidence: Evidence, cut: bool
    ) -> Written:
        """What of the claims may be said."""
        verifier = Verifier(evidence, self._words, query.as_of)
        try:
            why_unjudged = await self.trust()
            draft = [] if why_unjudged else await asyncio.to_thread(verifier.to_judge, claims)
            verdicts = await self._verdicts(query, draft, evidence)
            if any(s.judged for s in draft) and not verdicts:
                why_unjudged = NO_VERDICTS
        except ModelError as problem:
            verdicts, why_unjudged = {}, str(problem)
        parts = await asyncio.to_thread(verifier.parts, claims, verdicts)
        named = [_named(c.missing, query, evidence) for c in claims if c.kind is Kind.ABSENCE]
        keeps = all(named) and not why_unjudged
        said = [_of_articles(p) for p in parts if keeps or p.claim.kind is not Kind.ABSENCE]
        return Written(evidence, tuple(said), tuple(dict.fromkeys(named)), why_unjudged, cut)

    async def _verdicts(
        self, query: Query, draft: Sequence[DraftSentence], evidence: Evidence
    ) -> dict[int, Verdict]:
        """The verdicts of the judge, by the place of the sentence in the draft."""
        if not (self._examined and draft):
            return {}
        asked = " / ".join([*query.context, query.text])
        today = query.as_of.isoformat() if query.as_of else ""
        return await self._examined.judge.verdicts(asked, today, draft, evidence)


def _of_articles(part: Part) -> Part:
    """A part that says what is missing speaks of articles: people see no passages."""
    if not part.says_what_is_missing:
        return part
    return replace(part, claim=replace(part.claim, text=_PASSAGES.sub("article", part.claim.text)))


def _claims(draft: str, passages: int, *, cut: bool) -> list[Claim]:
    """The claims of a draft, without the torn sentence at the end of one that was cut."""
    splitter = ClaimSplitter(passages)
    found = splitter.feed(draft)
    return found if cut else [*found, *splitter.finish()]


def _named(missing: str, query: Query, evidence: Evidence) -> str:
    """What is missing, if it is named in words of the question or the passages.

    So nothing can be told as news by saying that the passages do not mention it.
    """
    texts = (query.text, *query.context, *(p.text for p in evidence.passages))
    known = {term for text in texts for term in terms(text)}
    return missing if known.issuperset(terms(missing)) and "[" not in missing else ""
