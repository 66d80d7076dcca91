"""A feed of any length, grown out of a real one: its own articles, then others like them.

A grown article has the length, paragraphs and day of a real one, its skeleton. Its sentences
are drawn from the skeleton and the real articles nearest to it, so that it keeps to a matter
as articles do. Its figures are changed, and its names, each throughout the article: kept, or
taken from elsewhere in the feed as often as they are there, or new. New names come at the
rate at which the real feed's words grow with its length (Heaps' law, fitted on its first half
and the whole), and later articles name them again. So passages, vocabulary and the frequencies
of words grow as those of a longer feed would, and no two articles are nearly the same.

What it is not: news. Sentences do not follow from one another, every sentence comes back with
other names, and matters do not grow in number, only in articles; how close vectors lie to each
other is not what it would be. Time, memory and bytes can be measured on it, quality cannot.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, count, islice
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.embedding.static import StaticEmbedder

Row = Mapping[str, Any]
SEED = 1
NEAR = 5
"""Real articles whose sentences a grown one may have, its skeleton among them."""
OPENING = 1_000
"""Characters by which articles are compared."""
KEPT = 0.5
"""The share of an article's names that stay as they are."""
_SENTENCE_END = re.compile(r"(?<=[.!?”\"])\s+(?=[“\"A-Z])")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{2,}\b")
_NAME_OR_FIGURE = re.compile(r"\b(?:[A-Z][a-z]{2,}|[0-9]+)\b")
_YEAR = re.compile(r"(?:19|20)[0-9][0-9]")
_WORD = re.compile(r"\w+")


def grown(rows: Sequence[Row], seed: int = SEED) -> Iterator[Row]:
    """The rows of a feed dump, then grown ones without end; the same for the same seed."""
    yield from rows
    grower = _Grower(rows, Random(seed))  # noqa: S311 - chooses words
    for number, at in enumerate(grower.skeletons()):
        yield grower.article(number, at)


class _Grower:
    """Makes one article after another."""

    def __init__(self, rows: Sequence[Row], random: Random) -> None:
        self._rows = rows
        self._random = random
        self._paragraphs = [_paragraphs(row["text"]) for row in rows]
        self._near = _neighbours(rows)
        growth = [*_growth(self._paragraphs)]
        self._told, self._words = growth[-1]
        self._rate = _heaps([growth[(len(growth) - 1) // 2], growth[-1]])
        self._length = self._told
        self._coined = 0
        found = [name for text in self._sentences() for name in _NAME.findall(text)]
        common = {word for text in self._sentences() for word in _WORD.findall(text)}
        self._names: list[str] = [name for name in found if name.lower() not in common]
        self._known = {*self._names}
        self._real = frozenset(self._names)
        self._changed: dict[str, str] = {}

    def skeletons(self) -> Iterator[int]:
        """Places of real articles: each once, in some order, and again in another."""
        for _ in count():
            yield from self._random.sample(range(len(self._rows)), len(self._rows))

    def article(self, number: int, at: int) -> Row:
        """A row like the one at a place."""
        skeleton = self._paragraphs[at]
        pool = [s for near in self._near[at] for s in chain(*self._paragraphs[near])]
        drawn = iter(self._random.sample(pool, sum(map(len, skeleton))))
        text = "\n\n".join(" ".join(islice(drawn, len(paragraph))) for paragraph in skeleton)
        self._length += text.count(" ")
        self._changed = {}
        return {
            "id": f"grown-{number}",
            "title": _NAME_OR_FIGURE.sub(self._other, self._rows[at]["title"] or ""),
            "url": f"https://grown.example/{number}",
            "published": self._rows[at]["published"],
            "text": _NAME_OR_FIGURE.sub(self._other, text),
        }

    def _sentences(self) -> Iterator[str]:
        return chain.from_iterable(chain.from_iterable(self._paragraphs))

    def _other(self, found: re.Match[str]) -> str:
        word = found[0]
        if word[0].isdigit():
            return word if _YEAR.fullmatch(word) else self._figure(len(word))
        if word not in self._real:
            return word
        if word not in self._changed:
            self._changed[word] = self._name(word)
        return self._changed[word]

    def _figure(self, digits: int) -> str:
        return str(self._random.randrange(10 ** (digits - 1), 10**digits))

    def _name(self, word: str) -> str:
        wanted = self._words * (math.pow(self._length / self._told, self._rate) - 1)
        if self._coined < wanted:
            return self._coin()
        if self._random.random() < KEPT:
            return word
        return self._random.choice(self._names)

    def _coin(self) -> str:
        """A name that no article had so far: one's beginning and another's end."""
        one, other = self._random.choice(self._names), self._random.choice(self._names)
        name = one[: len(one) // 2 + 1] + other[len(other) // 2 :]
        while name in self._known:
            name += self._random.choice("aeinorst")
        self._known.add(name)
        self._names.append(name)
        self._coined += 1
        return name


def _paragraphs(text: str) -> list[list[str]]:
    return [_SENTENCE_END.split(line.strip()) for line in text.splitlines() if line.strip()]


def _neighbours(rows: Sequence[Row]) -> list[list[int]]:
    """For each row the places of those nearest to it, itself among them."""
    texts = [f"{row['title']}. {row['text'][:OPENING]}" for row in rows]
    vectors = StaticEmbedder().embed(texts)
    near = min(NEAR, len(rows))
    found: list[list[int]] = []
    for start in range(0, len(rows), 1_000):
        likeness: NDArray[np.float32] = vectors[start : start + 1_000] @ vectors.T
        own = np.arange(len(likeness))
        likeness[own, start + own] = 2.0  # before any copy of it
        found += np.argpartition(-likeness, near - 1, axis=1)[:, :near].tolist()
    return found


def _growth(articles: Sequence[Sequence[Sequence[str]]]) -> Iterator[tuple[int, int]]:
    """After each article, how long the feed is by then, and how many words there were."""
    seen: set[str] = set()
    length = 0
    for paragraphs in articles:
        for sentence in chain.from_iterable(paragraphs):
            length += sentence.count(" ") + 1
            seen.update(_WORD.findall(sentence.lower()))
        yield length, len(seen)


def _heaps(ends: Sequence[tuple[int, int]]) -> float:
    """The exponent with which words grow with length, from two points."""
    (length, words), (later_length, later_words) = ends
    if later_length <= length or not words:
        return 0.5
    return math.log(later_words / words) / math.log(later_length / length)
