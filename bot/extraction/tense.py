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
    word, before, after = words[place], words[max(place - 1, 0)], words[place + 1 : place + 3]
    if word in _WILL:
        return Tense.FUTURE
    if word in _PAST or word in _SAYS:
        return Tense.PAST
    if word in _PLANNED:
        return Tense.FUTURE if _IS & {before, *words[max(place - 2, 0) : place]} else Tense.UNCLEAR
    if word in _PLANS or word in _IS:
        planned = after[:1] == ["to"] if word in _PLANS else _PLANNED & {*after}
        return Tense.FUTURE if planned else Tense.UNCLEAR
    return Tense.UNCLEAR if word in _UNSURE else _tense_of_form(word, before)


def _tense_of_form(word: str, before: str) -> Tense | None:
    """The tense of a verb that is no auxiliary, by its form and the word before it."""
    if not word.islower():
        return None
    form, in_noun = forms().get(word), before in BEFORE_NOUN
    if form is Form.FINITE:
        return Tense.PAST
    if form is Form.PAST or (word.endswith("ed") and len(word) > 4):
        tense = Tense.UNCLEAR if before in _IS else Tense.PAST
        return None if in_noun or before in ("be", "being") else tense
    present = (
        (form is Form.THIRD and not in_noun)
        or (form is Form.THIRD_OR_PLURAL and (before in _JOINS or before[:1].isupper()))
        or (form is Form.BASE and not in_noun and before not in _WILL | _UNSURE)
    )
    return Tense.UNCLEAR if present else None
