"""Which articles only repeat each other, as agencies' reports do, and so are one witness."""

import re
from collections.abc import Sequence, Set

from index.article import Passage

_SHINGLE = 5
_COPIED = 0.5
"""Passages of which the shorter shares this much with the other go back to one text."""
_LEAST = 12
"""Runs of words that a passage must have: shorter ones are alike by chance."""
_WORD = re.compile(r"\w+")


def witnesses(passages: Sequence[Passage]) -> dict[str, str]:
    """Each source, and the first of the sources that have the same text."""
    shingles: dict[str, set[tuple[str, ...]]] = {}
    for passage in passages:
        found = _WORD.findall(passage.text.lower())
        runs = zip(*(found[n:] for n in range(_SHINGLE)), strict=False)
        shingles.setdefault(passage.source, set()).update(runs)
    first: dict[str, str] = {}
    for source, own in shingles.items():
        copied = (first[other] for other in first if _copies(own, shingles[other]))
        first[source] = next(copied, source)
    return first


def _copies(one: Set[tuple[str, ...]], other: Set[tuple[str, ...]]) -> bool:
    shorter = min(len(one), len(other))
    return shorter >= _LEAST and len(one & other) > _COPIED * shorter
