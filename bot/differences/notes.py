"""Says in an answer where the articles differ, each with its source, and the newest marked."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.answer import Citation, Conflict
from bot.differences.conflicts import Stated

Told = tuple[str, tuple[Citation, ...], tuple[Conflict, ...]]
"""What is said, its citations numbered in order of first use, and the conflicts that it names."""


def with_differences(
    said: str, citations: Sequence[Citation], differing: Sequence[Sequence[Stated]]
) -> Told:
    """An answer and a sentence for each difference; what it does not quote yet gets a citation."""
    known = list(citations)
    conflicts = []
    for stated in filter(None, differing):
        numbers = []
        for quote in (s.quote for s in stated):
            n = next((c.n for c in known if _same_place(c, quote)), len(known) + 1)
            if n > len(known):
                known.append(replace(quote, n=n))
            numbers.append(n)
        newest = _newest([s.quote.published for s in stated], numbers)
        conflict = Conflict(
            tuple((n, s.says) for n, s in zip(numbers, stated, strict=True)), newest
        )
        if conflict not in conflicts:
            conflicts.append(conflict)
            said += ("\n\n" if "\n" in said else " ") + difference_sentence(conflict, known)
    return said, tuple(known), tuple(conflicts)


def _same_place(one: Citation, other: Citation) -> bool:
    return (one.source, one.start, one.end) == (other.source, other.start, other.end)


def _newest(days: Sequence[date | None], numbers: Sequence[int]) -> int | None:
    dated = [day for day in days if day]
    if len(dated) < len(days) or dated.count(max(dated)) > 1:
        return None
    return numbers[days.index(max(dated))]


def difference_sentence(conflict: Conflict, citations: Sequence[Citation]) -> str:
    """Say in one sentence what each article gives."""
    *most, last = (_statement(n, says, conflict, citations[n - 1]) for n, says in conflict.says)
    return f"The articles differ: {', '.join(most)} and {last}."


def _statement(n: int, says: str, conflict: Conflict, citation: Citation) -> str:
    day = citation.published
    facts = f"{day.day} {day:%B %Y}" if day else "undated"
    return f"{says} [{n}] ({facts}{', the newest' if n == conflict.newest else ''})"
