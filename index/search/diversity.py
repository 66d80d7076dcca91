"""One witness for what articles of one story say in nearly the same words."""

import re
from collections.abc import Sequence
from dataclasses import replace

from index.search.ranking import Hit
from index.storage.records import Candidate
from index.text.analyzer import terms

SAME = 0.9
"""The share of a passage's terms from which another one that has them says the same."""
_FIGURE = re.compile(r"\d[\d.,]*")


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
