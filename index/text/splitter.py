"""Text into sentences, and sentences into passages, as character offsets.

Every span it gives is `(start, end)` with `text[start:end]` free of surrounding white space; spans
are in order, do not overlap and together hold every character that is not white space.
"""

import re
from collections.abc import Iterator
from itertools import chain

Span = tuple[int, int]

SPLITTER = "sentences-200-1"
"""The name of this way of splitting; an index made by another one is made again."""

MAX_WORDS = 200
MAX_CHARS = 2_200
"""Room for 200 long words; it bounds what a script without spaces can put in a passage."""

_PARAGRAPH = re.compile(r"[^\n]+")
_SLICE = re.compile(
    r".{1,8000}(?:[.!?][\"'”’)]*\s+|[。！？])|.{1,8000}(?:\s|$)|.{1,8000}", re.DOTALL
)
_WORD = re.compile(r"\S+")
_CLOCK = re.compile(r"\b[ap]\.m\.\s*$", re.IGNORECASE)
_AFTER_CLOCK = re.compile(
    r"(?:[A-Z]{1,2}[SD]?T|GMT|UTC|Eastern|Central|Mountain|Pacific|local|(?:Mon|Tues|Wednes|"
    r"Thurs|Fri|Satur|Sun)day|(?:January|February|March|April|May|June|July|August|September|"
    r"October|November|December))\b"
)
_SHOUT = re.compile(r"[?!][\"'”’)]*\s*$")


def words(text: str) -> int:
    """The number of white-space-separated words in `text`."""
    return len(text.split())


def sentences(text: str) -> list[Span]:
    """The sentences of `text`; none goes past the end of its line."""
    return [
        span
        for paragraph in _PARAGRAPH.finditer(text)
        for span in _paragraph_sentences(paragraph.group(), paragraph.start())
    ]


def passages(text: str) -> list[Span]:
    """Runs of whole sentences of at most 200 words and 2,200 characters.

    Only a sentence longer than that is cut, between words where it has any.
    """
    spans: list[Span] = []
    start = end = count = 0
    for piece_start, piece_end, size in _pieces(text):
        if count and (count + size > MAX_WORDS or piece_end - start > MAX_CHARS):
            spans.append((start, end))
            count = 0
        if not count:
            start = piece_start
        end, count = piece_end, count + size
    if count:
        spans.append((start, end))
    return spans


def _paragraph_sentences(paragraph: str, offset: int) -> Iterator[Span]:
    start = 0
    for segment in _segments(paragraph):
        stripped = segment.strip()
        if stripped:
            first = offset + start + segment.index(stripped[0])
            yield first, first + len(stripped)
        start += len(segment)


def _segments(paragraph: str) -> list[str]:
    """The sentences with the white space after them; joined, they are the paragraph."""
    from sentencex import segment  # noqa: PLC0415 - costs start-up time

    merged: list[str] = []
    # The segmenter's time grows with the square of a line that has no spaces.
    slices = _SLICE.findall(paragraph) if len(paragraph) > 20_000 else [paragraph]
    for part in chain.from_iterable(segment("en", piece) for piece in slices):
        if merged and _goes_on(merged[-1], part):
            merged[-1] += part
        else:
            merged.append(part)
    return merged


def _goes_on(before: str, after: str) -> bool:
    """Whether the segmenter has cut a sentence: "at 9:50 a.m. | ET", "“Who?” | he asked"."""
    if len(before) > MAX_CHARS:
        return False
    if _CLOCK.search(before[-8:]):
        return bool(_AFTER_CLOCK.match(after)) or after[:1].islower()
    return after[:1].islower() and bool(_SHOUT.search(before[-8:]))


def _pieces(text: str) -> Iterator[tuple[int, int, int]]:
    """The sentences, those too long for a passage cut, with the number of words of each."""
    for start, end in sentences(text):
        size = words(text[start:end])
        if end - start <= MAX_CHARS and size <= MAX_WORDS:
            yield start, end, size
        else:
            yield from _cut(text, start, end)


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    first = last = count = 0
    for word_start, word_end in _short_words(text, start, end):
        if count and (count == MAX_WORDS or word_end - first > MAX_CHARS):
            yield first, last, count
            count = 0
        if not count:
            first = word_start
        last, count = word_end, count + 1
    if count:
        yield first, last, count


def _short_words(text: str, start: int, end: int) -> Iterator[Span]:
    for word in _WORD.finditer(text, start, end):
        for begin in range(word.start(), word.end(), MAX_CHARS):
            yield begin, min(begin + MAX_CHARS, word.end())
