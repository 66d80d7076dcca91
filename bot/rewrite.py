"""A question and its conversation into one query, without a language model."""

import re
from collections.abc import Sequence
from datetime import date

import numpy as np

from bot.answer import Turn
from index.retriever import Query
from index.terms import terms_of_word
from index.words import Words

SAYS_LITTLE = 18.0
"""Below this sum of its words' idf, a question is taken to lean on the conversation."""
SAYS_SOMETHING = 6.0
"""From this sum on, what stands before a pronoun is what it stands for."""
ALIKE = 0.3
"""From this cosine on, two questions are about the same matter."""
TELLING = 4.5
"""From this idf on, so are two questions that share a word."""
_WORD = re.compile(r"\w+")
_OPENING = re.compile(
    r"\W*(?:(?:and|but|or|so|then|also|what about|how about|what else|who else|yes|no|ok|okay"
    r"|i mean|i meant|why not|how so)\b|why\W*$)",
    re.IGNORECASE,
)
_POINTING = re.compile(
    r"\b(?:he|she|it|they|him|hers?|his|its|them|theirs?|(?:him|her|it)self|themselves|else"
    r"|an?other|others?|ones?|same|instead|more about|there|too|again|latter|former|above)\b"
    r"|(?:^|\b(?:do|does|did|is|was|are|were|will|can|could|would|has|have|had|of|in|on|at|to|for"
    r"|by|with|from|about|and|but|why|how|when|where|who|what)\s+)(?:this|that|these|those|such)\b"
    r"(?!\s+(?:second|minute|hour|day|week|weekend|month|year|season|summer|winter|spring|fall"
    r"|autumn|morning|evening|century|decade|time)\b)",
    re.IGNORECASE,
)


def rewrite(question: str, history: Sequence[Turn], as_of: date | None, words: Words) -> Query:
    """The question, with what it needs of the previous question and the conversation's first.

    One that leans on the conversation gets both; one that stands by itself only what is about
    the same matter, so that a new matter is searched for alone.
    """
    asked = [turn.content for turn in history if turn.role == "user"]
    context = [c for c in dict.fromkeys([*asked[-1:], *asked[:1]]) if c != question]
    if not leans(question, words):
        context = [c for c in context if _same_matter(question, c, words)]
    return Query(question, tuple(context), as_of)


def leans(question: str, words: Words) -> bool:
    """Whether a question makes sense only after another: “And he?”, “How many are there?”."""
    return bool(
        _OPENING.match(question)
        or _said(question, words) < SAYS_LITTLE
        or any(
            _said(question[: pointer.start()], words) < SAYS_SOMETHING
            for pointer in _POINTING.finditer(question)
        )
    )


def _said(text: str, words: Words) -> float:
    return sum(_idf(text, words).values())


def _same_matter(question: str, other: str, words: Words) -> bool:
    ours, theirs = _idf(question, words), _idf(other, words)
    if any(ours[term] >= TELLING for term in ours.keys() & theirs.keys()):
        return True
    a, b = (words.vectors(_WORD.findall(text.lower())).sum(axis=0) for text in (question, other))
    return bool(a @ b >= ALIKE * np.linalg.norm(a) * np.linalg.norm(b) > 0)


def _idf(text: str, words: Words) -> dict[str, float]:
    """The idf in English of every search term."""
    found = {word.lower() for word in _WORD.findall(text)}
    return {term: words.idf(word) for word in sorted(found) for term in terms_of_word(word)}
