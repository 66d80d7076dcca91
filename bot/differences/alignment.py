"""A claim's words laid beside the words of a passage's sentences.

It finds the few sentences that a claim can rest on and says which word matches which.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, lru_cache
from itertools import pairwise, zip_longest
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.answer import Citation
from bot.differences.clauses import Clauses, clauses
from bot.differences.tokens import Sort, Token
from bot.extraction.orders import gives_orders
from bot.verification.days import same_day
from bot.verification.figures import agree
from bot.wording import is_light, lines_of, meanings, sides, stem, undoes
from index.article import Passage
from index.embedding.similarity import Words
from index.text.splitter import sentences

Floats = NDArray[np.float32]

MATCH = 0.5
"""From this strength on a word counts as said by another."""
SURE = 0.8
_ALIKE = (0.2, 0.64)
_MOST_BY_VECTOR = 0.85
_WORD = re.compile(r"[^\W\d_]+|\d+")
_NAME_INSIDE = re.compile(r"(?<=[a-z,;] )[A-Z][^\W\d_]*")
_FIGURE_WEIGHT = 5.0
_NAME_WEIGHT = 4.0
_LIGHT_WEIGHT = 0.4
_APT = 0.7
_ENDINGS = ("n", "an", "ian", "ean", "ese", "ish", "i", "s", "ns", "er", "ers", "ic", "'s")
_LEAST_FIT = 0.4


@dataclass(frozen=True)
class Line:
    """A sentence of passage `number`; `start` and `end` count in the article's text."""

    number: int
    place: int
    passage: Passage
    start: int
    end: int
    read: Callable[[str], Clauses] = field(repr=False)

    @property
    def text(self) -> str:
        """The sentence itself."""
        return self.passage.text[self.start - self.passage.start : self.end - self.passage.start]

    @cached_property
    def clauses(self) -> Clauses:
        """The sentence as it is read, which takes a millisecond and is not needed of all."""
        return self.read(self.text)

    def quoted(self) -> Citation:
        """The sentence as a quote; `n` is the number of its passage."""
        passage = self.passage
        return Citation(
            n=self.number,
            source=passage.source,
            title=passage.title,
            published=passage.published,
            url=passage.url,
            quote=self.text,
            start=self.start,
            end=self.end,
        )


@dataclass(frozen=True, slots=True)
class Spot:
    """A word of an aligned line, and how surely it says what the claim's word says."""

    line: int
    place: int
    token: Token
    strength: float


class Alignment:
    """A claim beside the lines it can rest on, best line first."""

    def __init__(
        self, claim: Clauses, lines: Sequence[Line], strengths: Sequence[Floats], weights: Floats
    ) -> None:
        self.claim = claim
        self.lines = lines
        self.weights = weights
        self._strengths = strengths
        self._best: list[Floats] = [matrix.max(axis=1, initial=0) for matrix in strengths]
        self._is_name = np.array([t.sort is Sort.NAME for t in claim.tokens], dtype=bool)
        self._nearness: dict[tuple[int | None, int], tuple[Floats, Floats]] = {}

    def of(self, chosen: Sequence[int]) -> "Alignment":
        """The same with only these lines, in this order."""
        strengths = [self._strengths[n] for n in chosen]
        return Alignment(self.claim, [self.lines[n] for n in chosen], strengths, self.weights)

    def said(self, line: int) -> Floats:
        """How well each of the claim's tokens is said by a line, in [0, 1]."""
        return self._best[line]

    def spots(self, place: int, least: float = MATCH) -> list[Spot]:
        """Where the claim's token at `place` is matched."""
        return [
            Spot(n, int(j), line.clauses.tokens[j], float(matrix[place, j]))
            for n, (line, matrix) in enumerate(zip(self.lines, self._strengths, strict=True))
            for j in np.flatnonzero(matrix[place] >= least)
        ]

    def says(self, one: Token, other: Token) -> bool:
        """Whether a token of the claim is matched by one of the lines' tokens."""
        place = next(k for k, t in enumerate(self.claim.tokens) if t is one)
        return any(s.token is other for s in self.spots(place))

    def best(self, place: int) -> float:
        """How well the claim's token at `place` is matched, in [0, 1]."""
        return max((float(m[place].max(initial=0)) for m in self._strengths), default=0.0)

    def apt(self, place: int, least: float = SURE) -> list[Spot]:
        """The matches of a token whose surroundings fit its own, best first."""
        spots = [(self.fit(place, s.line, s.place), s) for s in self.spots(place, least)]
        best = max((fit for fit, _ in spots), default=0.0)
        return [s for fit, s in spots if fit >= max(_APT * best, _LEAST_FIT)]

    def fit(self, place: int, line: int, other: int) -> float:
        """How well the words around the claim's token fit those around a token of a line."""
        matrix = np.where(self._strengths[line] >= MATCH, self._strengths[line], 0)
        near = np.maximum(0.2, self._near(line, other))
        own = (matrix * near).max(axis=1, initial=0)
        elsewhere = [0.1 * best for n, best in enumerate(self._best) if n != line]
        best = np.max([own, *elsewhere], axis=0)
        return float((self._around(place) * best).sum())

    def surroundings(self, place: int) -> float:
        """What `fit` gives where all the words around the claim's token are beside another."""
        return float(self._around(place).sum())

    def _around(self, place: int) -> Floats:
        """How much each token of the claim weighs for the one at `place`."""
        weights = self.weights * np.diagonal(self._near(None, place))
        weights[place] = 0
        return np.asarray(weights)

    def _near(self, line: int | None, place: int) -> Floats:
        """How closely each token of a line, or of the claim, belongs to that at `place`.

        One row a token of the claim that is looked for, since the names among them reach far.
        """
        if (line, place) not in self._nearness:
            tokens = (self.claim if line is None else self.lines[line].clauses).tokens
            self._nearness[line, place] = _nearness(tokens, place)
        plain, named = self._nearness[line, place]
        return np.asarray(np.where(self._is_name[:, None], named, plain))


