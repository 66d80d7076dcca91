"""A check of written claims beside the deterministic one: a language model judges each again.

It only takes away: what the deterministic check refuses it never sees. It knows nothing of
drafts, nor of what becomes of a refused claim.
"""

import json
from collections.abc import Sequence
from typing import Protocol

from bot.answer import Citation
from bot.llm import LLM, Message
from index.errors import ModelError
from prompts import Prompts

MAX_TOKENS = 500
"""Of a verdict: it is one short sentence and a word, but some models think before they write."""
_VERDICTS = ("supported", "unsupported")
_SCHEMA = {
    "type": "object",
    "properties": {"why": {"type": "string"}, "verdict": {"type": "string", "enum": [*_VERDICTS]}},
    "required": ["why", "verdict"],
    "additionalProperties": False,
}


class SecondCheck(Protocol):
    """Anything that can say whether quotes support a claim. Safe to share between tasks."""

    async def refusal(self, claim: str, quotes: Sequence[Citation]) -> str:
        """Why the quotes do not support the claim, "" if they do; ModelError if it cannot tell."""


class ModelCheck(SecondCheck):
    """Asks a language model, claim by claim."""

    def __init__(self, llm: LLM, prompts: Prompts) -> None:
        self._llm = llm
        self._prompts = prompts

    async def refusal(self, claim: str, quotes: Sequence[Citation]) -> str:
        """The model's reason, in its words. Cancelling it stops the model."""
        evidence = [
            {"title": q.title, "published": q.published and str(q.published), "text": q.quote}
            for q in quotes
        ]
        # As JSON, no article can end its own field and go on as if it were the instructions.
        shown = json.dumps({"evidence": evidence, "claim": claim}, ensure_ascii=False, indent=1)
        asked = [Message("system", self._prompts["check"].fill()), Message("user", shown)]
        reply = await self._llm.complete(asked, max_tokens=MAX_TOKENS, schema=_SCHEMA)
        said = reply.data or {}
        if said.get("verdict") not in _VERDICTS:
            raise ModelError(f"{self._llm.name} gave no verdict")
        if said["verdict"] == _VERDICTS[0]:
            return ""
        return " ".join(str(said["why"]).split()) or "the passages cited do not say this"
