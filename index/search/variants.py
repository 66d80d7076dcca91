"""Other names of what is asked about, where a text has them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from index.text.scripts import is_pair


@dataclass(frozen=True, slots=True)
class OtherName:
    """Search terms that stand for others, which a question has, and how surely they do."""

    terms: tuple[str, ...]
    instead_of: tuple[str, ...]
    weight: float


ONE_LETTER = 0.3
"""How surely a text names a pair of letters of Chinese or the like, of which it has one."""


class _Sought(Protocol):
    @property
    def importance(self) -> Mapping[str, float]: ...
    @property
    def others(self) -> Sequence[OtherName]: ...


def named(sought: _Sought, found: frozenset[str] | set[str]) -> dict[str, float]:
    """How surely a text names each term sought, itself or by another name, in (0, 1].

    `found` are the text's own search terms. A term that it does not name is left out.
    """
    sure = dict.fromkeys(sought.importance.keys() & found, 1.0)
    for other in sought.others:
        if found.issuperset(other.terms):
            for term in sought.importance.keys() & set(other.instead_of):
                sure[term] = max(sure.get(term, 0.0), other.weight)
    pairs = [t for t in sought.importance if t not in sure and not t.isascii() and is_pair(t)]
    if pairs:
        letters = {letter for term in found if is_pair(term) for letter in term}
        sure |= {t: ONE_LETTER for t in pairs if not letters.isdisjoint(t)}
    return sure
