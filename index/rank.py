"""Which candidate passages say most about a question.

A linear model over a dozen readable features. Its weights were fitted by
`python -m evals.fit`; it knows nothing of stores, conversations or answers.
"""

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from itertools import pairwise
from sys import intern
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.manifest import Candidate
from index.period import Period
from index.terms import terms_of_word
from index.words import Likeness

WEIGHTS = {
    "bm25": 1.08,
    "cosine": 5.25,
    "article_bm25": 2.11,
    "article_cosine": 1.73,
    "fresh_month": 3.05,
    "fresh_week": 0.86,
    "lead": 0.93,
    "length": 0.76,
    "phrases": 0.36,
    "proximity": 1.24,
    "likeness": 4.31,
}
_UNREAD = 8
"""The first so many features can be had without reading the passage."""
READ = 60
"""Candidates read."""
NEAR = 22
"""How many terms may lie between words that count as standing together."""
_WORD = re.compile(r"\w+")
ANALYSED = 6_000
"""Passages whose terms and words are remembered, some ten kilobytes each."""
FULL_LENGTH = 1000
"""Characters from which a passage counts as a whole one."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A candidate passage, its features in the order of WEIGHTS, and the score they give.

    `recency` is what its date has added to that, where the question has time words.
    """

    candidate: Candidate
    score: float
    features: NDArray[np.float32]
    recency: float | None = None

    def feature(self, name: str) -> float:
        """One feature by its name in WEIGHTS."""
        return float(self.features[_COLUMN[name]])


@dataclass(frozen=True)
class Sought:
    """What is looked for.

    `terms` are the question's own, in order. `attention` weighs each term searched for,
    those of the context included; `importance` is that times the term's idf, and `forms`
    has the word that each stands for. `names` are the terms of capitalised words and
    numbers. `as_of` is None where time is no guide, and `period` the time asked about.
    """

    terms: Sequence[str]
    forms: Mapping[str, str]
    attention: Mapping[str, float]
    importance: Mapping[str, float]
    names: frozenset[str]
    as_of: date | None
    period: Period | None = None

    @cached_property
    def pairs(self) -> list[tuple[str, str]]:
        """Adjacent terms of the question, each pair once."""
        return list(dict.fromkeys((a, b) for a, b in pairwise(self.terms) if a != b))

    @cached_property
    def total(self) -> float:
        """All importance together."""
        return sum(self.importance.values())

    @cached_property
    def _phrases(self) -> dict[tuple[str, str], float]:
        """What each pair weighs."""
        return {pair: self.importance[pair[0]] + self.importance[pair[1]] for pair in self.pairs}

    def phrase_share(self, tokens: Sequence[str]) -> float:
        """The share, by importance, of the question's adjacent pairs that stand side by side."""
        total = sum(self._phrases.values())
        if not total or self._phrases.keys().isdisjoint(pairwise(tokens)):
            return 0.0
        found = self._phrases.keys() & {*pairwise(tokens)}
        return sum(self._phrases[pair] for pair in found) / total


def rank(
    sought: Sought,
    candidates: Sequence[Candidate],
    bm25: Mapping[int, float],
    cosines: NDArray[np.float32],
    alike: Likeness,
) -> list[Hit]:
    """The candidates that are worth reading, as hits, best first; at most READ.

    `bm25` has the scores of those that BM25 found, by id; `cosines` are in the order of
    `candidates`; `alike` wants the words of `sought.importance`. Reading is most of the work,
    so the features that need none come first.
    """
    if not candidates:
        return []
    weights = np.array([*WEIGHTS.values()], dtype=np.float32)
    unread = _unread_features(sought, candidates, bm25, cosines)
    promising = np.argsort(-(unread @ weights[:_UNREAD]), kind="stable")[:READ]
    read = _read_features(sought, [candidates[i] for i in promising], alike)
    features = np.hstack([unread[promising], read])
    hits = [
        Hit(candidates[i], float(row @ weights), row)
        for i, row in zip(promising, features, strict=True)
    ]
    return sorted(hits, key=lambda hit: -hit.score)


