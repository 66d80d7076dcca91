"""Where articles differ on what a question asks: "12 dead" in one, "15 dead" in another.

Only what answers the question is compared, and only where the articles say the same of the same
thing: a difference that is none would be worse than one that is not shown.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from bot.answer import Citation
from bot.differences.actors import doers
from bot.differences.alignment import MATCH, SURE, Aligner, Alignment, Line
from bot.differences.clauses import SPEECH, clauses, may_be_verb
from bot.differences.comparable import counts_it, is_whole, lasts
from bot.differences.repeats import witnesses
from bot.differences.same_answer import (
    GivenAnswer,
    at_one_time,
    clauses_with,
    may_be_same,
    of_one_sort,
    same_names,
    same_noun,
    same_verb,
    says_same,
    shared_surroundings,
)
from bot.differences.tokens import Sort, Token
from bot.extraction.answer_kind import Kind, one_thing_asked
from bot.verification.days import has_days
from bot.verification.figures import may_have_numbers
from bot.wording import is_light, listed
from index.article import Passage
from index.embedding.similarity import Words
from index.search.retriever import Query

_ANSWERS = 0.65
"""How much of what a question speaks of, by weight, a line and its neighbours must say."""
_AROUND = 0.7
"""What a word is worth that is near the line and not in it."""
_IN_LINE = {Kind.DATE: 0.5, Kind.YEAR: 0.5, Kind.NAME: 0.9}
"""How much of it the line must say itself; of a count much is often left unsaid."""
_LEAST_IN_LINE = 0.5
_SAME_THING = {True: 0.3, False: 0.4}
"""How much of a figure's surroundings the other's must say, for both to be of one thing: that
much of a count's, and more of a figure with a unit, for shares and sums are of many things."""
_APART = timedelta(days=45)
"""Articles that lie further apart speak of different times."""
_SHORT = 3
"""Letters of a name that begins other words as well."""
_SHOWN = 3
_PARTS = listed(
    "including includes include among other others another more additional further extra each per "
    "every remaining rest"
)
"""Figures beside these are part of a whole, added to one, or shared out."""
_HOW = listed("many much long old far high big often fast tall large")
_CAPTION = re.compile(
    r"\b(?:in (?:this|a|an) (?:\w+ )?(?:photo|picture|image)|(?:is|are) (?:seen|pictured))\b", re.I
)
"""What a picture shows goes on before and after its day."""


class _Wanted(NamedTuple):
    """What is an answer: a token, and the sentences that may have one, which shows at once."""

    may_be_in: Callable[[str], bool]
    is_it: Callable[[Token], bool]


_WANTED = {
    Kind.MONEY: _Wanted(
        may_have_numbers, lambda t: t.number is not None and t.number.unit in ("$", "€", "£")
    ),
    Kind.SHARE: _Wanted(may_have_numbers, lambda t: t.number is not None and t.number.unit == "%"),
    Kind.NUMBER: _Wanted(
        may_have_numbers, lambda t: t.number is not None and t.number.unit != "ordinal"
    ),
    Kind.DATE: _Wanted(
        has_days, lambda t: t.day is not None and t.day.step not in ("week", "month", "year")
    ),
    Kind.YEAR: _Wanted(has_days, lambda t: t.day is not None and t.day.year is not None),
    Kind.NAME: _Wanted(bool, lambda t: t.verb),
}


@dataclass(frozen=True, slots=True)
class Stated:
    """What an article gives as the answer, in its own words, and where."""

    says: str
    quote: Citation


def differing(
    query: Query,
    quotes: Sequence[Citation],
    passages: Sequence[Passage],
    words: Words,
    answers: Callable[[str], bool] = bool,
) -> tuple[Stated, ...]:
    """What articles give differently as the answer to `query`, oldest first, else nothing.

    Only sentences that `answers` accepts are compared.
    One of `quotes` is among them; the others are in `passages`. Articles that only repeat
    each other count as one witness, and what several say is given once, by the newest.
    """
    kind = one_thing_asked(query.text)
    if not kind:
        return ()
    comparison = _Comparison(query, kind, passages, words, answers)
    quoted = [n for n, p in enumerate(passages, 1) if any(_overlap(p, q) for q in quotes)]
    for own in comparison.answers(quoted):
        quote = next((q for q in quotes if _stands_in(own.line, q)), None)
        if quote is None:
            continue
        # Reading all the other passages is most of the work, and mostly nothing is quoted.
        every = comparison.answers(range(1, len(passages) + 1))
        rivals = [answer for answer in every if comparison.differ(own, answer)]
        if rivals:
            said = [(own, quote)]
            for rival in sorted(rivals, key=lambda a: a.order, reverse=True):
                if len(said) < _SHOWN and not any(may_be_same(rival, other) for other, _ in said):
                    said.append((rival, rival.line.quoted()))
            said.sort(key=lambda s: s[0].order)
            return tuple(Stated(answer.says, q) for answer, q in said)
    return ()


