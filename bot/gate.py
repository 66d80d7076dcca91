"""Whether the articles hold an answer at all.

A logistic model over how well the best passages and their sentences fit the question, fitted
by `python -m evals.fit` on questions with and without an answer. It knows nothing of language
models or wording.
"""

import math
from statistics import fmean

import numpy as np

from bot.question import Kind
from bot.reading import Reading

THRESHOLD = 0.37
"""Below this confidence Dateline declines. One value for every collection."""

INTERCEPT = -5.893
WEIGHTS = {
    "likeness": 1.59,
    "cosine": -1.00,
    "live": -1.28,
    "fresh_first": 0.23,
    "fresh_mean": 1.05,
    "sentence": 0.88,
    "no_such_kind": -0.58,
    "name_missing": -1.35,
    "term_missing": -0.75,
    "asked": 1.20,
    "follow_up": 1.11,
    "score": 0.35,
}
_BEST = 5
"""Hits looked at."""
_MUST_HAVE_KIND = (Kind.NUMBER, Kind.MONEY, Kind.SHARE, Kind.YEAR, Kind.DATE)
"""What cannot be answered by a sentence without a number or a date."""


def confidence(reading: Reading) -> float:
    """How likely the articles hold an answer, in [0, 1]; 0 when nothing was found."""
    if not reading.sentences:
        return 0.0
    found = gate_features(reading)
    logit = INTERCEPT + sum(weight * found[name] for name, weight in WEIGHTS.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


def gate_features(reading: Reading) -> dict[str, float]:
    """What the gate looks at, by the names in WEIGHTS."""
    evidence = reading.evidence
    hits, best = evidence.hits, evidence.hits[:_BEST]
    rows = [i for i, s in enumerate(reading.sentences) if s.hit < _BEST]
    fits = reading.share(reading.match[rows])
    kinds = np.array([reading.sentences[i].has_kind for i in rows])
    typed = fits * kinds if reading.kind in _MUST_HAVE_KIND else fits
    first = [i for i in rows if reading.sentences[i].hit == 0]
    lacking = reading.importance * (1 - reading.match[rows].max(axis=0, initial=0))
    name = np.array([term in evidence.sought.names for term in reading.sought])
    exact = reading.exact[first].max(axis=0, initial=0)
    sentence = float(typed.max(initial=0))
    return {
        "likeness": hits[0].feature("likeness"),
        "cosine": hits[0].feature("cosine"),
        "live": float(evidence.live),
        "fresh_first": hits[0].feature("fresh_month"),
        "fresh_mean": fmean(h.feature("fresh_week") for h in best),
        "sentence": sentence,
        "no_such_kind": float(reading.kind in _MUST_HAVE_KIND and sentence < 0.5),
        "name_missing": float((reading.importance * name * (1 - exact)).max(initial=0)) / 8,
        "term_missing": float(lacking.max(initial=0)) / 8,
        "asked": float(reading.importance.sum()) / 40,
        "follow_up": float(bool(evidence.query.context)),
        "score": hits[0].score,
    }
