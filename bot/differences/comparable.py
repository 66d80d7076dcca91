"""Tells which figures answer a question whole, so that those of two articles can differ.

A part, an age, a step of a change, or a count of other things is no rival of the answer.
"""

import re
from collections.abc import Callable, Sequence

from bot.differences.clauses import may_be_verb
from bot.differences.tokens import Sort, Token
from bot.verification.figures import Bound, Number
from bot.wording import listed

Says = Callable[[Token, Token], bool]
"""Tells whether two words mean the same."""

ROUNDED = 0.1
"""“More than 30” and “32” are one figure: they are less than this share apart."""
_HOW_MANY = re.compile(r"\bhow many (?:more |other )?$", re.IGNORECASE)
_HOW_LONG = re.compile(r"\bhow long\b", re.IGNORECASE)
_LASTS = re.compile(r"\b(?:second|minute|hour|day|week|month|year|decade|centur)", re.IGNORECASE)
_OLD = re.compile(r"[-\s]?(?:years?|months?)?[-\s]olds?\b", re.IGNORECASE)
_AGED = re.compile(r"\b(?:at|aged?|age of|turn(?:s|ed|ing)?)\s*$", re.IGNORECASE)
_OF_MORE = re.compile(
    r"\s+(?:of|in|out of)\s+(?:the|those|these|them|its|their|all|every|\d)", re.I
)
_STEP_TO = re.compile(r"\s+to\b", re.IGNORECASE)
_STEP = re.compile(r"\b(?:from|by|net(?: gain| loss)?(?: of)?)\s*$", re.IGNORECASE)
_PEOPLE = listed(
    "people person persons man men woman women child children adult adults civilian civilians "
    "passenger passengers student students resident residents victim victims death deaths dead"
)
_TOLL = listed("toll number count total death deaths kill kills killed killing dead die dies died")
_UNIT = 8
"""Characters after a figure that its unit is looked for in."""
_NEAR = 3
"""The thing counted is among so many words after the figure."""


def is_whole(text: str, token: Token) -> bool:
    """Tell whether a figure is neither an age, nor part of another, nor a step of a change."""
    if token.number is None:
        return True
    before, after = text[: token.number.start], text[token.number.end :]
    if (_AGED.search(before) and not token.number.unit) or _OLD.match(after):
        return False
    step = _STEP.search(before)
    if step and (step[0].lower().startswith("net") or _STEP_TO.match(after)):
        return False
    return not _OF_MORE.match(after)


def lasts(question: str, text: str, token: Token) -> bool:
    """Tell whether a figure is a span of time, where a question asks how long something lasts."""
    if not _HOW_LONG.search(question) or token.number is None:
        return True
    return bool(_LASTS.search(text[token.number.start : token.number.end + _UNIT]))


def counts_it(
    question: str, asked: Sequence[Token], tokens: Sequence[Token], place: int, says: Says
) -> bool:
    """Tell whether a figure counts the things that a question asks the number of."""
    noun = next((t for t in asked if _HOW_MANY.search(question[: t.start])), None)
    if noun is None or noun.sort is not Sort.WORD or tokens[place].number is None:
        return True
    if "-" in tokens[place].text:
        return False
    after = tokens[place + 1 : place + 1 + _NEAR]
    near = _things(after) if after and after[0].start <= tokens[place].end + 1 else []
    if any(_one_kind(noun, thing, says) for thing in near):
        return True
    lines = {t.text.lower() for t in tokens}
    if noun.text.lower() in _PEOPLE:
        return not near and not _TOLL.isdisjoint(lines)
    return not near and any(says(noun, t) for t in tokens if t.sort is Sort.WORD)


def nearly_one(one: Number, other: Number) -> bool:
    """Tell whether a figure and a bound below it are one: “more than 30” and “32”."""
    small, large = sorted((one, other), key=lambda n: n.value)
    far = (large.value - small.value) / large.value if large.value else 0.0
    return Bound.LEAST in (small.bound, large.bound) and far < ROUNDED


def _things(after: Sequence[Token]) -> list[Token]:
    """Return the words right after a figure, up to the first that is none of the thing's."""
    found: list[Token] = []
    for token in after:
        apart = found and token.start > found[-1].end + 1
        if apart or token.sort not in (Sort.WORD, Sort.NAME) or token.verb:
            break
        found.append(token)
    return found


def _one_kind(noun: Token, thing: Token, says: Says) -> bool:
    if {noun.text.lower(), thing.text.lower()} <= _PEOPLE:
        return True
    return noun.stem == thing.stem or (not may_be_verb(thing) and says(noun, thing))
