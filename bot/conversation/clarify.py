"""Asks back when a question can be meant in more than one way, and reads the reply.

What it offers are articles that were found. It knows nothing of how they were found, and
recognises its own questions in a conversation by their wording.
"""

import re
from collections.abc import Sequence

from bot.answer import Turn
from bot.conversation.leaning import SAYS_NOTHING, leaves_unnamed, points_back, said, same_matter
from index.retriever import Evidence
from index.terms import terms
from index.words import Words

ASKING = "Which of these do you mean, or what else?"
OPTIONS = 3
CLOSE = 1.0
"""Scores that differ by less say little about which passage is meant."""
AT_LENGTH = 40.0
"""A question that says more than this (see `said`) describes what it does not name."""
_TITLE = 120
_OPTION = re.compile(r"^\d\. (.+) · .+$", re.MULTILINE)
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


def asking_back(evidence: Evidence, history: Sequence[Turn], words: Words) -> str | None:
    """The question to ask back, with its options; None where there is nothing to ask.

    The same once more where it was asked and the reply names none of its options.
    """
    last = history[-1].content if history else ""
    if options_of(last):
        unanswered = not evidence.query.context and _was_asked(evidence.query.text, history)
        return last if unanswered else None
    if not _unclear(evidence, history, words):
        return None
    offered = {_title(hit.candidate.title): hit.candidate.source for hit in reversed(evidence.hits)}
    offered.pop("", None)
    options = [*reversed(offered.items())][:OPTIONS]
    if len(options) < 2:
        return None
    lines = [f"{n}. {title} · {source}" for n, (title, source) in enumerate(options, 1)]
    return "\n".join([ASKING, *lines])


def options_of(text: str) -> tuple[str, ...]:
    """The options of a question that was asked back; none when `text` is something else."""
    return tuple(_OPTION.findall(text)) if text.startswith(ASKING) else ()


def meant(reply: str, options: Sequence[str]) -> tuple[str, ...] | None:
    """What a reply adds to the question before; None when it is a question of its own.

    Empty when it names an option that there is not.
    """
    if picked := _PICK.fullmatch(reply):
        return _picked(picked, options)
    if _QUESTION.match(reply):
        return None
    told = set(terms(reply))
    held = [set(terms(option)) for option in options]
    named = [o for o, mine in zip(options, held, strict=True) if _only(mine, held) & told]
    return (named[0],) if len(named) == 1 else (reply,)


def _unclear(evidence: Evidence, history: Sequence[Turn], words: Words) -> bool:
    """Whether a question says too little to tell which of the passages found is meant."""
    query, hits = evidence.query, evidence.hits
    if not query.context and points_back(query.text, words):
        return said(query.text, words) < SAYS_NOTHING
    if not leaves_unnamed(query.text) or evidence.sought.names:
        return False
    near = [hit for hit in hits if hits[0].score - hit.score < CLOSE]
    before = [turn.content for turn in (*history[:1], *history[-2:])]
    return (
        len({hit.candidate.story for hit in near}) > 1
        and said(query.text, words) < AT_LENGTH
        and not any(same_matter(query.text, text, words) for text in before)
    )


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


def _title(title: str) -> str:
    line = " ".join(title.split())
    return line if len(line) <= _TITLE else f"{line[: _TITLE - 1].rstrip()}…"
