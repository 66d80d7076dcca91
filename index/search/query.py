"""What the words of a question mean in a collection, and how much each weighs.

Typos are put right and other names found. Only words that the collection lacks, or hardly has,
take time: some ten milliseconds each.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from index.embedding.similarity import Lexicon, Numbers, Words
from index.engines.bm25 import Bm25Index
from index.search.aliases import SAME, Named, named, written_out
from index.search.ranking import OtherName
from index.search.spelling import (
    LIKELY,
    SHORTEST,
    SURE,
    Around,
    Neighbour,
    Spelling,
    function_word,
)
from index.storage.manifest import Manifest
from index.text.analyzer import terms, terms_of_word
from index.text.scripts import other_letters

OTHER_NAME = 0.5
"""How much another name weighs in a search, beside the one in the question."""
COMMON = 30
"""A term of another name is not searched for where one of so many passages has it."""
DOUBTFUL = 0.5
"""How much a word weighs that may be meant, and the one that was typed."""
CLOSE = 0.7
"""Two words whose scores differ by less are as likely meant."""
RARE = 10_000
"""A word in one of so many passages may be a typo of the articles themselves."""
RARE_LETTERS = 6
"""The fewest letters of such a word."""
MANY_TIMES = 100
"""How much more frequent what is meant must then be."""
WHOLE_WORD = 5.0
"""Below this idf in English a word is a common one, and no typo."""
REMEMBERED = 1000
"""Questions whose meaning is remembered."""
ENGLISH = 300
"""Passages of ordinary English that are taken to lie beside the collection's own."""
UNKNOWN = -1
_WORD = re.compile(r"[^\W_]+")


class Idf:
    """BM25's inverse document frequency over the passages, and some of English at large.

    In a collection of a few articles all on one matter, its own frequencies would make the
    matter itself weigh nothing and a stray word everything. What was looked up is remembered,
    so it holds for the index as it is. May be used by any thread.
    """

    def __init__(self, index: Bm25Index, count: int, lexicon: Lexicon) -> None:
        """`count` is how many passages the index has; terms are numbered by the lexicon."""
        self.index, self.count, self.lexicon = index, count, lexicon
        self._frequencies = np.zeros(0, dtype=np.int32)

    def holds(self, index: Bm25Index, count: int, lexicon: Lexicon) -> bool:
        """Whether it was made of these."""
        return (self.index, self.count, self.lexicon) == (index, count, lexicon)

    def of(self, terms: Numbers, words: Numbers) -> NDArray[np.float64]:
        """What each term weighs, in nats, given it and the word it means."""
        held = self._looked_up(terms)[terms] + ENGLISH * np.exp(-self.lexicon.idf[words])
        return np.asarray(np.log(1 + (self.count + ENGLISH - held + 0.5) / (held + 0.5)))

    def _looked_up(self, terms: Numbers) -> NDArray[np.int32]:
        """In how many passages each term is, or UNKNOWN where it is none of `terms`."""
        known, count = self._frequencies, self.lexicon.term_count
        if len(known) < count:
            room = np.full(2 * count - len(known), UNKNOWN, dtype=np.int32)
            known = np.concatenate([known, room])
        new = np.unique(terms[known[terms] == UNKNOWN])
        known[new] = self.index.doc_freqs(self.lexicon.written(new))
        self._frequencies = known
        return known


@dataclass(frozen=True, slots=True)
class Understood:
    """A question as it is meant.

    `doubts` are the terms that may not be meant, by their weight, with the word that each
    stands for. `others` are further names of what is asked about, and `searched` weighs those
    of their terms that are worth a search.
    """

    text: str
    doubts: Mapping[str, tuple[float, str]]
    others: tuple[OtherName, ...] = ()
    searched: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Change:
    """What `text[start:end]` means, or as likely `rival`; by less than 1 what was typed."""

    start: int
    end: int
    meant: str
    weight: float = 1.0
    rival: str | None = None


