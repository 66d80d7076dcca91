"""Whether the best sentence answers the question at all: the confidence of an answer."""

import math
from statistics import fmean

import numpy as np

from bot.extraction.answer_kind import Kind
from bot.extraction.scoring import ScoredSentences
from index.search.ranking import named
from index.text.analyzer import terms

BEST = 5
"""Hits and sentences looked at."""
MUST_HAVE_KIND = (Kind.NUMBER, Kind.MONEY, Kind.SHARE, Kind.YEAR, Kind.DATE)
"""What no sentence without a figure or a date answers."""


def confidence(scored: ScoredSentences) -> float:
    """How likely the best sentence answers, in [0, 1]; 0 when there is none."""
    if not scored.sentences:
        return 0.0
    found = {k: np.array([v], dtype=np.float32) for k, v in answerability_features(scored).items()}
    [logit] = scored.weights.answerable.scores(found).tolist()
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


def covered(scored: ScoredSentences) -> float:
    """How much of a topic the best sentences name, in [0, 1]."""
    return max((s.cover for s in scored.sentences[:BEST]), default=0.0)


def answerability_features(scored: ScoredSentences) -> dict[str, float]:
    """What the confidence is made of, by name."""
    evidence = scored.evidence
    hits, sought = evidence.hits[:BEST], evidence.sought
    logits = [s.logit for s in scored.sentences]
    missing = _missing(scored)
    names = sum(w for term, w in sought.importance.items() if term in sought.names)
    missing_names = sum(w for term, w in missing.items() if term in sought.names)
    return {
        "reader_best": scored.sentences[0].logit / 4,
        "reader_top": max(logits) / 4,
        "reader_mean": fmean(logits) / 4,
        "passage": hits[0].score,
        "live": float(evidence.live),
        "fresh": fmean(hit.feature("fresh_week") for hit in hits),
        "kind_missing": float(scored.kind in MUST_HAVE_KIND and not scored.sentences[0].has_kind),
        "cover_best": scored.sentences[0].cover,
        # In a small collection every term weighs little; a share says the same in all of them.
        "names_missing": missing_names / names if names else 0.0,
        "term_missing": max(missing.values(), default=0.0) / 8,
    }


def _missing(scored: ScoredSentences) -> dict[str, float]:
    """The weight of each of the question's terms that the best sentence's passage lacks."""
    candidate, sought = scored.sentences[0].candidate, scored.evidence.sought
    sure = named(sought, {*terms(candidate.text), *terms(candidate.title)})
    return {term: w * (1 - sure.get(term, 0.0)) for term, w in sought.importance.items()}
