"""Has a language model reword a follow-up as a complete question.

It helps the search: where the model is slow, fails, or adds what nobody said, the follow-up stays
as it was.
"""

import asyncio
import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import replace

from bot.answer import Turn
from bot.llm import LLM, Message, estimated_tokens
from bot.wording import is_light, meanings
from index.errors import ModelError
from index.search.retriever import Query
from index.text.analyzer import terms
from prompts import Prompts, fenced

SECONDS = 10.0
"""How long a better question is waited for."""
MAX_TOKENS = 300
HISTORY_TOKENS = 1500
LONGEST = 400
"""Characters."""
KEPT = 0.5
"""The share of the question's own telling search terms that its rewording must keep."""
_ASKING = (
    "cause reason detail know known information further event situation matter mention regarding"
)
"""Words that ask for something and name nothing."""
_ASKS = re.compile(r"\b(?:who|whom|whose|what|which|when|where|why|how)\b", re.IGNORECASE)
_LABEL = re.compile(r"^(?:\w+ ){0,2}question: *", re.IGNORECASE)


async def condense(query: Query, history: Sequence[Turn], llm: LLM, prompts: Prompts) -> Query:
    """Return the query with its question reworded, or as it is. Cancelling it stops the model."""
    turns = newest(history, min(HISTORY_TOKENS, llm.window // 2))
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
    """Tell whether a rewording adds nothing that nobody said, and still asks the question.

    Light words such as “happen” may be added, and a word said in another way: “win” for “won”.
    """
    said = {term for part in (question, *(turn.content for turn in turns)) for term in terms(part)}
    own, found = _telling(question), _telling(text)
    return (
        0 < len(text) <= LONGEST
        and bool(terms(text))
        and all(_is_among(term, said) for term in found)
        and sum(_is_among(term, found) for term in own) >= KEPT * len(own)
        and _asks(question) <= _asks(text)
    )


def _telling(text: str) -> set[str]:
    """Return the search terms that a rewording may not add or leave out at will."""
    return {term for term in terms(text) if not is_light(term)} - {*terms(_ASKING)}


def _is_among(term: str, others: AbstractSet[str]) -> bool:
    """Tell whether a term is one of the others, or says much the same as one."""
    return term in others or any(not meanings(term).isdisjoint(meanings(o)) for o in others)


def _asks(question: str) -> set[str]:
    return {word.lower() for word in _ASKS.findall(question)}


def newest(history: Sequence[Turn], tokens: int) -> list[Turn]:
    """The last turns, as many as fit into so many tokens, in their order."""
    found: list[Turn] = []
    for turn in reversed(history):
        tokens -= estimated_tokens(turn.content)
        if tokens < 0:
            break
        found.insert(0, turn)
    return found