class Understanding:
    """Understands questions to one state of a collection. May be used by any thread."""

    def __init__(self, bm25: Bm25Index, count: int, manifest: Manifest, words: Words) -> None:
        """`count` is how many passages the index has."""
        self._bm25, self._count, self._words = bm25, count, words
        self._spelling = Spelling(bm25, count, manifest)
        self.of = lru_cache(maxsize=REMEMBERED)(self._of)
        """The question as it is meant."""

    def holds(self, bm25: Bm25Index, count: int) -> bool:
        """Whether it was made of these."""
        return (self._bm25, self._count) == (bm25, count)

    def _of(self, question: str) -> Understood:
        names = named(question)
        changes = [*self._renamed(names, question)]
        changes += self._respelled(question, names)
        text = _changed(question, changes)
        others = [*self._others(named(text) if changes else names, text), *_rivals(changes)]
        searched = {t: OTHER_NAME * o.weight for o in others for t in self._telling(o.terms)}
        return Understood(text, _doubts(question, changes), tuple(others), searched)

    def _renamed(self, names: Sequence[Named], question: str) -> Iterator[_Change]:
        """The names that the collection lacks, where it has another for the same."""
        for name in names:
            if not self._has(terms(question[name.start : name.end])):
                same = [other for other, weight in name.others.items() if weight == SAME]
                known = [other for other in same if self._has(terms(other))]
                if known:
                    yield _Change(name.start, name.end, max(known, key=self._frequency))

    def _others(self, names: Sequence[Named], text: str) -> Iterator[OtherName]:
        for name in names:
            own = tuple(terms(text[name.start : name.end]))
            for other, weight in name.others.items():
                found = tuple(terms(other))
                if own and found != own and self._has(found):
                    yield OtherName(found, own, weight)

    def _respelled(self, question: str, names: Sequence[Named]) -> Iterator[_Change]:
        words = [w for w in _WORD.finditer(question) if not _within(w, names)]
        found = [terms_of_word(w[0]) for w in _WORD.finditer(question)]
        each = [*dict.fromkeys(chain.from_iterable(found))]
        counts = dict(zip(each, self._bm25.doc_freqs(each), strict=True))
        for word in words:
            meant = written_out(word[0])
            if meant is None:
                meant = self._written_elsewhere(word[0], counts)
            if meant is not None:
                yield _Change(word.start(), word.end(), meant)
            elif self._may_be_misspelled(word[0], counts):
                yield from self._meant(question, word, counts)

    def _written_elsewhere(self, word: str, counts: Mapping[str, int]) -> str | None:
        """A word with its letters as the collection writes them: "ö" for "oe", or "oe" for "ö"."""
        if any(counts[term] for term in terms_of_word(word)):
            return None
        forms = {other: terms_of_word(other) for other in other_letters(word)}
        known = [other for other, found in forms.items() if self._has(found)]
        return next(iter(known), None)

    def _may_be_misspelled(self, word: str, counts: Mapping[str, int]) -> bool:
        own = terms_of_word(word)
        if not word.isalpha() or len(own) != 1:
            return False
        least = RARE_LETTERS if counts[own[0]] else SHORTEST
        if (
            len(word) < least
            or counts[own[0]] > self._count / RARE
            or self._words.idf(word.lower()) < WHOLE_WORD
        ):
            return False
        return counts[own[0]] > 0 or not self._bm25.in_titles(own[0])

    def _meant(
        self, question: str, word: re.Match[str], counts: Mapping[str, int]
    ) -> Iterator[_Change]:
        """The word that is meant by a misspelled one, if any is likely."""
        typed = counts[terms_of_word(word[0])[0]]
        if not typed and (common := function_word(word[0])):
            yield _Change(word.start(), word.end(), common)
            return
        around = self._around(question, word, counts)
        found = self._spelling.neighbours(word[0], around)
        for best in found[:1]:
            if weight := self._weight(best, typed):
                close = math.inf if typed else max(LIKELY, best.score - CLOSE)
                rivals = [_written(n, word[0]) for n in found[1:2] if n.score > close]
                meant = _written(best, word[0])
                yield _Change(word.start(), word.end(), meant, weight, next(iter(rivals), None))

    def _weight(self, best: Neighbour, typed: int) -> float:
        """How surely a neighbour is meant; `typed` passages have the word that was typed."""
        if best.score < LIKELY:
            return 0.0
        if typed and (best.score < SURE or best.share * self._count < MANY_TIMES * typed):
            return 0.0
        sure = best.score >= SURE and best.wrong <= 1 and not typed
        return 1.0 if sure else DOUBTFUL

    def _around(self, question: str, word: re.Match[str], counts: Mapping[str, int]) -> Around:
        [own] = terms_of_word(word[0])
        words = (terms_of_word(w[0]) for w in _WORD.finditer(question))
        each = [None, *chain.from_iterable(words), None]
        at = each.index(own)
        weights = {
            term: math.log((self._count + 1) / count)
            for term, count in counts.items()
            if count and term != own
        }
        return Around(
            each[at - 1], each[at + 1], weights, _capital(question, word), word[0].islower()
        )

    def _telling(self, found: Sequence[str]) -> Iterator[str]:
        """Those of some terms that are rare enough to be searched for."""
        for term, count in zip(found, self._bm25.doc_freqs(found), strict=True):
            if count * COMMON <= self._count + ENGLISH:
                yield term

    def _has(self, found: Sequence[str]) -> bool:
        return bool(found) and all(self._bm25.doc_freqs(found))

    def _frequency(self, name: str) -> int:
        return min(self._bm25.doc_freqs(terms(name)))


def _capital(question: str, word: re.Match[str]) -> bool | None:
    """Whether a word is capitalised; None where the question's capitals tell nothing."""
    others = [w[0] for w in _WORD.finditer(question)][1:]
    if question.isupper() or not any(w[0].isupper() for w in others):
        return None
    return word[0][0].isupper() if _WORD.search(question, 0, word.start()) else None


def _written(neighbour: Neighbour, typed: str) -> str:
    """A neighbour with a capital where it is a name or one was typed."""
    word = neighbour.word
    return word if neighbour.is_name or typed[0].isupper() else word.lower()


def _within(word: re.Match[str], names: Sequence[Named]) -> bool:
    return any(name.start <= word.start() < name.end for name in names)


def _doubts(question: str, changes: Sequence[_Change]) -> dict[str, tuple[float, str]]:
    """The terms that may not be meant, by their weight, with the word that each means."""
    doubts: dict[str, tuple[float, str]] = {}
    for change in changes:
        rival = change.rival or question[change.start : change.end]
        if change.weight < 1 or change.rival:
            doubts |= dict.fromkeys(terms(rival), (1 - DOUBTFUL, rival))
            doubts |= dict.fromkeys(terms(change.meant), (DOUBTFUL, change.meant))
    return doubts


def _rivals(changes: Sequence[_Change]) -> Iterator[OtherName]:
    """Of two words that are as likely meant, either will do."""
    for change in changes:
        if change.rival:
            both = tuple(terms(change.meant)), tuple(terms(change.rival))
            yield OtherName(both[0], both[1], SAME)
            yield OtherName(both[1], both[0], SAME)


def _changed(text: str, changes: Sequence[_Change]) -> str:
    for change in sorted(changes, key=lambda c: -c.start):
        text = text[: change.start] + change.meant + text[change.end :]
    return text
