"""Whether the words around a time word speak of the past or of the future."""

from collections.abc import Sequence
from enum import StrEnum

from bot.extraction.clause import BEFORE_NOUN, Form, forms, listed, words_of

_WILL = listed("will won't shall I'll he'll she'll they'll we'll you'll it'll We'll They'll It'll")
_UNSURE = listed("would could may might should can must cannot does do don't doesn't am")
_PLANNED = listed(
    "scheduled expected slated due set going likely poised ready preparing planning planned meant"
)
_PLANS = listed("plans plan hopes hope aims aim intends intend expects expect prepares prepare")
_IS = listed("is are isn't aren't it's he's she's they're we're It's He's She's They're We're")
_SAYS = listed("says say tells reports adds writes according")
_PAST = listed("was were had did didn't wasn't weren't hadn't said has have been hasn't haven't")
_JOINS = listed("and or but who which that")


class Tense(StrEnum):
    """The tense of a verb. UNCLEAR is a verb that may speak of any time."""

    PAST = "past"
    FUTURE = "future"
    UNCLEAR = "unclear"


def tense_at(before: str, after: str) -> Tense:
    """The tense of the verb that governs what is between `before` and `after`.

    It is the nearest verb before, or if there is none, the first after.
    """
    words = words_of(before)
    for place in range(len(words) - 1, -1, -1):
        if tense := _tense(words, place):
            return tense
    words = words_of(after)
    for place in range(len(words)):
        if tense := _tense(words, place):
            return tense
    return Tense.UNCLEAR


def _tense(words: Sequence[str], place: int) -> Tense | None:
    """The tense of the word at `place`; None where it is no verb, or another one decides."""
    word, before = words[place], words[place - 1] if place else ""
    if word in _WILL:
        return Tense.FUTURE
    if word in _PLANNED and (before in _IS or words[max(place - 2, 0) : place - 1] == ["is"]):
        return Tense.FUTURE
    if word in _PLANNED or word in _PLANS:
        return (
            Tense.FUTURE if word in _PLANS and words[place + 1 :][:1] == ["to"] else Tense.UNCLEAR
        )
    if word in _IS:
        return Tense.FUTURE if _is_planned(words[place + 1 : place + 3]) else Tense.UNCLEAR
    if word in _UNSURE:
        return Tense.UNCLEAR
    if word in _PAST or word in _SAYS:
        return Tense.PAST
    return _tense_of_form(words, place, before)


def _is_planned(after: Sequence[str]) -> bool:
    return any(word in _PLANNED for word in after)


def _tense_of_form(words: Sequence[str], place: int, before: str) -> Tense | None:
    word = words[place]
    form = forms().get(word)
    if form is Form.PAST or (word.endswith("ed") and word.islower() and len(word) > 4):
        if before in ("be", "being", *BEFORE_NOUN):
            return None
        return Tense.UNCLEAR if before in _IS else Tense.PAST
    match form:
        case Form.FINITE:
            return Tense.PAST if word.islower() else None
        case Form.THIRD:
            return None if before in BEFORE_NOUN else Tense.UNCLEAR
        case Form.THIRD_OR_PLURAL:
            return Tense.UNCLEAR if before in _JOINS or before[:1].isupper() else None
        case Form.BASE:
            governed = before in _WILL or before in _UNSURE or before in BEFORE_NOUN
            return None if governed else Tense.UNCLEAR
        case _:
            return None
