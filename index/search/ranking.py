"""Orders candidate passages: by a few features, by time, and one for what several say alike.

The features need no reading. Their weights are in `weights.json`, with what they were fitted on.
Time is a prior beside the fitted ranking, and never a filter.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from index.search.time_expressions import Period
from index.storage.records import Candidate, Unread
from index.text.analyzer import terms
from index.text.scripts import is_pair

Features = NDArray[np.float32]

MOST_DUPLICATES = 8
"""Candidates looked at beyond those wanted, since some say the same."""
FULL_LENGTH = 1000
"""Characters from which a passage counts as a whole one."""
ONE_LETTER = 0.3
"""How surely a text names a pair of letters of Chinese or the like, of which it has one."""
OUTSIDE = 1.5
"""How much of its score a passage loses that lies far outside the time asked about."""
OLD = 0.5
"""And one that is old, where the newest is asked for."""
_SOON = 2
"""Days outside a period of a day after which a third of the nearness is left."""
_MONTH = 30
SAME = 0.9
"""The share of a passage's terms from which another one that has them says the same."""
_FIGURE = re.compile(r"\d[\d.,]*")


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


@dataclass(frozen=True, slots=True)
class OtherName:
    """Search terms that mean the same as others, which a question has, and how surely."""

    terms: tuple[str, ...]
    instead_of: tuple[str, ...]
    weight: float


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


def named(sought: Sought, found: frozenset[str] | set[str]) -> dict[str, float]:
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


def by_time(hits: Sequence[Hit], period: Period | None, newest: bool) -> list[Hit]:
    """The hits, best first, each with `recency`: what its date took from its score, 0 or less.

    Undated articles lose half of what they could. Where all are undated, nothing is moved.
    """
    dated = [hit.candidate.published for hit in hits if hit.candidate.published]
    if not dated or not (period or newest):
        return [*hits]
    moved = []
    for hit in hits:
        lost = OUTSIDE * (1 - _nearness(hit, period)) if period else 0.0
        lost += OLD * (1 - _newness(hit.candidate.published, max(dated))) if newest else 0.0
        moved.append(replace(hit, score=hit.score - lost, recency=0.0 - lost))
    return sorted(moved, key=lambda hit: -hit.score)


def _nearness(hit: Hit, period: Period) -> float:
    """1 in the period or where the passage names it, less the further away; 0.5 if undated."""
    day = hit.candidate.published
    if period.named and _names(hit.candidate.text, period.named):
        return 1.0
    if day is None:
        return 0.5
    length = (period.end - period.start).days
    return math.exp(-period.days_to(day) / (_SOON + length / 4))


def _names(text: str, named: Sequence[str]) -> bool:
    found = {*re.findall(r"\w+", text.lower())}
    return all(word in found for word in named)


def _newness(day: date | None, newest: date) -> float:
    return 0.5 if day is None else math.exp(-(newest - day).days / _MONTH)


def one_of_each(hits: Sequence[Hit], k: int) -> list[Hit]:
    """The first k hits that say something new, in their order.

    The oldest article of a story is the one named. A passage with a figure of its own always
    says something new.
    """
    chosen: list[Hit] = []
    for hit in hits:
        place = next((i for i, h in enumerate(chosen) if _adds_nothing(hit, h)), None)
        if place is None:
            if len(chosen) < k:
                chosen.append(hit)
        elif _precedence(hit) < _precedence(chosen[place]) and _adds_nothing(chosen[place], hit):
            chosen[place] = replace(hit, score=chosen[place].score)
    return chosen


def _adds_nothing(hit: Hit, to: Hit) -> bool:
    one, other = hit.candidate, to.candidate
    if one.story != other.story or one.article_id == other.article_id:
        return False
    if not _figures(one) <= _figures(other):
        return False
    said = set(terms(one.text))
    return len(said & set(terms(other.text))) >= SAME * len(said)


def _figures(candidate: Candidate) -> set[str]:
    return {figure.rstrip(".,") for figure in _FIGURE.findall(candidate.text)}


def _precedence(hit: Hit) -> tuple[object, ...]:
    c = hit.candidate
    url = c.url or ""
    return c.published.isoformat() if c.published else "9999", not url, "?" in url
