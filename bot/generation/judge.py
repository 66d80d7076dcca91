"""Asks a language model which sentences of a draft the passages support: one request a draft.

The model sees the whole draft and the whole passages, and may correct what is wrong. Whether it
can be trusted is decided in `exam.py`, and what no model can allow in `verification/vetoes.py`.
"""

import json
from collections.abc import Iterable, Mapping, Sequence, Set
from contextlib import suppress
from typing import Any

from bot.llm import LLM, Completion, Message
from bot.verification.evidence import Evidence
from bot.verification.verdict import DraftSentence, Verdict
from index.errors import ContextLengthError, MalformedReplyError
from prompts import Prompts

TOKENS_A_CLAIM = 160
TOKENS = 200
"""Beside those for each claim."""
ATTEMPTS = 2
_VERDICT = {
    "n": {"type": "integer"},
    "evidence": {"type": "array", "items": {"type": "string"}},
    "why": {"type": "string"},
    "supported": {"type": "boolean"},
    "corrected": {"type": "string"},
}
_SCHEMA = {
    "type": "object",
    "properties": {
        "verdicts": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": _VERDICT,
                "required": [*_VERDICT],
                "additionalProperties": False,
            },
        }
    },
    "required": ["verdicts"],
    "additionalProperties": False,
}


class Judge:
    """Judges drafts with one language model. Safe to share between tasks."""

    def __init__(self, llm: LLM, prompts: Prompts) -> None:
        self.llm = llm
        self._prompts = prompts

    @property
    def fingerprint(self) -> str:
        """The fingerprint of what the model is asked; another one makes it another judge."""
        return self._prompts["judge"].fingerprint

    async def verdicts(
        self,
        question: str,
        today: str,
        draft: Sequence[DraftSentence],
        evidence: Evidence,
        attempts: int = ATTEMPTS,
    ) -> dict[int, Verdict]:
        """Return a verdict for each sentence to be judged, by its place in `draft`, from 0.

        What the model leaves out, or says in a way that cannot be read, it is asked again; what
        is missing after so many `attempts` has no verdict. Raises a ModelError when the model does
        not answer. Cancelling it stops the model.
        """
        wanted = [place for place, sentence in enumerate(draft) if sentence.judged]
        found: dict[int, Verdict] = {}
        for _ in range(attempts):
            if missing := [place for place in wanted if place not in found]:
                with suppress(MalformedReplyError):
                    reply = await self._ask(question, today, draft, evidence, missing)
                    found |= read_verdicts(reply.data or {}, {*missing}, evidence)
        return found

    async def _ask(
        self,
        question: str,
        today: str,
        draft: Sequence[DraftSentence],
        evidence: Evidence,
        wanted: Sequence[int],
    ) -> Completion:
        shown = shown_to_judge(question, today, draft, evidence, wanted)
        # As JSON, no article can end its own field and go on as if it were the instructions.
        asked = json.dumps(shown, ensure_ascii=False, indent=1)
        messages = [Message("system", self._prompts["judge"].fill()), Message("user", asked)]
        tokens = TOKENS + TOKENS_A_CLAIM * len(wanted)
        if self.llm.room(messages, tokens) < 0:
            raise ContextLengthError(
                f"{self.llm.name} has no room to judge this; raise CHAT_WINDOW"
            )
        return await self.llm.complete(messages, max_tokens=tokens, schema=_SCHEMA)


def shown_to_judge(
    question: str,
    today: str,
    draft: Sequence[DraftSentence],
    evidence: Evidence,
    wanted: Sequence[int],
) -> dict[str, Any]:
    """The message to a judge about a draft, of which it is to judge the sentences at `wanted`."""
    return {
        "today": today,
        "question": question,
        "passages": [*_passages(evidence, draft)],
        "draft": [_shown(place, sentence, wanted) for place, sentence in enumerate(draft)],
    }


def _passages(evidence: Evidence, draft: Sequence[DraftSentence]) -> Iterable[Mapping[str, Any]]:
    """The passages of the articles that are cited; all of them where a sentence cites none."""
    every = dict(enumerate(evidence.passages, 1))
    judged = [s for s in draft if s.judged]
    sources = {every[n].source for s in judged for n in s.cites if n in every}
    uncited = any(not every.keys() & {*s.cites} for s in judged)
    for number, passage in every.items():
        if not uncited and passage.source not in sources:
            continue
        yield {
            "passage": number,
            "title": passage.title,
            "published": passage.published and passage.published.isoformat(),
            "sentences": {s.number: s.text for s in evidence.of([number])},
        }


def _shown(place: int, sentence: DraftSentence, wanted: Sequence[int]) -> Mapping[str, Any]:
    """A sentence as the judge sees it; those that it has judged already are only read."""
    if place not in wanted:
        return {"sentence": sentence.text}
    asked = {"n": place + 1, "sentence": sentence.text, "cites": list(sentence.cites)}
    return asked | ({"problem": sentence.problem} if sentence.problem else {})


def read_verdicts(
    reply: Mapping[str, Any], wanted: Set[int], evidence: Evidence
) -> dict[int, Verdict]:
    """The verdicts in a reply that can be read, by the place of the sentence from 0."""
    rows = reply.get("verdicts")
    found: dict[int, Verdict] = {}
    for row in rows if isinstance(rows, list) else ():
        place = _place(row)
        if place in wanted and isinstance(row.get("supported"), bool):
            found[place] = _verdict(row, evidence)
    return found


def _place(row: object) -> int:
    number = row.get("n") if isinstance(row, dict) else None
    return number - 1 if isinstance(number, int) else -1


def _verdict(row: Mapping[str, Any], evidence: Evidence) -> Verdict:
    named = row.get("evidence")
    supported = row["supported"]
    return Verdict(
        supported=supported,
        evidence=evidence.named(named if isinstance(named, list) else ()),
        why=_line(row.get("why")),
        corrected=_line(row.get("corrected")),
    )


def _line(text: object) -> str:
    return " ".join(text.split()) if isinstance(text, str) else ""
