"""An answer written by a language model, of which only what the passages support is kept.

Each claim is checked as soon as it is written. Those that fail are asked for once more and
checked again; what fails then is left out. It searches nothing, and does not know whether the
passages hold an answer at all.
"""

import asyncio
import re
from collections import defaultdict
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace

from bot.answer import Citation, Draft
from bot.llm import LLM, Message, estimated_tokens
from bot.second_check import SecondCheck
from bot.verification.claims import Claim, ClaimSplitter, Kind, claims
from bot.verification.numbering import Said
from bot.verification.support import Verifier
from bot.verification.verdict import Unsupported
from index.article import Passage
from index.errors import ContextLengthError, ModelError
from index.retriever import Query
from index.terms import terms
from index.words import Words
from prompts import Prompts, fenced

MAX_TOKENS = 1500
"""Of a reply: an answer takes a tenth of them, but some models think before they write."""
SHARE = 5
"""A reply may take this part of a small window; the rest is for what the model is given."""
MAX_CHARACTERS = 2500
"""Of a draft. A model that writes more has lost its way, and is stopped."""
_LOWER = re.compile(r"\b[a-z]+\b")
_ITEM = re.compile(r"(\d+)[.)]")


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a draft.

    `said` are its parts, with no quotes where they may not be said. `missing` is what it says
    that the passages do not hold, "" where it does not say what. `left_out` is how many claims
    no passage supports. `cut` says that the model was stopped before it came to an end, and
    `check_failed` that the second check could not be made of all that is said.
    """

    said: tuple[Said, ...]
    missing: tuple[str, ...] = ()
    left_out: int = 0
    cut: bool = False
    check_failed: bool = False


class Writer:
    """Has one language model write answers. Safe to share between tasks."""

    def __init__(
        self, llm: LLM, prompts: Prompts, words: Words, second_check: SecondCheck | None = None
    ) -> None:
        self.name = llm.name
        self._llm = llm
        self._prompts = prompts
        self._words = words
        self._second_check = second_check
        self._max_tokens = min(MAX_TOKENS, llm.window // SHARE)

    async def write(
        self, query: Query, passages: Sequence[Passage]
    ) -> AsyncGenerator[Draft | Written]:
        """The draft in pieces, as the model writes it; at last, what of it may be said.

        Raises a ModelError when the model does not answer or breaks off. Closing the
        generator stops the model.
        """
        messages, passages = self._fitting(query, passages)
        checks = _Checks(query, passages, self._words, self._second_check)
        splitter = ClaimSplitter(len(passages))
        draft = ""
        async with aclosing(self._llm.stream(messages, max_tokens=self._max_tokens)) as reply:
            async for piece in reply:
                yield Draft(piece)
                draft += piece
                await checks.add(splitter.feed(piece))
                if len(draft) > MAX_CHARACTERS:
                    break
        cut = reply.cut or len(draft) > MAX_CHARACTERS
        if not cut:  # else the last sentence is torn
            await checks.add(splitter.finish())
        if failed := checks.failed():
            asked = [*messages, Message("assistant", draft), self._complaint(failed)]
            await checks.put_right(await self._second_draft(asked))
        yield checks.written(cut)

    def _fitting(
        self, query: Query, passages: Sequence[Passage]
    ) -> tuple[list[Message], Sequence[Passage]]:
        """The request, with as many of the best passages as the model has room for."""
        room = self._llm.room(self._request(query, ()), self._max_tokens)
        fitting = 0
        for n, passage in enumerate(passages, 1):
            room -= estimated_tokens(_shown(n, passage))
            if room < 0:
                break
            fitting = n
        if not fitting:
            raise ContextLengthError(
                f"{self.name} has no room for a passage beside the question; raise CHAT_WINDOW"
            )
        return self._request(query, passages[:fitting]), passages[:fitting]

    def _request(self, query: Query, passages: Sequence[Passage]) -> list[Message]:
        rules = self._prompts["answer"].fill(today=query.as_of or "not known")
        asked = self._prompts["answer_question"].fill(
            passages="\n".join(_shown(n, p) for n, p in enumerate(passages, 1)),
            earlier="\n".join(map(fenced, query.context)) or "none",
            question=fenced(query.text),
        )
        return [Message("system", rules), Message("user", asked)]

    def _complaint(self, failed: Sequence["_Part"]) -> Message:
        failures = "\n".join(f"{n}. {p.claim.text} ({p.why})" for n, p in enumerate(failed, 1))
        return Message("user", self._prompts["answer_again"].fill(failures=failures))

    async def _second_draft(self, asked: Sequence[Message]) -> str:
        draft = ""
        with suppress(ModelError):  # what was written first is an answer without it
            async with aclosing(self._llm.stream(asked, max_tokens=self._max_tokens)) as reply:
                async for piece in reply:
                    draft += piece
                    if len(draft) > MAX_CHARACTERS:
                        break
        return draft


def _shown(number: int, passage: Passage) -> str:
    """A passage as the model sees it."""
    facts = {"number": number, "published": passage.published or "unknown"}
    facts |= {"source": passage.source, "title": passage.title}
    told = " ".join(f'{name}="{_attribute(value)}"' for name, value in facts.items())
    return f"<passage {told}>\n{fenced(passage.text)}\n</passage>"


def _attribute(value: object) -> str:
    return " ".join(fenced(str(value)).replace('"', "”").split())


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a draft: the quotes it rests on, or else why it may not be said.

    A heading that may stand, and a statement of absence, have neither.
    """

    claim: Claim
    quotes: tuple[Citation, ...] = ()
    why: str = ""


