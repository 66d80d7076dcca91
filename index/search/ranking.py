"""Orders candidate passages by a linear model over a few features that need no reading.

Its weights are in `rank_weights.json`, with what they were fitted on.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from index.search.time_expressions import Period
from index.search.variants import OtherName
from index.storage.records import Candidate, Unread

Features = NDArray[np.float32]

MOST_DUPLICATES = 8
"""Candidates looked at beyond those wanted, since some say the same."""
FULL_LENGTH = 1000
"""Characters from which a passage counts as a whole one."""


@lru_cache(maxsize=1)
def weights() -> dict[str, float]:
    """Read the weight of each feature, by its name."""
    written = json.loads((files("index.search") / "weights.json").read_text(encoding="utf-8"))
    return {name: float(weight) for name, weight in written["weights"].items()}


@dataclass(frozen=True, slots=True)
class Hit:
    """A candidate passage, its features in the order of `weights()`, and the score they give.

    `recency` is what its date has added to that, where the question has time words.
    """

    candidate: Candidate
    score: float
    features: Features
    recency: float | None = None

    def feature(self, name: str) -> float:
        """One feature by its name."""
        return float(self.features[list(weights()).index(name)])


@dataclass(frozen=True)
class Sought:
    """What is looked for.

    `terms` are the question's own, in order. `attention` weighs each term searched for,
    those of the context and of `others` included; `importance` is that times the term's idf
    for what the question itself has, and `forms` has the word that each means. `others`
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


def best_passages(
    sought: Sought,
    passages: Unread,
    bm25: Mapping[int, float],
    cosines: Features,
    k: int,
) -> dict[int, tuple[float, Features]]:
    """The k best passages by id, best first, each with its score and its features.

    `bm25` has the scores of those that BM25 found, by id; `cosines` are in the order of
    `passages`. Features are in the order of `weights()`.
    """
    if not passages.ids:
        return {}
    features = _features(sought, passages, bm25, cosines)
    scores = features @ np.array([*weights().values()], dtype=np.float32)
    best = np.argsort(-scores, kind="stable")[:k].tolist()
    return {passages.ids[i]: (float(scores[i]), features[i]) for i in best}


def _features(
    sought: Sought, passages: Unread, bm25: Mapping[int, float], cosines: Features
) -> Features:
    """The features, one row a passage: `(len(passages.ids), len(weights()))`."""
    top = max(bm25.values(), default=0.0) or 1.0
    shares = np.array([bm25.get(number, 0.0) for number in passages.ids]) / top
    _, article = np.unique(passages.article_ids, return_inverse=True)
    ages = np.array([_age(day, sought) for day in passages.published])
    columns = (
        shares,
        cosines,
        _most(shares, article),
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


def _age(published: date | None, sought: Sought) -> float:
    """Days since publication, or from the time asked about; infinite where that is unknown."""
    if published is None:
        return math.inf
    if sought.period:
        return float(sought.period.days_to(published))
    return max(0.0, float((sought.as_of - published).days)) if sought.as_of else math.inf
