"""The sentences of the evidence, and how well each matches what was asked.

A term is matched by the same word, or partly by one of like meaning. The gate and the choice
of quotes both work on this. It knows nothing of stores or of what will be said.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

from bot.question import Kind, answers_kind, kind_of
from index.embed import unit
from index.lexicon import NO_TERM, Lexicon, Numbers, words_of
from index.manifest import Candidate
from index.othernames import held
from index.places import Places, Texts, columns_of
from index.rank import Hit
from index.retriever import Evidence
from index.split import sentences
from index.terms import terms_of_word

Floats = NDArray[np.float32]

MIN_WORDS = 4
"""A shorter sentence is a scrap."""
HEADING_WORDS = 5
"""A line of fewer words that does not end as sentences do is a heading, and says too little."""
REASON_WORDS = 8
"""The same where a reason is asked for: a heading names things, but seldom explains them."""
_WORD = re.compile(r"[^\W_]+")
_FINISHED = re.compile(r"""[.!?…:;][\s"'”’)\]]*$""")
_BOILERPLATE = re.compile(
    r"\b(?:sign up|subscribe|newsletter|click here|read more|follow (?:us|me|him|her)\b.*@|"
    r"getty images|contributed to this report|all rights reserved|https?://|advertisement)\b"
)
"""In lower case, which is found in half the time that heeding no capitals takes."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a hit; `start` and `end` are character offsets into its article.

    `words` are its words in order, as written; `length` counts the blank-separated ones.
    `has_kind` says that it holds something of the kind asked for that the question does not.
    """

    hit: int
    candidate: Candidate
    start: int
    end: int
    text: str
    words: tuple[str, ...]
    length: int
    has_kind: bool


@dataclass(frozen=True, eq=False)
class Reading:
    """All the evidence's sentences, read for one question.

    `texts` are the sentences' words by number. `forms` are the words as written, each once a
    sentence, and `spoken` the same by number. `sought` are the terms looked for and `importance`
    what each weighs; `match[i, j]` in [0, 1] says how well sentence i matches term j; `cosines`
    how like the question each sentence is, and `phrases` how much of its pairs of terms it has.
    """

    evidence: Evidence
    kind: Kind
    sentences: tuple[Sentence, ...]
    texts: Texts
    forms: tuple[str, ...]
    spoken: Texts
    sought: tuple[str, ...]
    importance: Floats
    match: Floats
    cosines: Floats
    phrases: Floats

    @property
    def lexicon(self) -> Lexicon:
        """What the numbers of words and terms mean."""
        return self.evidence.alike.lexicon

    @cached_property
    def terms(self) -> Numbers:
        """The numbers of all terms of the sentences, each once, in order."""
        found = np.unique(self.lexicon.terms[self.spoken.words])
        return np.asarray(found[found != NO_TERM])

    @cached_property
    def told(self) -> Floats:
        """Which sentences say which of `terms`: 1 or 0, `(sentences, terms)`."""
        return self._which(self.spoken, len(self.sentences))

    @cached_property
    def titled(self) -> Floats:
        """Which hits' titles say which of `terms`: 1 or 0, `(hits, terms)`."""
        return self._which(self._titles, len(self.evidence.hits))

    @cached_property
    def _titles(self) -> Texts:
        hits = self.evidence.hits
        return Texts.of([words_of(hit.candidate.title) for hit in hits], self.lexicon)

    def columns(self, texts: Texts) -> Numbers:
        """The place of each word's term among `terms`, or NO_TERM."""
        return columns_of(self.lexicon.terms[texts.words], self.terms)

    def _which(self, texts: Texts, rows: int) -> Floats:
        columns = self.columns(texts)
        here = columns != NO_TERM
        which = np.zeros((rows, len(self.terms)), dtype=np.float32)
        which[texts.text[here], columns[here]] = 1
        return which

    @cached_property
    def exact(self) -> Floats:
        """Like `match`, with the same word only: 1 or 0."""
        return np.asarray(self.match == 1, dtype=np.float32)

    @cached_property
    def near(self) -> Floats:
        """`exact`, together with that of the sentences before and after in the passage."""
        near = self.exact.copy()
        for i, (one, other) in enumerate(pairwise(self.sentences)):
            if one.hit == other.hit:
                near[i] = np.maximum(near[i], self.exact[i + 1])
                near[i + 1] = np.maximum(near[i + 1], self.exact[i])
        return near

    @cached_property
    def of_title(self) -> Floats:
        """Which of `sought` each sentence's title has: 1 or 0, like `exact`."""
        found = held(self.evidence.sought, self._titles, self.lexicon)
        return np.asarray(found[[s.hit for s in self.sentences]] == 1, dtype=np.float32)

    def share(self, match: Floats) -> Floats:
        """The share of the total importance that rows of matches make up, in [0, 1]."""
        total = float(self.importance.sum())
        return match @ self.importance / total if total else match.sum(axis=-1) * 0


def read(evidence: Evidence) -> Reading:
    """Read the sentences of all hits, best hit first, in the order of the text."""
    kind, alike, sought = kind_of(evidence.query.meant), evidence.alike, evidence.sought
    found = tuple(_sentences(evidence.hits, kind, frozenset(sought.attention)))
    texts = Texts.of([s.words for s in found], alike.lexicon)
    each = [[*dict.fromkeys(s.words)] for s in found]
    spoken = Texts.of(each, alike.lexicon)
    places = Places(sought.importance, texts, alike.lexicon)
    match = alike.best(texts.words, texts.starts)
    match = np.maximum(match, held(sought, texts, alike.lexicon, places))
    return Reading(
        evidence=evidence,
        kind=kind,
        sentences=found,
        texts=texts,
        forms=tuple(chain.from_iterable(each)),
        spoken=spoken,
        sought=tuple(sought.importance),
        importance=sought.weights,
        match=match,
        cosines=unit(spoken.sums(alike.lexicon)) @ alike.lexicon.direction(evidence.query.meant),
        phrases=places.phrases(sought.pairs),
    )


def _sentences(hits: Sequence[Hit], kind: Kind, asked: frozenset[str]) -> Iterator[Sentence]:
    enough = REASON_WORDS if kind is Kind.REASON else HEADING_WORDS
    for place, hit in enumerate(hits):
        c = hit.candidate
        for start, end in sentences(c.text):
            text = c.text[start:end]
            length = len(text.split())
            words = tuple(_WORD.findall(text))
            if length < MIN_WORDS or not any(map(terms_of_word, words)):
                continue
            if length < enough and _is_heading(c.text, start, end):
                continue
            if text == c.title or _BOILERPLATE.search(text.lower()):
                continue
            yield Sentence(
                hit=place,
                candidate=c,
                start=c.start + start,
                end=c.start + end,
                text=text,
                words=words,
                length=length,
                has_kind=any(
                    not asked.issuperset(terms_of_word(a)) for a in answers_kind(text, kind)
                ),
            )


def _is_heading(text: str, start: int, end: int) -> bool:
    """Whether a sentence fills its line and does not end as sentences do."""
    begins = start == 0 or text[:start].rstrip(" ").endswith("\n")
    ends = end == len(text) or text[end:].lstrip(" ").startswith("\n")
    return begins and ends and not _FINISHED.search(text[start:end])
