"""Turns a question and its conversation into the queries it can mean, without a language model."""

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from bot.answer import Turn
from bot.conversation.clarify import meant, options_of, was_asked_back
from bot.conversation.followup import hints_back, is_complete, is_followup, is_sentence, same_topic
from index.embedding.similarity import Words
from index.search.retriever import Query

MARGIN = 0.2
"""A reading that is not the preferred one must be surer by this much."""
_WORD = re.compile(r"[^\W_]+")
_COURTESIES = (
    "hi hello hey bye goodbye thanks thank thx ty cheers please sorry you your so very much a lot"
    " for that it is was the help ok okay oh ah wow cool nice great good perfect awesome fine well"
    " yes no yeah yep nope lol haha i see got understood right sure welcome"
)


def readings(
    question: str, history: Sequence[Turn], as_of: date | None, words: Words
) -> tuple[Query, ...]:
    """Return one or two queries for a question, the preferred one first; see `surest`.

    A follow-up takes what it needs from the questions before it. A complete question on
    another topic takes nothing. Whatever may be either is read in both ways.
    """
    asked = _questions(history)
    reply = _reply(question, history[-1]) if asked else None
    if reply is not None:
        return (Query(asked[-1].text, reply, as_of, is_explained=True),)
    alone = Query(question, (), as_of)
    context = tuple(c for c in dict.fromkeys(_context(question, asked, words)) if c != question)
    if not context:
        return (alone,)
    return _preferred(alone, Query(question, context, as_of), words)


def surest(confidences: Sequence[float]) -> int:
    """Return the place of the reading to keep: the first, unless another is clearly surer."""
    margins = [confidence - MARGIN * bool(n) for n, confidence in enumerate(confidences)]
    return margins.index(max(margins))


def _preferred(alone: Query, leaning: Query, words: Words) -> tuple[Query, ...]:
    """Return the readings of a question that are worth a search, the likelier one first."""
    question = alone.text
    if is_followup(question, words):
        return (leaning,)
    complete = is_complete(question, words)
    if hints_back(question) or not (complete or is_sentence(question)):
        return leaning, alone
    new = not any(same_topic(question, c, words) for c in leaning.context)
    return (alone,) if new and complete and is_sentence(question) else (alone, leaning)


class _Asked(NamedTuple):
    """What the person asked in an earlier turn, and the answer to it."""

    text: str
    answer: str


def _context(question: str, asked: Sequence[_Asked], words: Words) -> list[str]:
    """Return what a follow-up takes along: the last question, and the one that it goes back to.

    That is the first of the conversation where it has the same topic, else the one before.
    """
    if len(asked) < 2:
        return [earlier.text for earlier in asked]
    first, *_, last = asked
    later = [question, *(earlier.text for earlier in asked[1:])]
    if any(same_topic(one, other, words) for one in first for other in later):
        return [last.text, first.text]
    return [last.text] if is_complete(last.text, words) else [last.text, asked[-2].text]


def _questions(history: Sequence[Turn]) -> list[_Asked]:
    """Return what the person asked, in order; of a reply to a clarification, what it means.

    Turns such as “Thanks!” ask nothing.
    """
    nothing = Turn("assistant", "")
    found = []
    around = zip([nothing, *history[:-1]], history, [*history[1:], nothing], strict=True)
    for before, turn, after in around if history else ():
        if turn.role == "user" and _asks(turn.content):
            reply = _reply(turn.content, before)
            answer = after.content if after.role == "assistant" else ""
            said = [turn.content] if reply is None else reply
            found += [_Asked(text, answer) for text in said]
    return found


def _asks(text: str) -> bool:
    """Tell whether a turn says more than a courtesy such as “Thanks!”."""
    return not {*_WORD.findall(text.lower())} <= {*_COURTESIES.split()}


def _reply(text: str, before: Turn) -> tuple[str, ...] | None:
    if before.role != "assistant" or not was_asked_back(before.content):
        return None
    return meant(text, [option.title for option in options_of(before.content)])