def _unread_features(
    sought: Sought,
    candidates: Sequence[Candidate],
    bm25: Mapping[int, float],
    cosines: NDArray[np.float32],
) -> NDArray[np.float32]:
    """The features that need no look at the text: `(len(candidates), _UNREAD)`."""
    top = max(bm25.values(), default=0.0) or 1.0
    shares = [bm25.get(c.id, 0.0) / top for c in candidates]
    article_bm25: dict[int, float] = defaultdict(float)
    article_cosine: dict[int, float] = defaultdict(float)
    for c, share, cosine in zip(candidates, shares, cosines, strict=True):
        article_bm25[c.article_id] = max(article_bm25[c.article_id], share)
        article_cosine[c.article_id] = max(article_cosine[c.article_id], float(cosine))
    ages = [_age(c.published, sought) for c in candidates]
    columns = (
        shares,
        cosines,
        [article_bm25[c.article_id] for c in candidates],
        [article_cosine[c.article_id] for c in candidates],
        [math.exp(-age / 30) for age in ages],
        [math.exp(-age / 7) for age in ages],
        [1 / (1 + c.start / 800) for c in candidates],
        [min(1.0, len(c.text) / FULL_LENGTH) for c in candidates],
    )
    return np.array(columns, dtype=np.float32).T


def _read_features(
    sought: Sought, candidates: Sequence[Candidate], alike: Likeness
) -> NDArray[np.float32]:
    """The features that come of reading: `(len(candidates), len(WEIGHTS) - _UNREAD)`."""
    found = [_analysed(c.title, c.text) for c in candidates]
    columns = (
        [sought.phrase_share(passage.tokens) for passage in found],
        [_proximity(sought, passage.tokens) for passage in found],
        _likenesses(sought, found, alike),
    )
    return np.array(columns, dtype=np.float32).T


def _likenesses(
    sought: Sought, found: Sequence["_Analysed"], alike: Likeness
) -> NDArray[np.float32]:
    """The share of the importance that each passage has the words for, or words like them."""
    match = alike.best([alike.numbers(passage.words) for passage in found])
    for row, passage in zip(match, found, strict=True):
        row[[term in passage.terms for term in sought.importance]] = 1
    weights = np.array([*sought.importance.values()], dtype=np.float32)
    return np.asarray(match @ weights / (sought.total or 1.0), dtype=np.float32)


class _Analysed(NamedTuple):
    """The terms of a passage in order, and all terms and words of it and its title."""

    tokens: tuple[str, ...]
    terms: frozenset[str]
    words: tuple[str, ...]


@lru_cache(maxsize=ANALYSED)
def _analysed(title: str, text: str) -> _Analysed:
    titled, body = _WORD.findall(title.lower()), _WORD.findall(text.lower())
    tokens = tuple(term for word in body for term in terms_of_word(word))
    heading = (term for word in titled for term in terms_of_word(word))
    words = tuple(map(intern, dict.fromkeys([*titled, *body])))
    return _Analysed(tokens, frozenset([*tokens, *heading]), words or ("",))


_COLUMN = {name: column for column, name in enumerate(WEIGHTS)}


def _age(published: date | None, sought: Sought) -> float:
    """Days since publication, or from the time asked about; infinite where that is unknown."""
    if published is None:
        return math.inf
    if sought.period:
        return float(sought.period.days_to(published))
    return max(0.0, float((sought.as_of - published).days)) if sought.as_of else math.inf


def _proximity(sought: Sought, tokens: Sequence[str]) -> float:
    """The largest share of the importance that stands within NEAR terms of each other."""
    places = [(i, t) for i, t in enumerate(tokens) if t in sought.importance]
    best = 0.0
    for first, (start, _) in enumerate(places):
        near = {t for i, t in places[first : first + NEAR] if i - start <= NEAR}
        best = max(best, sum(sought.importance[t] for t in near))
    return best / sought.total if sought.total else 0.0
