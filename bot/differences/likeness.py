"""How well one word says another, as far as their letters and the lists can tell.

Where they cannot, the words' vectors decide.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from bot.differences.tokens import Sort, Token
from bot.wording import lines_of, meanings, sides, undoes

_ENDINGS = ("n", "an", "ian", "ean", "ese", "ish", "i", "s", "ns", "er", "ers", "ic", "'s")


class _Form(NamedTuple):
    """A word and what the lists say of it."""

    low: str
    stem: str
    nation: int | None
    meanings: frozenset[int]
    sides: frozenset[int]


@lru_cache(maxsize=20_000)
def _form(text: str, stem: str) -> _Form:
    low = text.lower()
    return _Form(low, stem, _nations().get(low), meanings(stem), sides(stem))


@lru_cache(maxsize=1)
def _nations() -> dict[str, int]:
    return {word: n for n, line in enumerate(lines_of("nation")) for word in line.split()}


def listed_likeness(said: Token, held: Sequence[Token]) -> dict[int, float]:
    """How well `said` is said by those of `held` that letters and lists tell of, by place."""
    one = _form(said.text, said.stem)
    against = frozenset(-side for side in one.sides)
    is_name = said.sort is Sort.NAME
    found = {}
    for place, token in enumerate(held):
        other = _form(token.text, token.stem)
        same_seat = said.seat and said.seat == token.seat
        if one.stem == other.stem or same_seat or _same_name(one, other):
            found[place] = 1.0
        elif is_name or not against.isdisjoint(other.sides):
            found[place] = 0.0
        else:
            akin = _akin(one.stem, other.stem)  # seldom, and the rest is slow
            if akin and undoes(one.stem, other.stem):
                found[place] = 0.0
            elif not one.meanings.isdisjoint(other.meanings):
                found[place] = 0.9
            elif akin and _one_within_other(one.stem, other.stem):
                found[place] = 0.8
    return found


def _same_name(one: _Form, other: _Form) -> bool:
    if one.nation is not None and one.nation == other.nation:
        return True
    if one.low[:4] != other.low[:4]:
        return False
    short, long_ = sorted((one.low, other.low), key=len)
    root = short.rstrip("aeoy") if len(short) > 4 else short
    return len(root) >= 4 and long_.startswith(root) and long_[len(root) :] in _ENDINGS


def _akin(one: str, other: str) -> bool:
    """Whether two stems begin alike, or one holds the other."""
    return one[:3] == other[:3] or one in other or other in one


def _one_within_other(one: str, other: str) -> bool:
    short, long_ = (one, other) if len(one) <= len(other) else (other, one)
    if len(short) < 5 or long_.startswith(("un", "dis", "im", "in")):
        return False
    return short in long_ or long_.startswith(short[: max(5, len(short) - 2)])
