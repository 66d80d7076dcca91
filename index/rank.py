"""Which candidate passages say most about a question.

A linear model over a dozen readable features. Its weights were fitted by
`python -m evals.fit`; it knows nothing of stores, conversations or answers.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from index.manifest import Candidate
from index.terms import terms

WEIGHTS = {
    "bm25": 1.0,
    "cosine": 3.4,
    "article_bm25": 1.2,
    "article_cosine": 1.8,
    "fresh_month": 2.9,
    "fresh_week": 1.4,
    "coverage": 3.6,
    "phrases": 0.5,
    "proximity": 2.2,
    "lead": 1.3,
    "length": 4.0,
}
NEAR = 22
"""How many terms may lie between words that count as standing together."""
FULL_LENGTH = 1000
"""Characters from which a passage counts as a whole one."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A candidate passage, what is known of its fit, and the score that follows.

    `features` are in the order of WEIGHTS. `titled` is the share of the question's terms that
    the title holds; `named` the share of its names (of all terms, where it names nothing)
    that the passage with its title holds.
    """

    candidate: Candidate
    score: float
    features: NDArray[np.float32]
    titled: float
    named: float

    def feature(self, name: str) -> float:
        """One feature by its name in WEIGHTS."""
        return float(self.features[_COLUMN[name]])


@dataclass(frozen=True)
class Sought:
    """What is looked for.

    `terms` are the question's own, in order. `attention` weighs each term searched for,
    those of the context included; `importance` is that times the term's idf, and `forms`
    has the word that each stands for. `names` are the terms of capitalised words and
    numbers. `as_of` is None where time is no guide.
    """

    terms: Sequence[str]
    forms: Mapping[str, str]
    attention: Mapping[str, float]
    importance: Mapping[str, float]
    names: frozenset[str]
    as_of: date | None

    @cached_property
    def pairs(self) -> list[tuple[str, str]]:
        """Adjacent terms of the question, each pair once."""
        return list(dict.fromkeys((a, b) for a, b in pairwise(self.terms) if a != b))

    def share(self, found: AbstractSet[str]) -> float:
        """The share of the total importance that the found terms have, in [0, 1]."""
        return _share(self.importance, self.importance.keys(), found)

    def phrase_share(self, tokens: Sequence[str]) -> float:
        """The share, by importance, of the question's adjacent pairs that stand side by side."""
        total = sum(self._weight(pair) for pair in self.pairs)
        found = set(pairwise(tokens)).intersection(self.pairs)
        return sum(map(self._weight, found)) / total if total else 0.0

    def _weight(self, pair: tuple[str, str]) -> float:
        return self.importance[pair[0]] + self.importance[pair[1]]


def rank(
    sought: Sought,
    candidates: Sequence[Candidate],
    bm25: Mapping[int, float],
    cosines: NDArray[np.float32],
) -> list[Hit]:
    """The candidates as hits, best first.

    `bm25` has the scores of those that BM25 found, by id; `cosines` are in the order of
    `candidates`.
    """
    top = max(bm25.values(), default=0.0) or 1.0
    shares = [bm25.get(c.id, 0.0) / top for c in candidates]
    article_bm25: dict[int, float] = defaultdict(float)
    article_cosine: dict[int, float] = defaultdict(float)
    for c, share, cosine in zip(candidates, shares, cosines, strict=True):
        article_bm25[c.article_id] = max(article_bm25[c.article_id], share)
        article_cosine[c.article_id] = max(article_cosine[c.article_id], float(cosine))
    hits = []
    for c, share, cosine in zip(candidates, shares, cosines, strict=True):
        tokens = terms(c.text)
        title = set(terms(c.title))
        held = title.union(tokens)
        age = _age(c.published, sought.as_of)
        features = np.array(
            [
                share,
                cosine,
                article_bm25[c.article_id],
                article_cosine[c.article_id],
                math.exp(-age / 30),
                math.exp(-age / 7),
                sought.share(held),
                sought.phrase_share(tokens),
                _proximity(sought, tokens),
                1 / (1 + c.start / 800),
                min(1.0, len(c.text) / FULL_LENGTH),
            ],
            dtype=np.float32,
        )
        hits.append(
            Hit(
                candidate=c,
                score=float(features @ _VECTOR),
                features=features,
                titled=sought.share(title),
                named=_share(sought.importance, sought.names or sought.importance.keys(), held),
            )
        )
    return sorted(hits, key=lambda hit: -hit.score)


_COLUMN = {name: column for column, name in enumerate(WEIGHTS)}
_VECTOR = np.array(list(WEIGHTS.values()), dtype=np.float32)


def _age(published: date | None, as_of: date | None) -> float:
    """Days since publication; infinite where either date is unknown."""
    if published is None or as_of is None:
        return math.inf
    return max(0.0, float((as_of - published).days))


def _share(
    importance: Mapping[str, float], among: AbstractSet[str], found: AbstractSet[str]
) -> float:
    total = sum(importance[t] for t in among)
    return sum(importance[t] for t in among & found) / total if total else 0.0


def _proximity(sought: Sought, tokens: Sequence[str]) -> float:
    """The largest share of the importance that stands within NEAR terms of each other."""
    places = [(i, t) for i, t in enumerate(tokens) if t in sought.importance]
    best = 0.0
    for first, (start, _) in enumerate(places):
        near = {t for i, t in places[first : first + NEAR] if i - start <= NEAR}
        best = max(best, sum(sought.importance[t] for t in near))
    total = sum(sought.importance.values())
    return best / total if total else 0.0
