"""Other names of what is asked about, where a text has them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

import numpy as np

from index.embed import Vectors
from index.lexicon import Lexicon
from index.places import Places, Texts


@dataclass(frozen=True, slots=True)
class OtherName:
    """Search terms that stand for others, which a question has, and how surely they do."""

    terms: tuple[str, ...]
    instead_of: tuple[str, ...]
    weight: float


class _Sought(Protocol):
    @property
    def importance(self) -> Mapping[str, float]: ...
    @property
    def others(self) -> Sequence[OtherName]: ...


def held(sought: _Sought, texts: Texts, lexicon: Lexicon, places: Places | None = None) -> Vectors:
    """How surely each text has each term sought, itself or by another name.

    `places` are those of `sought.importance` in the texts. In [0, 1]: `(texts, terms)`.
    """
    places = places or Places(sought.importance, texts, lexicon)
    found = places.held.astype(np.float32)
    if not sought.others:
        return found
    column = {term: n for n, term in enumerate(sought.importance)}
    each = [*dict.fromkeys(chain.from_iterable(other.terms for other in sought.others))]
    has = Places(dict.fromkeys(each, 1.0), texts, lexicon).held
    for other in sought.others:
        whole = has[:, [each.index(term) for term in other.terms]].all(axis=1)
        for term in other.instead_of:
            if term in column:
                at = column[term]
                found[:, at] = np.maximum(found[:, at], other.weight * whole)
    return found