class _Checks:
    """The parts of one draft, each checked once. Checking blocks, so it is done in threads."""

    def __init__(
        self,
        query: Query,
        passages: Sequence[Passage],
        words: Words,
        second_check: SecondCheck | None,
    ) -> None:
        self.parts: list[_Part] = []
        self._second_check = second_check
        self._check_failed = False
        self._query = query
        self._passages = passages
        self._verifier = Verifier(passages, words)
        self._told: list[set[str]] = []

    async def add(self, found: Sequence[Claim]) -> None:
        """Check what was just written."""
        if found:
            self.parts += await self._checked(found)

    def failed(self) -> list[_Part]:
        """The claims that no passage supports."""
        return [part for part in self.parts if part.why]

    async def put_right(self, second_draft: str) -> None:
        """Put what may be said of a second draft in the places of the claims that failed."""
        found = claims(second_draft, len(self._passages))
        right: dict[int, list[_Part]] = defaultdict(list)
        place = 1
        for part in await self._checked(found):
            if number := _ITEM.search(part.claim.before):
                place = int(number[1])
            if part.quotes:
                right[place].append(part)
        places = iter(range(1, len(self.parts) + 1))
        self.parts = [
            put
            for part in self.parts
            for put in (_in_place_of(part, right[next(places)]) if part.why else [part])
        ]

    def written(self, cut: bool) -> Written:
        """What may be said, and what became of the rest."""
        absent = [p.claim.missing for p in self.parts if p.claim.kind is Kind.ABSENCE]
        return Written(
            said=tuple((p.claim, p.quotes) for p in self.parts if p.claim.kind is not Kind.ABSENCE),
            missing=tuple(dict.fromkeys(map(self._named, absent))),
            left_out=len(self.failed()),
            cut=cut,
            check_failed=self._check_failed,
        )

    async def _checked(self, found: Sequence[Claim]) -> list[_Part]:
        """The claims with their verdicts, without those that are said already."""
        checked = await asyncio.to_thread(lambda: [*filter(None, map(self._check, found))])
        return [await self._checked_again(part) for part in checked]

    async def _checked_again(self, part: _Part) -> _Part:
        """The part, refused if the second check refuses it; what that cannot tell stands."""
        if not (self._second_check and part.quotes):
            return part
        try:
            why = await self._second_check.refusal(part.claim.text, part.quotes)
        except ModelError:
            self._check_failed = True
            return part
        return _Part(part.claim, why=why) if why else part

    def _check(self, claim: Claim) -> _Part | None:
        """The claim with its verdict; None if it is said already, or a heading that says more."""
        if claim.kind is Kind.ABSENCE:
            return _Part(claim)
        if claim.kind is Kind.HEADING:
            return _Part(claim) if self._verifier.states_nothing_new(claim) else None
        if why := _no_statement(claim):
            return _Part(claim, why=why)
        told = {*terms(claim.text)}
        if any(told <= before for before in self._told):  # small models repeat themselves
            return None
        verdict = self._verifier.check(claim)
        if isinstance(verdict, Unsupported):
            return _Part(claim, why=verdict.explanation)
        self._told.append(told)
        return _Part(claim, verdict.quotes)

    def _named(self, missing: str) -> str:
        """What is missing, if it is told in words of the question or the passages."""
        texts = (self._query.text, *self._query.context, *(p.text for p in self._passages))
        known = {term for text in texts for term in terms(text)}
        return missing if known.issuperset(terms(missing)) and "[" not in missing else ""


def _no_statement(claim: Claim) -> str:
    """Why a claim states nothing, if so: of names and numbers alone nobody knows what is meant."""
    if claim.text.endswith("?"):
        return "this is a question"
    words = _LOWER.findall(f"{claim.lead} {claim.text}")
    return "" if any(terms(word) for word in words) else "this is not a whole sentence"


def _in_place_of(failed: _Part, right: Sequence[_Part]) -> Sequence[_Part]:
    """The parts that mend a failed one, laid out as it was; itself if there are none."""
    befores = [failed.claim.before, *[" "] * len(right)]
    laid = zip(right, befores, strict=False)
    return [replace(p, claim=replace(p.claim, before=before)) for p, before in laid] or [failed]