def _nearness(tokens: Sequence[Token], place: int) -> tuple[Floats, Floats]:
    """How closely the token at `place` belongs together with each, and with each name; (0, 1]."""
    one = tokens[place]
    told = np.cumsum([t.sort is not Sort.SMALL for t in tokens])
    nearness = (1 / (1 + _between(told, place) / 4)).astype(np.float32)
    if one.sort in _FIGURES:
        figures = np.cumsum([t.sort is one.sort for t in tokens])
        nearness *= 0.5 ** _between(figures, place)
    here = np.array([t.clause == one.clause for t in tokens])
    plain = np.where(here, nearness, 0.35 * nearness)
    # The subject of the sentence is that of its clauses.
    has_subject = any(t.sort is Sort.NAME and t.clause == one.clause for t in tokens)
    return plain, plain if has_subject else nearness


def _between(counts: NDArray[np.int_], place: int) -> NDArray[np.int_]:
    """How many there are between `place` and each other place, by what is counted up to each."""
    low = np.minimum(np.arange(len(counts)), place)
    high = np.maximum(np.arange(len(counts)), place)
    return np.where(low == high, 0, counts[np.maximum(high - 1, 0)] - counts[low])


class Aligner:
    """Aligns claims with the sentences of given passages, numbered from 1."""

    def __init__(self, passages: Sequence[Passage], words: Words) -> None:
        self._passages = passages
        self._words = words
        self._lines: dict[int, list[Line]] = {}
        self._stems: dict[int, frozenset[str]] = {}
        self._units: dict[str, Floats] = {}

    def lines(self, number: int) -> list[Line]:
        """The sentences of passage `number` that may serve as evidence."""
        if number not in self._lines:
            passage = self._passages[number - 1]
            self._lines[number] = [
                Line(number, place, passage, passage.start + start, passage.start + end, self.read)
                for place, (start, end) in enumerate(sentences(passage.text))
                if not gives_orders(passage.text[start:end])
            ]
        return self._lines[number]

    def names(self, tokens: Sequence[Token]) -> list[Token]:
        """The names among `tokens`. A first word is one if it is one in a passage,
        or if another follows it.
        """
        return [
            t
            for t, after in zip_longest(tokens, tokens[1:])
            if t.sort is Sort.NAME
            and (
                not t.initial
                or t.stem in self._known_names
                or (after is not None and after.sort is Sort.NAME and after.start == t.end + 1)
            )
        ]

    def read(self, sentence: str) -> Clauses:
        """A sentence of the passages, or a claim about them, as clauses."""
        return self._settled(clauses(sentence))

    def _settled(self, sentence: Clauses) -> Clauses:
        """The sentence with its first word taken as a name only if it is one."""
        first = next((k for k, t in enumerate(sentence.tokens) if t.sort is Sort.NAME), None)
        if (
            first is None
            or not sentence.tokens[first].initial
            or self.names(sentence.tokens[first : first + 2])[:1] == [sentence.tokens[first]]
        ):
            return sentence
        tokens = [*sentence.tokens]
        tokens[first] = replace(tokens[first], sort=Sort.WORD)
        return replace(sentence, tokens=tuple(tokens))

    @cached_property
    def _known_names(self) -> frozenset[str]:
        found = (w for p in self._passages for w in _NAME_INSIDE.findall(p.text))
        return frozenset(map(stem, dict.fromkeys(found)))

    def words(self, number: int) -> frozenset[str]:
        """The stems of all words of passage `number`."""
        if number not in self._stems:
            found = dict.fromkeys(_WORD.findall(self._passages[number - 1].text))
            self._stems[number] = frozenset(map(stem, found))
        return self._stems[number]

    def beside(self, claim: Clauses, lines: Sequence[Line]) -> Alignment:
        """Lay `claim` beside just these lines."""
        weights = np.array([self._weight(t) for t in claim.tokens], dtype=np.float32)
        matrix = self._strengths(claim.tokens, lines)
        bounds = np.cumsum([0, *(len(line.clauses.tokens) for line in lines)])
        return Alignment(claim, lines, [matrix[:, a:b] for a, b in pairwise(bounds)], weights)

    def _weight(self, token: Token) -> float:
        if token.sort is Sort.SMALL:
            return 0.0
        if token.sort in (Sort.NUMBER, Sort.DAY):
            return _FIGURE_WEIGHT
        if token.sort is Sort.NAME and not token.initial:
            return _NAME_WEIGHT
        return _LIGHT_WEIGHT if is_light(token.stem) else self._words.idf(token.text.lower())

    def _strengths(self, claim: Sequence[Token], lines: Sequence[Line]) -> Floats:
        """How well each token of the claim is said by each of the lines, in [0, 1]."""
        held = [t for line in lines for t in line.clauses.tokens]
        dates = [line.passage.published for line in lines for _ in line.clauses.tokens]
        strengths = np.zeros((len(claim), len(held)), dtype=np.float32)
        places: dict[tuple[str, str], list[int]] = defaultdict(list)
        for j, token in enumerate(held):
            if token.sort in (Sort.NAME, Sort.WORD):
                places[token.text, token.seat].append(j)
        forms = [held[js[0]] for js in places.values()]
        cosines = self._unit(claim) @ self._unit(forms).T if forms and claim else None
        columns = [j for js in places.values() for j in js]
        spread = [form for form, js in enumerate(places.values()) for _ in js]
        low, high = _ALIKE
        for i, token in enumerate(claim):
            if token.sort in _FIGURES:
                strengths[i] = [_same_figure(token, *h) for h in zip(held, dates, strict=True)]
            elif token.sort is not Sort.SMALL and cosines is not None:
                alike = np.clip((cosines[i] - low) / (high - low), 0, _MOST_BY_VECTOR)
                for form, likeness in listed_likeness(token, forms).items():
                    alike[form] = likeness
                strengths[i, columns] = alike[spread]
        return strengths

    def _unit(self, tokens: Sequence[Token]) -> Floats:
        forms = [t.text.lower() for t in tokens]
        if new := [f for f in dict.fromkeys(forms) if f not in self._units]:
            vectors = self._words.vectors(new)
            lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
            self._units.update(zip(new, vectors / np.maximum(lengths, 1e-9), strict=True))
        return np.array([self._units[f] for f in forms], dtype=np.float32)


