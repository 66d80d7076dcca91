"""Scores of passages between 0 and 1, which a similarity cutoff can be compared with."""

import math

from index.article import Passage

MIDDLE = 10.0
SCALE = 1.5


def unit_score(passage: Passage) -> float:
    """Return how likely a passage answers, in [0, 1], by its score in the ranking."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, (passage.score - MIDDLE) / SCALE))))
