"""Texts as pieces to be marked: where gold strings and quotes are in them.

It knows no page: a piece is text with the name of its mark, and the page escapes and colours it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from evals.figures.metrics import Texts
from evals.gold.strings import flatten

Span = tuple[int, int]
Pieces = list[tuple[str, str]]
"""Text with the mark it bears: "gold", "quote", "both" or ""; joined, the texts are the whole."""

AROUND = 280
"""Characters shown on either side of a quote."""

_WORD = re.compile(r"[^\W_]+")


def places(phrase: str, text: str) -> list[Span]:
    """Where `phrase` is in `text`, by words as `evals.figures.metrics.flatten` has them."""
    return list(_places(phrase, _words(text)))


def marked(text: str, gold: Sequence[str], quotes: Sequence[Span] = ()) -> Pieces:
    """`text` with the gold strings and the quoted spans in it marked."""
    words = _words(text)
    golden = [span for answer in gold for span in _places(answer, words)]
    cuts = sorted({0, len(text), *(cut for span in [*golden, *quotes] for cut in span)})
    pieces: Pieces = []
    for start, end in pairwise(cuts):
        mark = _mark(_within(start, golden), _within(start, quotes))
        if pieces and pieces[-1][1] == mark:
            pieces[-1] = (pieces[-1][0] + text[start:end], mark)
        else:
            pieces.append((text[start:end], mark))
    return pieces


def in_context(
    citation: Mapping[str, Any],
    passages: Sequence[Mapping[str, Any]],
    texts: Texts | None,
    gold: Sequence[str],
) -> tuple[Pieces, bool]:
    """A quote with its neighbourhood in its article, and whether it is there at all.

    Where its text is not at hand, a passage of it serves.
    """
    quote, source = citation["quote"], citation["source"]
    article = texts(source) if texts else None
    near = [p["text"] for p in passages if p["source"] == source]
    start = citation.get("start")
    for text in near if article is None else [article]:
        at = text.find(quote, start) if article and isinstance(start, int) else -1
        at = text.find(quote) if at < 0 else at
        if at >= 0:
            return _around(text, at, at + len(quote), gold), True
    return marked(quote, gold, [(0, len(quote))]), False


def _words(text: str) -> list[tuple[str, Span]]:
    return [(w, m.span()) for m in _WORD.finditer(text) for w in flatten(m.group()).split()]


def _places(phrase: str, words: Sequence[tuple[str, Span]]) -> Iterator[Span]:
    wanted = flatten(phrase).split()
    for n in range(len(words) - len(wanted) + 1 if wanted else 0):
        if words[n][0] == wanted[0]:
            found = words[n : n + len(wanted)]
            if [word for word, _ in found] == wanted:
                yield found[0][1][0], found[-1][1][1]


def _around(text: str, start: int, end: int, gold: Sequence[str]) -> Pieces:
    """The quote and its neighbourhood, cut between words."""
    first, last = max(0, start - AROUND), min(len(text), end + AROUND)
    if first:
        first = text.find(" ", first, start) + 1 or start
    if last < len(text):
        last = max(text.rfind(" ", end, last), end)
    before, after = ("… " if first else ""), (" …" if last < len(text) else "")
    shift = len(before) - first
    return marked(before + text[first:last] + after, gold, [(start + shift, end + shift)])


def _within(place: int, spans: Sequence[Span]) -> bool:
    return any(start <= place < end for start, end in spans)


def _mark(is_gold: bool, is_quote: bool) -> str:
    if is_gold and is_quote:
        return "both"
    return "gold" if is_gold else "quote" if is_quote else ""