class _Comparison:
    """The answers to one question that the passages give, held against each other."""

    def __init__(
        self,
        query: Query,
        kind: Kind,
        passages: Sequence[Passage],
        words: Words,
        accepted: Callable[[str], bool],
    ) -> None:
        self._accepted = accepted
        self._asked = clauses(" ".join([query.text, *query.context[:1]]))
        self._kind = kind
        self._by_name = kind is Kind.NAME
        self._wanted = _WANTED[kind]
        self._core = _core(self._asked.tokens)
        self._passages = passages
        self._aligner = Aligner(passages, words)

    @cached_property
    def _witness(self) -> dict[str, str]:
        """Which articles only repeat each other."""
        return witnesses(self._passages)

    def answers(self, numbers: Iterable[int]) -> list[GivenAnswer]:
        """What may be an answer in these passages, one after another, at most one a line."""
        lines = [
            line
            for number in numbers
            for line in self._aligner.lines(number)
            if self._wanted.may_be_in(line.text)
            and any(map(self._wanted.is_it, line.clauses.tokens))
            and not _CAPTION.search(line.text)
            and self._accepted(line.text)
        ]
        alignment = self._aligner.beside(self._asked, lines)
        told: dict[int, list[int]] = defaultdict(list)
        for spot in (s for k in self._core for s in alignment.spots(k, MATCH)):
            told[spot.line].append(spot.place)
        found = (self._answer(alignment, n, places) for n, places in sorted(told.items()))
        return [answer for answer in found if answer]

    def _answer(self, alignment: Alignment, n: int, told: Sequence[int]) -> GivenAnswer | None:
        """What a line gives: beside the word, at `told`, that says what the question asks of it."""
        line = alignment.lines[n]
        tokens = line.clauses.tokens
        if not (self._speaks_of_it(alignment, n) and self._names_it(line)):
            return None
        if self._by_name:
            verbs = [GivenAnswer(line, place) for place in told if tokens[place].verb]
            return next(filter(None, map(self._with_names, verbs)), None)
        nearest = min(
            (tokens[place].clause != tokens[spot].clause, abs(place - spot), place)
            for place in range(len(tokens))
            for spot in told
            if self._wanted.is_it(tokens[place])
        )
        place = nearest[2]
        elsewhere = nearest[0] and any(
            t.verb and t.clause == tokens[place].clause and not is_light(t.stem) for t in tokens
        )
        return (
            GivenAnswer(line, place)
            if not elsewhere and self._may_answer(alignment, line, place)
            else None
        )

    def _with_names(self, answer: GivenAnswer) -> GivenAnswer | None:
        """The answer with who does it, if it is clear who."""
        tokens = answer.line.clauses.tokens
        names = doers(self._aligner, tokens, answer.place)
        asked = {t.stem for t in self._asked.tokens}
        several = any(t.text.lower() == "and" for t in tokens[: answer.place])
        apart = any(after.start - name.end > 1 for name, after in pairwise(names))
        if several or apart or all(t.initial for t in names):
            return None
        if any(t.stem in asked for t in names):
            return None
        return replace(answer, names=tuple(names))

    def _may_answer(self, alignment: Alignment, line: Line, place: int) -> bool:
        """Whether a figure can be the whole of what is asked: no part, and of now."""
        tokens, published = line.clauses.tokens, line.passage.published
        around = {t.text.lower() for t in tokens[max(0, place - 3) : place + 3]}
        asked = {t.text.lower() for t in self._asked.tokens}
        if not _PARTS.isdisjoint(around) or ("since" in asked and "since" not in around):
            return False
        counted = counts_it(self._asked.text, self._asked.tokens, tokens, place, alignment.says)
        if not (counted and is_whole(line.text, tokens[place])):
            return False
        if not lasts(self._asked.text, line.text, tokens[place]):
            return False
        years = {t.day.year for t in tokens if t.day and t.day.year and t.text not in asked}
        return bool(tokens[place].day) or not published or years <= {published.year}

    def _speaks_of_it(self, alignment: Alignment, n: int) -> bool:
        """Whether a line, with its neighbours, says what the question asks about."""
        line = alignment.lines[n]
        around = self._around(line)
        said = here = total = 0.0
        for token, weight, held in zip(
            self._asked.tokens, alignment.weights, alignment.said(n), strict=True
        ):
            light = is_light(token.stem) and token.sort is Sort.WORD and not self._by_name
            if token.sort in (Sort.SMALL, Sort.DAY) or light or token.text.lower() in _HOW:
                continue
            total += weight
            if held >= MATCH:
                said += weight
                here += weight
            elif token.stem in around:
                said += weight if token.sort is Sort.NAME else _AROUND * weight
        least = _IN_LINE.get(self._kind, _LEAST_IN_LINE)
        return said >= _ANSWERS * total and here >= least * total

    def _names_it(self, line: Line) -> bool:
        """Whether a line names what the question names, or its title does and it names no other."""
        asked = {t.stem for t in self._aligner.names(self._asked.tokens)}
        here = {t.stem for t in line.clauses.tokens}
        lacking = {name for name in asked - here if not _derived(name, here)}
        if not lacking <= {t.stem for t in clauses(line.passage.title).tokens}:
            return False
        speaking = clauses_with(line.clauses.tokens, SPEECH)
        others = [t for t in self._aligner.names(line.clauses.tokens) if t.stem not in asked]
        return not lacking or all(t.clause in speaking for t in others)

    def _around(self, line: Line) -> frozenset[str]:
        """The stems of all words near a line, the article's title with it."""
        titled = {t.stem for t in clauses(line.passage.title).tokens}
        return self._aligner.words(line.number) | titled

    def differ(self, one: GivenAnswer, other: GivenAnswer) -> bool:
        """Whether two articles say the same of the same thing, but for these."""
        witness = [self._witness[a.line.passage.source] for a in (one, other)]
        if witness[0] == witness[1] or may_be_same(one, other) or not of_one_sort(one, other):
            return False
        if one.published and other.published and abs(one.published - other.published) > _APART:
            return False
        if self._is_known(one, other) or self._is_known(other, one):
            return False
        return at_one_time(one, other) and self._same_but(one, other)

    def _is_known(self, one: GivenAnswer, other: GivenAnswer) -> bool:
        """Whether the article of `other` has what `one` says as well, and means another thing."""
        if one.names:
            return any(t.stem in self._around(other.line) for t in one.names)
        return any(
            says_same(one.token, one.published, token, other.published)
            for line in self._aligner.lines(other.line.number)
            for token, before in zip(line.clauses.tokens[1:], line.clauses.tokens, strict=False)
            if before.text.lower() not in ("from", "than")
        )

    def _same_but(self, one: GivenAnswer, other: GivenAnswer) -> bool:
        """Whether each line says around its answer what the other says."""
        if one.names:
            return True
        there = self._aligner.beside(one.line.clauses, [other.line])
        back = self._aligner.beside(other.line.clauses, [one.line])
        if not (same_names(self._aligner, there) and same_noun(there, one.place, other.place)):
            return False
        if self._strangers(there, one) and self._strangers(back, other):
            return False
        if not (same_verb(there, one.place) and same_verb(back, other.place)):
            return False
        likeness = max(
            shared_surroundings(there, one.place, other.place),
            shared_surroundings(back, other.place, one.place),
        )
        number = one.token.number
        return likeness >= _SAME_THING[number is not None and not number.unit]

    def _strangers(self, alignment: Alignment, one: GivenAnswer) -> bool:
        """Whether a line has names, those of speakers aside, that the other's article lacks."""
        around = self._around(alignment.lines[0])
        tokens = one.line.clauses.tokens
        speaking = clauses_with(tokens, SPEECH)
        return any(
            alignment.best(k) < SURE and t.stem not in around and t.clause not in speaking
            for k, t in enumerate(tokens)
            if t.sort is Sort.NAME and self._aligner.names([t])
        )


def _derived(name: str, stems: Set[str]) -> bool:
    """Whether one of the stems comes from a name, as “Indonesian” does from “Indonesia”."""
    return any(stem.startswith(name) for stem in stems) and len(name) > _SHORT


def _core(asked: Sequence[Token]) -> list[int]:
    """The places of the words that say what is asked of a thing: its verb, else all that tell."""
    told = [
        k
        for k, t in enumerate(asked)
        if t.sort is Sort.WORD and not is_light(t.stem) and t.text.lower() not in _HOW
    ]
    verbs = [k for k, t in enumerate(asked) if t.sort is Sort.WORD and may_be_verb(t)]
    names = [k for k, t in enumerate(asked) if t.sort is Sort.NAME]
    return [k for k in verbs if k in told][:1] or verbs[:1] or told or names


def _overlap(passage: Passage, quote: Citation) -> bool:
    same = passage.source == quote.source
    return same and passage.start < quote.end and quote.start < passage.end


def _stands_in(line: Line, quote: Citation) -> bool:
    return (
        line.passage.source == quote.source and quote.start <= line.start and line.end <= quote.end
    )
