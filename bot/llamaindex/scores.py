"""How likely each passage answers, between 0 and 1, which a similarity cutoff can be compared with.

A logistic model of a passage's score in the ranking and of how much of the question's weight its
words have. It was fitted on the ten best passages for each of 750 questions of news-2022, with
and without the question's day, and on whether a gold answer is in the passage. On news-2025-2026,
passages scored around 0.3, 0.5, 0.7 and 0.8 have it in 25, 41, 59 and 79 % of cases; a cutoff of
0.3 leaves something for 81 % of the answerable questions and for 29 % of the others.
"""

import math
from collections.abc import Sequence
from itertools import accumulate

from index.search.ranking import Hit, Sought
from index.search.retriever import Evidence
from index.text.analyzer import terms

RANKED = 0.254
COVERED = 4.17
BIAS = -6.83


def unit_scores(evidence: Evidence) -> list[float]:
    """Return the scores of the hits, in their order, none lower than that of a later one.

    A passage that the ranking puts above another is taken to answer at least as likely.
    """
    each = [_likelihood(hit, evidence.sought) for hit in evidence.hits]
    return _falling(each)


def _likelihood(hit: Hit, sought: Sought) -> float:
    logit = RANKED * hit.score + COVERED * _share_covered(hit, sought) + BIAS
    return 1 / (1 + math.exp(-logit))


def _share_covered(hit: Hit, sought: Sought) -> float:
    """The share of the question's weight that a passage's words have, in [0, 1]."""
    held = {*terms(hit.candidate.text), *terms(hit.candidate.title)}
    total = sum(sought.importance.values())
    covered = sum(weight for term, weight in sought.importance.items() if term in held)
    return covered / total if total else 0.0


def _falling(scores: Sequence[float]) -> list[float]:
    """Each raised to the highest of those after it."""
    return [*accumulate(reversed(scores), max)][::-1]
