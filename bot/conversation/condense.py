"""A question that leans on its conversation, worded by a language model to stand by itself.

It is an aid to searching: where the model is slow, fails, or says what was not said before, the
question stays as it was. It knows nothing of passages and answers.
"""

import asyncio
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from bot.answer import Turn
from bot.llm import LLM, Message, estimated_tokens
from index.errors import ModelError
from index.retriever import Query
from index.terms import terms
from prompts import Prompts, fenced

SECONDS = 10.0
"""How long a better question is waited for."""
MAX_TOKENS = 300
HISTORY_TOKENS = 1500
LONGEST = 400
"""Characters."""
KEPT = 0.5
"""The share of the question's own search terms that its rewording must keep."""
_ASKS = re.compile(r"\b(?:who|whom|whose|what|which|when|where|why|how)\b", re.IGNORECASE)
_LABEL = re.compile(r"^(?:\w+ ){0,2}question: *", re.IGNORECASE)


async def condense(query: Query, history: Sequence[Turn], llm: LLM, prompts: Prompts) -> Query:
    """The query with its question reworded, or as it is. Cancelling it stops the model."""
    turns = _newest(history, min(HISTORY_TOKENS, llm.window // 2))
    asked = prompts["rewrite_question"].fill(
        conversation="\n".join(f"{turn.role}: {fenced(turn.content)}" for turn in turns),
        question=fenced(query.text),
    )
    messages = [Message("system", prompts["rewrite"].text), Message("user", asked)]
    with suppress(ModelError, TimeoutError):
        async with asyncio.timeout(SECONDS):
            reply = await llm.complete(messages, max_tokens=MAX_TOKENS)
        text = _LABEL.sub("", " ".join(reply.text.split())).strip('"“” ')
        if not reply.cut and _may_stand_for(text, query.text, turns):
            return replace(query, text=text)
    return query


def _may_stand_for(text: str, question: str, turns: Sequence[Turn]) -> bool:
    """Whether a rewording says nothing that was not said, and still asks the question."""
    said = {term for part in (question, *(turn.content for turn in turns)) for term in terms(part)}
    own, found = {*terms(question)}, {*terms(text)}
    return (
        0 < len(text) <= LONGEST
        and bool(found)
        and found <= said
        and len(own & found) >= KEPT * len(own)
        and _asks(question) <= _asks(text)
    )


def _asks(question: str) -> set[str]:
    return {word.lower() for word in _ASKS.findall(question)}


def _newest(history: Sequence[Turn], tokens: int) -> list[Turn]:
    """The last turns, as many as fit."""
    found: list[Turn] = []
    for turn in reversed(history):
        tokens -= estimated_tokens(turn.content)
        if tokens < 0:
            break
        found.insert(0, turn)
    return found
