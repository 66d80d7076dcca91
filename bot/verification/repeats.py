"""Whether a claim repeats a sentence nearly word for word, so that it needs no judge.

Nearly all of its telling words stand in the sentence in the same order, no name or number is new,
and both have the same words that change what others say: "not", "may", "said", "only".
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from bot.wording import listed
from index.text.analyzer import terms_of_word

ENOUGH = 0.75
"""The share of a claim's telling words that a sentence must have in the same order."""
MIN_TERMS = 3
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_CHANGES = listed(
    "no not never neither nor none without nobody nothing hardly barely scarcely unless if whether "
    "may might could would should can cannot must allegedly reportedly apparently supposedly "
    "perhaps possibly probably likely unlikely plans planned plan expects expected hopes hoped "
    "wants wanted said says say saying told tells claimed claims claim alleged alleges according "
    "believes believed thinks thought suggests suggested denied denies accused suspected reported "
    "reports estimates estimated warned warns argued argues asked only at least most nearly almost "
    "about around over under more less fewer up some few many all every each both half part first "
    "last until before after since former ex against although though despite while because when "
    "attempted tried threatened proposed"
)
_POINTS_BACK = listed("he she they it his her their its this that these those")


class _Word(NamedTuple):
    term: str
    text: str
    start: int


def repeats(claim: str, sentence: str) -> bool:
    """Return whether a claim says what a sentence, or two neighbours as one text, say alone."""
    said, held = _telling(claim), _telling(sentence)
    shared = {w.term for w in said} & {w.term for w in held}
    if len(said) < MIN_TERMS or len(shared) < ENOUGH * len({w.term for w in said}):
        return False
    if _first(claim) in _POINTS_BACK or _changes(claim) != _changes(sentence):
        return False
    kept = _in_order([w.term for w in said], [w.term for w in held])
    new = [w for place, w in enumerate(said) if place not in kept]
    return len(kept) >= ENOUGH * len(said) and not any(map(_names_or_counts, new))


def _telling(text: str) -> list[_Word]:
    found = ((m, terms_of_word(m[0])) for m in _WORD.finditer(text))
    return [_Word(terms[0], m[0], m.start()) for m, terms in found if terms]


def _names_or_counts(word: _Word) -> bool:
    return word.text[0].isdigit() or (word.text[0].isupper() and word.start > 0)


def _changes(text: str) -> set[str]:
    return {w.lower() for w in _WORD.findall(text)} & _CHANGES


def _first(text: str) -> str:
    found = _WORD.search(text)
    return found[0].lower() if found else ""


def _in_order(one: Sequence[str], other: Sequence[str]) -> set[int]:
    """The places in `one` of a longest sequence of words that `other` has in the same order."""
    best: list[tuple[int, ...]] = [()] * (len(other) + 1)
    for place, word in enumerate(one):
        before: tuple[int, ...] = ()
        for k, held in enumerate(other, 1):
            here = best[k]
            if word == held:
                best[k] = (*before, place)
            elif len(best[k - 1]) > len(here):
                best[k] = best[k - 1]
            before = here
    return {*best[-1]}
