"""A short answer made of verbatim sentences, without a language model.

A small linear model, fitted by `python -m evals.fit`, scores sentences; another one guesses
which words the answer holds (see `bot/guess.py`). Sentences are then taken one by one, each
for the guessed words that it adds. It knows nothing of stores or of how passages were found.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.guess import guessed, softmax, vector
from bot.question import Kind
from bot.reading import Floats, Reading, Sentence
from index.manifest import Candidate
from index.terms import terms_of_word

MAX_WORDS = 67
"""Of a whole answer, its citation marks included."""
MAX_SENTENCES = 5
_SAME = 0.8
"""Sentences that share this much of the shorter one's terms say the same."""
_LEAST_WORTH = 0.05
"""A sentence worth less than this share of the first one is left out."""
_SEEN_WORTH = 0.15
"""What a guessed word is still worth once a chosen sentence holds it."""
_THRIFT = 0.8
"""How strongly short sentences are preferred: 0 not at all, 1 worth is counted a word."""
_SENTENCE_SHARE = 2.0
"""How much a sentence's own probability counts beside the words it adds."""

SENTENCE_WEIGHTS = {
    "passage": 0.31,
    "meaning": 0.63,
    "with_neighbours": 1.72,
    "with_title": 0.87,
    "phrases": -0.03,
    "cosine": 3.46,
    "has_kind": 1.83,
    "lead": 1.56,
    "fresh_month": 2.21,
    "is_question": -4.61,
    "news": 1.14,
}

_NAMELIKE = re.compile(r"\b(?:[A-Z][\w’'-]*|\d[\d,.]*)")
_QUESTION = re.compile(r"""\?[\s"'”’)\]]*$""")


@dataclass(frozen=True, slots=True)
class Quote:
    """A verbatim run of an article, and the candidate passage it comes from."""

    candidate: Candidate
    start: int
    end: int
    text: str


def choose_quotes(reading: Reading, room: int = MAX_WORDS) -> list[Quote]:
    """The sentences that answer best, best article first, in reading order within it.

    At most `room` words (a first sentence longer than that is still taken whole), each once;
    adjacent sentences become one quote. Empty when no sentence is fit to quote.
    """
    if not reading.sentences:
        return []
    likely = likelihood(reading)
    taken = _take(reading, likely, guessed(reading, likely), room)
    return _in_reading_order([reading.sentences[i] for i in taken])


def likelihood(reading: Reading) -> Floats:
    """How likely each sentence answers, of 1 in all."""
    return softmax(sentence_features(reading) @ vector(SENTENCE_WEIGHTS))


def sentence_features(reading: Reading) -> Floats:
    """One row a sentence, columns in the order of SENTENCE_WEIGHTS."""
    sought, hits = reading.evidence.sought, reading.evidence.hits
    # Why something is so stands as often deep in an article, in a sentence without names.
    leads = 0.0 if reading.kind is Kind.REASON else 1.0
    columns = {
        "passage": [hits[s.hit].score - hits[0].score for s in reading.sentences],
        "meaning": reading.share(reading.match),
        "with_neighbours": reading.share(reading.near),
        "with_title": reading.share(np.maximum(reading.exact, reading.of_title)),
        "phrases": reading.phrases,
        "cosine": reading.cosines,
        "has_kind": [s.has_kind for s in reading.sentences],
        "lead": [leads / (1 + s.start / 800) for s in reading.sentences],
        "fresh_month": [hits[s.hit].feature("fresh_month") for s in reading.sentences],
        "is_question": [bool(_QUESTION.search(s.text)) for s in reading.sentences],
        "news": [
            leads * len(_names(s.text) - sought.attention.keys()) / 10 for s in reading.sentences
        ],
    }
    return np.array([columns[name] for name in SENTENCE_WEIGHTS], dtype=np.float32).T


def _take(reading: Reading, likely: Floats, guess: Floats, room: int) -> list[int]:
    """Greedy choice: the most expected worth a word, until the room or the worth is used up."""
    lengths = np.array([s.length for s in reading.sentences])
    least_told = np.minimum.outer(*[reading.told.sum(axis=1)] * 2)
    same = reading.told @ reading.told.T > _SAME * least_told
    worth, open_ = guess.copy(), np.ones(len(lengths), dtype=bool)
    taken: list[int] = []
    least = 0.0
    while len(taken) < MAX_SENTENCES:
        fit = open_ & (lengths < room) if taken else open_
        if not fit.any():
            break
        added = (reading.told @ worth + _SENTENCE_SHARE * likely) / lengths**_THRIFT
        best = int(np.flatnonzero(fit)[np.argmax(added[fit])])
        if added[best] < least:
            break
        least = least or _LEAST_WORTH * float(added[best])
        taken.append(best)
        room -= int(lengths[best]) + 1
        open_ &= ~same[best]
        worth[reading.told[best] == 1] *= _SEEN_WORTH
    return taken


def _in_reading_order(chosen: Sequence[Sentence]) -> list[Quote]:
    order = {s.candidate.article_id: i for i, s in reversed(list(enumerate(chosen)))}
    quotes: list[Quote] = []
    for s in sorted(chosen, key=lambda s: (order[s.candidate.article_id], s.start)):
        quote = Quote(s.candidate, s.start, s.end, s.text)
        joined = _joined(quotes[-1], quote) if quotes else None
        if joined:
            quotes[-1] = joined
        else:
            quotes.append(quote)
    return quotes


def _joined(one: Quote, other: Quote) -> Quote | None:
    """Both as one quote when only a space stands between them."""
    c = one.candidate
    if c.id != other.candidate.id or other.start - one.end != 1:
        return None
    text = c.text[one.start - c.start : other.end - c.start]
    return Quote(c, one.start, other.end, text) if "\n" not in text else None


def _names(text: str) -> set[str]:
    return {term for word in _NAMELIKE.findall(text) for term in terms_of_word(word)}
