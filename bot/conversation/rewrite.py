"""A question and its conversation into one query, without a language model."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from bot.answer import Turn
from bot.conversation.clarify import meant, options_of
from bot.conversation.leaning import leans, same_matter
from index.retriever import Query
from index.words import Words


def rewrite(question: str, history: Sequence[Turn], as_of: date | None, words: Words) -> Query:
    """The question, with what it needs of the previous question and the conversation's first.

    One that leans on the conversation gets both; one that stands by itself only what is about
    the same matter, so that a new matter is searched for alone. A reply to what was asked back
    adds to the question it was asked about.
    """
    asked = _asked(history)
    reply = _reply(question, history[-1]) if asked else None
    if reply is not None:
        return Query(asked[-1], reply, as_of)
    context = [c for c in dict.fromkeys([*asked[-1:], *asked[:1]]) if c != question]
    if not leans(question, words):
        context = [c for c in context if same_matter(question, c, words)]
    return Query(question, tuple(context), as_of)


def _asked(history: Sequence[Turn]) -> list[str]:
    """What the person asked, in order; of a reply to what was asked back, what it means."""
    asked: list[str] = []
    for before, turn in pairwise([Turn("assistant", ""), *history]):
        if turn.role == "user":
            reply = _reply(turn.content, before)
            asked += [turn.content] if reply is None else reply
    return asked


def _reply(text: str, before: Turn) -> tuple[str, ...] | None:
    options = options_of(before.content) if before.role == "assistant" else ()
    return meant(text, options) if options else None
