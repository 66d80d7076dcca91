"""Asks back when a question can be meant in more than one way, and reads the reply.

Which articles can be meant is an argument, with the confidence that each answers the question.
A question that was asked back is recognised in a conversation by its wording.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from bot.answer import Option, Turn
from bot.conversation.followup import (
    informativeness,
    is_followup,
    leaves_unnamed,
    names_something,
    same_topic,
)
from bot.conversation.task import task_of
from index.embedding.similarity import Words
from index.search.retriever import Query
from index.text.analyzer import terms

ASKING = "Which of these do you mean, or what else?"
WHOM = "Whom do you mean? Please name the person."
WHAT = "What do you mean? Please name it."
OPTIONS = 3
CLOSE = 0.15
"""An option less sure than the best by more than this is not what is meant."""
SAYS_NOTHING = 10.0
"""A follow-up that says less than this cannot be searched for without the turn before it."""
AT_LENGTH = 40.0
"""A question that says more than this (see `informativeness`) describes what it does not name."""
_TITLE = 120
_OPTION = re.compile(r"^\d\. (.+) · (.+)$", re.MULTILINE)
_PERSON = re.compile(r"\b(?:he|she|him|his|hers?)\b", re.IGNORECASE)
_ORDINALS = ("first", "second", "third"), ("1st", "2nd", "3rd"), ("one", "two", "three")
_PICK = re.compile(
    r"\W*(?:(?:i mean|i meant|option|number|no|the)\b\W*)*"
    r"(?:(\d{1,3})|(first|second|third|1st|2nd|3rd|one|two|three)|(last|latter)|(both|all|any|either))"
    r"(?:\s+(?:one|option|article|story|of (?:them|these|those)))?\W*",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"\W*(?:who|whose|whom|what|which|when|where|why|how|is|are|was|were|do|does|did|can|could"
    r"|will|would|should|has|have|had|tell|show|give|list|explain|describe)\b|.*\?\W*$",
    re.IGNORECASE | re.DOTALL,
)


class Candidate(NamedTuple):
    """An article that can be meant, its story, and how likely it answers the question."""

    option: Option
    story: int
    confidence: float


class Clarification(NamedTuple):
    """What is asked back, with the articles to choose from, if any; `text` lists them."""

    text: str
    options: tuple[Option, ...] = ()


def asking_back(
    query: Query,
    history: Sequence[Turn],
    candidates: Sequence[Candidate],
    threshold: float,
    words: Words,
) -> Clarification | None:
    """Return what to ask back, None where the question is clear.

    Only candidates that reach the threshold are offered. The question is asked once more
    where it was asked and the reply names none of its options.
    """
    last = history[-1].content if history else ""
    if was_asked_back(last):
        unanswered = not query.context and _was_asked(query.text, history)
        return Clarification(last, options_of(last)) if unanswered else None
    if points_at_nothing(query, words):
        return Clarification(WHOM if _PERSON.search(query.text) else WHAT)
    if not may_mean_several(query, history, words):
        return None
    options = _options(candidates, threshold)
    return Clarification(_listed(options), options) if len(options) > 1 else None


def points_at_nothing(query: Query, words: Words) -> bool:
    """Tell whether a question points at an earlier turn where there is none."""
    says = informativeness(query.text, words)
    return not query.context and says < SAYS_NOTHING and is_followup(query.text, words)


def may_mean_several(query: Query, history: Sequence[Turn], words: Words) -> bool:
    """Tell whether a question leaves open which of several things it means: “the country”.

    News of a topic is wanted whatever it is about.
    """
    before = [turn.content for turn in (*history[:1], *history[-2:])]
    return (
        leaves_unnamed(query.text)
        and not task_of(query.text).newest_first
        and not any(map(names_something, (query.text, *query.context)))
        and informativeness(query.text, words) < AT_LENGTH
        and not any(same_topic(query.text, text, words) for text in before)
    )


def was_asked_back(text: str) -> bool:
    """Tell whether a turn is a question that was asked back."""
    return text.startswith((ASKING, WHOM, WHAT))


def options_of(text: str) -> tuple[Option, ...]:
    """Read the options out of the text of a question that was asked back, for stored turns."""
    if not text.startswith(ASKING):
        return ()
    return tuple(Option(title, source) for title, source in _OPTION.findall(text))


def _options(candidates: Sequence[Candidate], threshold: float) -> tuple[Option, ...]:
    """Return the candidates worth offering, the likeliest first, one of each story and title."""
    best = sorted(candidates, key=lambda c: -c.confidence)
    close = [c for c in best if c.confidence >= max(threshold, best[0].confidence - CLOSE)]
    stories = {c.story: _shown(c.option) for c in reversed(close) if c.option.title.strip()}
    titles = {option.title: option for option in stories.values()}
    return tuple(reversed(titles.values()))[:OPTIONS]


def _listed(options: Sequence[Option]) -> str:
    lines = [f"{n}. {title} · {source}" for n, (title, source) in enumerate(options, 1)]
    return "\n".join([ASKING, *lines])


def meant(reply: str, options: Sequence[str]) -> tuple[str, ...] | None:
    """What a reply adds to the question before; None when it is a question of its own.

    Empty when it names an option that there is not.
    """
    if picked := _PICK.fullmatch(reply):
        return _picked(picked, options)
    if _QUESTION.match(reply):
        return None
    answered = set(terms(reply))
    held = [set(terms(option)) for option in options]
    named = [o for o, mine in zip(options, held, strict=True) if _only(mine, held) & answered]
    return (named[0],) if len(named) == 1 else (reply,)


def _was_asked(question: str, history: Sequence[Turn]) -> bool:
    return any(turn.role == "user" and turn.content == question for turn in history)


def _picked(picked: re.Match[str], options: Sequence[str]) -> tuple[str, ...]:
    digits, ordinal, last, every = picked.groups()
    if every:
        return tuple(options)
    if last:
        return tuple(options[-1:])
    place = (
        int(digits)
        if digits
        else 1
        + next(names.index(ordinal.lower()) for names in _ORDINALS if ordinal.lower() in names)
    )
    return tuple(options[place - 1 : place]) if place else ()


def _only(mine: set[str], held: Sequence[set[str]]) -> set[str]:
    """The terms of one option that no other has."""
    return {term for term in mine if sum(term in terms for terms in held) == 1}


def _shown(option: Option) -> Option:
    """Return an option whose title fits in a line."""
    line = " ".join(option.title.split())
    short = line if len(line) <= _TITLE else f"{line[: _TITLE - 1].rstrip()}…"
    return option._replace(title=short)
