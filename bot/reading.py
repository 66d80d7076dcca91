"""The sentences of the evidence, and how well each matches what was asked.

A term is matched by the same word, or partly by one of like meaning. The gate and the choice
of quotes both work on this. It knows nothing of stores or of what will be said.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bot.question import Kind, answers_kind, kind_of
from index.embed import unit
from index.manifest import Candidate
from index.rank import Hit
from index.retriever import Evidence
from index.split import sentences
from index.terms import terms, terms_of_word
from index.words import Words

Floats = NDArray[np.float32]

MIN_WORDS = 4
"""A shorter sentence is a scrap."""
HEADING_WORDS = 5
"""A line of fewer words that does not end as sentences do is a heading, and says too little."""
REASON_WORDS = 8
"""The same where a reason is asked for: a heading names things, but seldom explains them."""
_WORD = re.compile(r"\w+")
_FINISHED = re.compile(r"""[.!?…:;][\s"'”’)\]]*$""")
_BOILERPLATE = re.compile(
    r"\b(?:sign up|subscribe|newsletter|click here|read more|follow (?:us|me|him|her)\b.*@|"
    r"getty images|contributed to this report|all rights reserved|https?://|advertisement)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a hit; `start` and `end` are character offsets into its article.

    `tokens` are its terms in order, `words` its distinct words as written; `length` counts
    the blank-separated ones. `has_kind` says that it holds something of the kind asked for
    that the question does not.
    """

    hit: int
    candidate: Candidate
    start: int
    end: int
    text: str
    tokens: tuple[str, ...]
    terms: frozenset[str]
    words: tuple[str, ...]
    length: int
    has_kind: bool


@dataclass(frozen=True)
class Reading:
    """All the evidence's sentences, read for one question.

    `sought` are the terms looked for and `importance` what each weighs; `match[i, j]` in
    [0, 1] says how well sentence i matches term j; `cosines` how like the question each
    sentence is. `vectors` are those of the words in `vocabulary`, of length 1, and `echo`
    says of each, in [0, 1], how far it only says what the question says.
    """

    evidence: Evidence
    kind: Kind
    sentences: tuple[Sentence, ...]
    sought: tuple[str, ...]
    importance: Floats
    match: Floats
    cosines: Floats
    vocabulary: dict[str, int]
    vectors: Floats
    echo: Floats

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
    def titles(self) -> list[set[str]]:
        """The terms of every hit's title."""
        return [set(terms(hit.candidate.title)) for hit in self.evidence.hits]

    def share(self, match: Floats) -> Floats:
        """The share of the total importance that rows of matches make up, in [0, 1]."""
        total = float(self.importance.sum())
        return match @ self.importance / total if total else match.sum(axis=-1) * 0


def read(evidence: Evidence, words: Words) -> Reading:
    """Read the sentences of all hits, best hit first, in the order of the text."""
    kind = kind_of(evidence.query.text)
    found = tuple(_sentences(evidence.hits, kind, frozenset(evidence.sought.attention)))
    asked = [w.lower() for w in _WORD.findall(evidence.query.text)]
    seen = dict.fromkeys(w.lower() for s in found for w in s.words)
    vocabulary = {word: i for i, word in enumerate([*seen])}
    raw, lengths = words.with_lengths([*vocabulary])
    sought = tuple(evidence.sought.importance)
    columns = [[vocabulary[w.lower()] for w in s.words] for s in found]
    alike = evidence.alike
    match = alike.best([alike.numbers(w.lower() for w in s.words) for s in found])
    held = [[term in s.terms for term in sought] for s in found]
    match[np.array(held, dtype=bool).reshape(match.shape)] = 1
    sums = np.array([raw[c].sum(axis=0) for c in columns]).reshape(len(found), raw.shape[1])
    question = unit(words.vectors(asked).sum(axis=0, keepdims=True))
    return Reading(
        evidence=evidence,
        kind=kind,
        sentences=found,
        sought=sought,
        importance=np.array([*evidence.sought.importance.values()], dtype=np.float32),
        match=match,
        cosines=(unit(sums) @ question.T)[:, 0],
        vocabulary=vocabulary,
        vectors=raw / lengths[:, np.newaxis],
        echo=alike.to(alike.numbers(vocabulary)).max(axis=1, initial=0),
    )


def _sentences(hits: Sequence[Hit], kind: Kind, asked: frozenset[str]) -> Iterator[Sentence]:
    enough = REASON_WORDS if kind is Kind.REASON else HEADING_WORDS
    for place, hit in enumerate(hits):
        c = hit.candidate
        for start, end in sentences(c.text):
            text = c.text[start:end]
            length = len(text.split())
            tokens = tuple(terms(text))
            words = tuple(dict.fromkeys(_WORD.findall(text)))
            if length < MIN_WORDS or not tokens or not words:
                continue
            if length < enough and _is_heading(c.text, start, end):
                continue
            if text == c.title or _BOILERPLATE.search(text):
                continue
            yield Sentence(
                hit=place,
                candidate=c,
                start=c.start + start,
                end=c.start + end,
                text=text,
                tokens=tokens,
                terms=frozenset(tokens),
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
