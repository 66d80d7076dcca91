"""Which questions do the articles lack answers to?

Questions that were declined or whose answers were rated down, alike ones together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.service.grouping import alike_together

ALIKE = 75.0
"""How much two questions share, of 100, that ask for the same."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was asked, and what became of it; `sources` are those its answer cites."""

    question: str
    declined: bool
    rated_down: bool = False
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions that ask for the same, and why they count as a gap."""

    questions: tuple[str, ...]
    declined: int
    rated_down: int
    sources: tuple[str, ...] = ()


def gaps_in(asked: Iterable[Asked]) -> list[Gap]:
    """Group the questions that were declined or rated down, the most frequent first."""
    lacking = [each for each in asked if each.declined or each.rated_down]
    groups = alike_together(lacking, lambda each: each.question, ALIKE)
    return sorted(map(_gap, groups), key=lambda gap: -len(gap.questions))


def _gap(group: Sequence[Asked]) -> Gap:
    return Gap(
        tuple(each.question for each in group),
        sum(each.declined for each in group),
        sum(each.rated_down for each in group),
        tuple(dict.fromkeys(source for each in group for source in each.sources)),
    )
