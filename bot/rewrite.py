"""A question and its conversation into one query, without a language model."""

from collections.abc import Sequence
from datetime import date

from bot.answer import Turn
from index.retriever import Query


def rewrite(question: str, history: Sequence[Turn], as_of: date | None) -> Query:
    """The question, with the previous question and the conversation's first one as context."""
    asked = [turn.content for turn in history if turn.role == "user"]
    context = tuple(dict.fromkeys([*asked[-1:], *asked[:1]]))
    return Query(question, tuple(c for c in context if c != question), as_of)
