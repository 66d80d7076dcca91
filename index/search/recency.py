"""Moves passages by when their articles were published, where a question has time words.

What lies in the time asked about stays as it is ranked, and the rest goes down: a prior beside the
fitted ranking, and never a filter.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from index.search.ranking import Hit
from index.search.time_expressions import Period

OUTSIDE = 1.5
"""How much of its score a passage loses that lies far outside the time asked about."""
OLD = 0.5
"""And one that is old, where the newest is asked for."""
_SOON = 2
"""Days outside a period of a day after which a third of the nearness is left."""
_MONTH = 30


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
