"""Whether every sentence of a response is supported by its contexts, by Dateline's verifier."""

import asyncio
import re
from collections.abc import Sequence, Set
from typing import Any

from llama_index.core.base.response.schema import Response
from llama_index.core.evaluation import BaseEvaluator, EvaluationResult
from llama_index.core.llms import LLM

from bot.answer import Status
from bot.generation.exam import Examined
from bot.generation.judge import Judge
from bot.llm.llamaindex import LlamaIndexModel
from bot.verification.citations import Part
from bot.verification.claims import Claim, Kind, claims
from bot.verification.days import days
from bot.verification.evidence import Evidence
from bot.verification.verdict import Verdict
from bot.verification.verifier import Verifier
from index.article import Passage
from index.embedding.similarity import Words
from index.embedding.static import StaticEmbedder
from index.errors import ModelError
from index.text.analyzer import terms
from prompts import Prompts

_NOTE = re.compile(r"\s*\[([^\[\]]*)\]")
PATIENCE = 120.0
"""Seconds that the judge may be silent."""
CLAIMS_NOTHING = (Status.ABSTAINED.value, Status.CLARIFY.value, Status.REPLY.value)
UNJUDGED = "No language model judged it: only near copies of the contexts count as supported."


class DatelineFaithfulnessEvaluator(BaseEvaluator):  # type: ignore[misc]  # any type
    """Checks each sentence of a response against the contexts; takes no part in writing it.

    `score` is the share of supported sentences, `passing` whether it reaches `threshold`, and
    `feedback` has a line for each sentence that is not supported, with the reason.

    With an `llm`, that model judges the sentences, once it has passed Dateline's exam for judges,
    a few requests long. Figures, dates, quotations and addresses that are not in the contexts are
    never supported, whatever it says. Without one, or with one that fails the exam, a sentence
    is supported if a context has it nearly word for word. A response that declines, or asks back,
    claims nothing and passes.
    """

    def __init__(self, llm: LLM | None = None, *, threshold: float = 1.0) -> None:
        self._threshold = threshold
        self._words = Words(StaticEmbedder())
        self._examined: Examined | None = None
        if llm is not None:
            model = LlamaIndexModel(llm, None, PATIENCE)
            self._examined = Examined(Judge(model, Prompts()))

    def _get_prompts(self) -> dict[str, Any]:
        return {}

    def _update_prompts(self, prompts: dict[str, Any]) -> None:
        pass

    async def aevaluate(
        self,
        query: str | None = None,
        response: str | None = None,
        contexts: Sequence[str] | None = None,
        **_: Any,
    ) -> EvaluationResult:
        """Check a response; raises ValueError where it or the contexts are missing."""
        if response is None or contexts is None:
            raise ValueError("response and contexts must be given")
        asked = {"query": query, "response": response, "contexts": [*contexts]}
        try:
            said, note = await self._checked(query or "", response, contexts)
        except ModelError as problem:
            return EvaluationResult(**asked, invalid_result=True, invalid_reason=str(problem))
        left = [part for part in said if not _is_supported(part, contexts)]
        score = 1 - len(left) / len(said) if said else 1.0
        told = [f"Not supported: {part.claim.text} ({part.why})" for part in left]
        told = told or ["All sentences are supported." if said else "The response claims nothing."]
        feedback = "\n".join([*told, *filter(None, [note])])
        passing = score >= self._threshold
        return EvaluationResult(**asked, score=score, passing=passing, feedback=feedback)

    async def aevaluate_response(
        self, query: str | None = None, response: Response | None = None, **more: Any
    ) -> EvaluationResult:
        """Check a response against its source nodes."""
        if response is not None and (response.metadata or {}).get("status") in CLAIMS_NOTHING:
            feedback = "The response claims nothing."
            return EvaluationResult(
                query=query, response=str(response), score=1.0, passing=True, feedback=feedback
            )
        return await super().aevaluate_response(query, response, **more)

    async def _checked(
        self, query: str, response: str, contexts: Sequence[str]
    ) -> tuple[list[Part], str]:
        """The sentences that claim something, and what to say of how they were checked."""
        evidence = Evidence([_passage(n, text) for n, text in enumerate(contexts, 1)])
        verifier = Verifier(evidence, self._words)
        found = await asyncio.to_thread(claims, response, len(contexts))
        verdicts, note = await self._verdicts(query, verifier, found, evidence)
        parts = await asyncio.to_thread(verifier.parts, found, verdicts)
        return [part for part in parts if part.claim.kind is Kind.CLAIM], note

    async def _verdicts(
        self, query: str, verifier: Verifier, found: Sequence[Claim], evidence: Evidence
    ) -> tuple[dict[int, Verdict], str]:
        """What a trusted judge says of the claims, and why there is none."""
        if self._examined is None or not evidence.passages:
            return {}, UNJUDGED
        judge, grade = self._examined.judge, await self._examined.take()
        if not grade.passed:
            return {}, f"{UNJUDGED} {judge.llm.name} failed the exam for judges ({grade})."
        draft = await asyncio.to_thread(verifier.to_judge, found)
        return await judge.verdicts(query, "", draft, evidence), ""


def _passage(number: int, text: str) -> Passage:
    return Passage(str(number), "", None, None, text, 0, len(text))


def _is_supported(part: Part, contexts: Sequence[str]) -> bool:
    """Whether a sentence may be said in its own words; a verbatim copy may, whatever it is of."""
    if part.is_said and not part.quoted:
        return True
    known = {*terms(" ".join(contexts))}
    copied = _in_one_line(_NOTE.sub(lambda note: _kept(note, known), part.claim.text))
    return any(copied in _in_one_line(context) for context in contexts)


def _kept(note: re.Match[str], known: Set[str]) -> str:
    """What stays of a note in brackets: nothing where it is a date, or names what is known.

    Dateline writes such notes into its quotes: "on Thursday [2 May 2024]", "He [Olof Brandt]".
    """
    is_own = bool(days(note[1])) or {*terms(note[1])} <= known
    return "" if is_own else note[0]


def _in_one_line(text: str) -> str:
    return " ".join(text.split())
