"""Which candidate passages say most about a question.

A linear model over a dozen readable features. Its weights were fitted by
`python -m evals.fit`; it knows nothing of stores, conversations or answers.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

from index.lexicon import words_of
from index.manifest import Candidate, Unread
from index.othernames import OtherName, held
from index.period import Period
from index.places import Places, Texts
from index.words import Likeness

Features = NDArray[np.float32]

WEIGHTS = {
    "bm25": 0.55,
    "cosine": 5.41,
    "article_bm25": 1.81,
    "article_cosine": 2.14,
    "fresh_month": 2.31,
    "fresh_week": 1.15,
    "lead": 0.96,
    "length": 0.55,
    "phrases": 1.29,
    "proximity": 1.55,
    "likeness": 4.77,
}
PROMISE = {
    "bm25": 3.07,
    "cosine": 7.51,
    "article_bm25": 1.94,
    "article_cosine": 1.37,
    "fresh_month": 2.40,
    "fresh_week": 1.42,
    "lead": 0.94,
    "length": 1.11,
}
"""How much the features that need no reading, the first of WEIGHTS, tell of the whole score."""
READ = 16
"""Candidates read. Of those that reading a hundred would put among the first five, 96 in 100 are
among them, and no more answers are right when 24 are read (see evals/LOG.md)."""
FULL_LENGTH = 1000
"""Characters from which a passage counts as a whole one."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A candidate passage, its features in the order of WEIGHTS, and the score they give.

    `recency` is what its date has added to that, where the question has time words.
    """

    candidate: Candidate
    score: float
    features: Features
    recency: float | None = None

    def feature(self, name: str) -> float:
        """One feature by its name in WEIGHTS."""
        return float(self.features[_COLUMN[name]])


@dataclass(frozen=True)
class Sought:
    """What is looked for.

    `terms` are the question's own, in order. `attention` weighs each term searched for,
    those of the context and of `others` included; `importance` is that times the term's idf
    for what the question itself has, and `forms` has the word that each stands for. `others`
    are further names of what is asked about. `names` are the terms of capitalised words and
    numbers. `as_of` is None where time is no guide, and `period` the time asked about.
    """

    terms: Sequence[str]
    forms: Mapping[str, str]
    attention: Mapping[str, float]
    importance: Mapping[str, float]
    names: frozenset[str]
    as_of: date | None
    period: Period | None = None
    others: Sequence[OtherName] = ()

    @cached_property
    def pairs(self) -> list[tuple[str, str]]:
        """Adjacent terms of the question, each pair once."""
        return list(dict.fromkeys((a, b) for a, b in pairwise(self.terms) if a != b))

    @cached_property
    def weights(self) -> NDArray[np.float32]:
        """The importance of each term, in its order."""
        return np.array([*self.importance.values()], dtype=np.float32)

    @cached_property
    def total(self) -> float:
        """All importance together."""
        return sum(self.importance.values())


def promising(
    sought: Sought,
    passages: Unread,
    bm25: Mapping[int, float],
    cosines: Features,
    *,
    least: int = 0,
) -> dict[int, Features]:
    """The passages worth reading, by id, best first; READ of them, or `least` if that is more.

    `bm25` has the scores of those that BM25 found, by id; `cosines` are in the order of
    `passages`. Reading is most of the work, so the features that need none come first; they
    are given with each, in the order of PROMISE.
    """
    if not passages.ids:
        return {}
    features = _unread_features(sought, passages, bm25, cosines)
    promise = features @ np.array([*PROMISE.values()], dtype=np.float32)
    best = np.argsort(-promise, kind="stable")[: max(READ, least)]
    return {passages.ids[i]: features[i] for i in best}


def rank(
    sought: Sought,
    candidates: Sequence[Candidate],
    promise: Mapping[int, Features],
    alike: Likeness,
) -> list[Hit]:
    """The candidates as hits, best first.

    `promise` has their features as `promising` gave them; `alike` wants the words of
    `sought.importance`.
    """
    if not candidates:
        return []
    unread = np.array([promise[c.id] for c in candidates])
    features = np.hstack([unread, _read_features(sought, candidates, alike)])
    scores = features @ np.array([*WEIGHTS.values()], dtype=np.float32)
    hits = [*map(Hit, candidates, scores.tolist(), features)]
    return sorted(hits, key=lambda hit: -hit.score)


def _unread_features(
    sought: Sought, passages: Unread, bm25: Mapping[int, float], cosines: Features
) -> Features:
    """The features that need no look at the text: `(len(passages.ids), len(PROMISE))`."""
    top = max(bm25.values(), default=0.0) or 1.0
    shares = np.array([bm25.get(number, 0.0) for number in passages.ids]) / top
    _, article = np.unique(passages.article_ids, return_inverse=True)
    ages = np.array([_age(day, sought) for day in passages.published])
    columns = (
        shares,
        cosines,
        _most(shares, article),
        _most(cosines, article),
        np.exp(-ages / 30),
        np.exp(-ages / 7),
        1 / (1 + np.array(passages.starts) / 800),
        np.minimum(1.0, np.array(passages.lengths) / FULL_LENGTH),
    )
    return np.array(columns, dtype=np.float32).T


def _most(values: NDArray[np.floating], article: NDArray[np.intp]) -> NDArray[np.float64]:
    """The largest value of any candidate of the same article, at least 0."""
    most = np.zeros(len(values))
    np.maximum.at(most, article, values)
    return most[article]


def _read_features(sought: Sought, candidates: Sequence[Candidate], alike: Likeness) -> Features:
    """The features that come of reading: `(len(candidates), len(WEIGHTS) - len(PROMISE))`."""
    titles = (words_of(c.title) for c in candidates)
    bodies = (words_of(c.text) for c in candidates)
    texts = Texts.of([*chain.from_iterable(zip(titles, bodies, strict=True))], alike.lexicon)
    places = Places(sought.importance, texts, alike.lexicon)
    match = alike.best(texts.words, texts.starts[::2])  # a passage's title with its body
    named = held(sought, texts, alike.lexicon, places)
    match = np.maximum(match, np.maximum(named[::2], named[1::2]))
    columns = (
        places.phrases(sought.pairs)[1::2],
        places.proximity()[1::2],
        match @ sought.weights / (sought.total or 1.0),
    )
    return np.array(columns, dtype=np.float32).T


_COLUMN = {name: column for column, name in enumerate(WEIGHTS)}


def _age(published: date | None, sought: Sought) -> float:
    """Days since publication, or from the time asked about; infinite where that is unknown."""
    if published is None:
        return math.inf
    if sought.period:
        return float(sought.period.days_to(published))
    return max(0.0, float((sought.as_of - published).days)) if sought.as_of else math.inf
