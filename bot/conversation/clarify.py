"""Asks back when a question can be meant in more than one way, and reads the reply.

What it offers are articles that were found. It knows nothing of how they were found, and
recognises its own questions in a conversation by their wording.
"""

import re
from collections.abc import Sequence

from bot.answer import Turn
from bot.conversation.followup import informativeness, is_followup, leaves_unnamed, same_topic
from index.rank import Hit
from index.retriever import Evidence
from index.terms import terms
from index.words import Words

ASKING = "Which of these do you mean, or what else?"
OPTIONS = 3
CLOSE, EQUAL = 2.5, 0.7
"""Scores that differ by less say little about which passage is meant, or nothing."""
HELD = 0.75
"""A passage with this likeness to what is asked is what is meant, if none is its equal."""
SAYS_NOTHING = 10.0
"""A question that points back and says less than this cannot be searched for by itself."""
AT_LENGTH = 40.0
"""A question that says more than this (see `informativeness`) describes what it does not name."""
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
    if not query.context and is_followup(query.text, words):
        return informativeness(query.text, words) < SAYS_NOTHING
    if not leaves_unnamed(query.text) or evidence.sought.names:
        return False
    near = [hit for hit in hits if hits[0].score - hit.score < _leeway(hits[0])]
    before = [turn.content for turn in (*history[:1], *history[-2:])]
    return (
        len({hit.candidate.story for hit in near}) > 1
        and informativeness(query.text, words) < AT_LENGTH
        and not any(same_topic(query.text, text, words) for text in before)
    )


def _was_asked(question: str, history: Sequence[Turn]) -> bool:
    return any(turn.role == "user" and turn.content == question for turn in history)


def _leeway(best: Hit) -> float:
    """How far a hit may score below the best and still be what is meant."""
    return EQUAL if best.feature("likeness") >= HELD else CLOSE


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