_FIGURES = (Sort.NUMBER, Sort.DAY)


def _same_figure(one: Token, other: Token, published: date | None) -> float:
    if one.number and other.number:
        return float(agree(one.number, other.number))
    if one.day and other.day:
        return float(same_day(one.day, other.day, published))
    return 0.0


def before(lines: Sequence[Line], line: Line, most: int) -> Iterator[Line]:
    """The lines of the same passage before `line`, nearest first, at most so many."""
    earlier = [other for other in lines if other.place < line.place]
    yield from reversed(earlier[-most:])


class _Form(NamedTuple):
    """A word and what the lists say of it."""

    low: str
    stem: str
    nation: int | None
    meanings: frozenset[int]
    sides: frozenset[int]


@lru_cache(maxsize=20_000)
def _form(text: str, stem: str) -> _Form:
    low = text.lower()
    return _Form(low, stem, _nations().get(low), meanings(stem), sides(stem))


@lru_cache(maxsize=1)
def _nations() -> dict[str, int]:
    return {word: n for n, line in enumerate(lines_of("nation")) for word in line.split()}


def listed_likeness(said: Token, held: Sequence[Token]) -> dict[int, float]:
    """How well `said` is said by those of `held` that letters and lists tell of, by place."""
    one = _form(said.text, said.stem)
    against = frozenset(-side for side in one.sides)
    is_name = said.sort is Sort.NAME
    found = {}
    for place, token in enumerate(held):
        other = _form(token.text, token.stem)
        same_seat = said.seat and said.seat == token.seat
        if one.stem == other.stem or same_seat or _same_name(one, other):
            found[place] = 1.0
        elif is_name or not against.isdisjoint(other.sides):
            found[place] = 0.0
        else:
            akin = _akin(one.stem, other.stem)  # seldom, and the rest is slow
            if akin and undoes(one.stem, other.stem):
                found[place] = 0.0
            elif not one.meanings.isdisjoint(other.meanings):
                found[place] = 0.9
            elif akin and _one_within_other(one.stem, other.stem):
                found[place] = 0.8
    return found


def _same_name(one: _Form, other: _Form) -> bool:
    if one.nation is not None and one.nation == other.nation:
        return True
    if one.low[:4] != other.low[:4]:
        return False
    short, long_ = sorted((one.low, other.low), key=len)
    root = short.rstrip("aeoy") if len(short) > 4 else short
    return len(root) >= 4 and long_.startswith(root) and long_[len(root) :] in _ENDINGS


def _akin(one: str, other: str) -> bool:
    """Whether two stems begin alike, or one holds the other."""
    return one[:3] == other[:3] or one in other or other in one


def _one_within_other(one: str, other: str) -> bool:
    short, long_ = (one, other) if len(one) <= len(other) else (other, one)
    if len(short) < 5 or long_.startswith(("un", "dis", "im", "in")):
        return False
    return short in long_ or long_.startswith(short[: max(5, len(short) - 2)])
