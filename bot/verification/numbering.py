"""Claims that may be said, written as one text with citations numbered in order of first use.

It knows nothing of how claims are checked, nor of what is said in place of the others.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.answer import Citation
from bot.verification.claims import Claim, Kind

Said = tuple[Claim, Sequence[Citation]]
"""A part of a draft and the quotes it rests on: none if it may not be said."""

_LOOKS_LIKE_A_MARK = re.compile(r"\[(\d+)\]")


def numbered(parts: Sequence[Said]) -> tuple[str, tuple[Citation, ...]]:
    """The text of what may be said, and one citation a distinct quote, n counting from 1.

    `parts` are all of the draft's, in order. A heading stays if what follows it is said.
    Lists stay lists, and what stood on a line of its own still does.
    """
    places: dict[tuple[str, int, int], Citation] = {}
    text = line = ""
    for k, (part, quotes) in enumerate(parts):
        before = part.before if "\n" in part.before else line or part.before
        if not quotes and not _leads(parts, k):
            line = before if "\n" in before else ""
            continue
        line = ""
        cited = [
            places.setdefault((q.source, q.start, q.end), replace(q, n=len(places) + 1))
            for q in quotes
        ]
        marks = "".join(f"[{n}]" for n in sorted({c.n for c in cited}))
        text += (before or " ") if text else before.lstrip()
        text += _marked(_LOOKS_LIKE_A_MARK.sub(r"(\1)", part.text), marks)
    return text, tuple(places.values())


def _leads(parts: Sequence[Said], k: int) -> bool:
    """Whether a heading has something said under it, before the next one."""
    if parts[k][0].kind is not Kind.HEADING:
        return False
    for part, quotes in parts[k + 1 :]:
        if quotes or part.kind is Kind.HEADING:
            return bool(quotes)
    return False


def _marked(text: str, marks: str) -> str:
    """The text with its marks after it, in a table's row within the last cell."""
    if not marks:
        return text
    return f"{text[:-1].rstrip()} {marks} |" if text.endswith("|") else f"{text} {marks}"
