"""A short answer made of verbatim sentences, without a language model.

The first sentence answers; others follow only where they add something that answers too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.extraction.antecedents import needs_antecedent
from bot.extraction.scoring import ScoredSentence, ScoredSentences
from index.manifest import Candidate
from index.terms import terms

MAX_WORDS = 50
"""Of a whole answer, its citation marks included."""
MAX_SENTENCES = 3
MARGIN = 1.5
"""A sentence whose score is less than the best one's by more than this does not answer."""
SAME = 0.7
"""Sentences that share this much of the shorter one's terms say the same."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A verbatim run of an article, and the candidate passage it comes from."""

    candidate: Candidate
    start: int
    end: int
    text: str


def choose_quotes(
    scored: ScoredSentences, room: int = MAX_WORDS, most: int = MAX_SENTENCES
) -> list[Quote]:
    """Choose the sentences that answer, the best one first.

    At most `most` sentences and `room` words; the best one is taken whatever its length.
    Neighbours in an article become one quote. Empty when there is no sentence to quote.
    """
    if not scored.sentences:
        return []
    best = scored.sentences[0].score
    taken: list[ScoredSentence] = []
    for s in scored.sentences:
        words = len(s.text.split()) + 1
        if taken and (words > room or s.score < best - MARGIN or _says_the_same(s, taken)):
            continue
        taken.append(s)
        room -= words
        if len(taken) == most:
            break
    return _joined([_quote(s, room) for s in taken])


def _says_the_same(s: ScoredSentence, taken: Sequence[ScoredSentence]) -> bool:
    own = {*terms(s.text)}
    for other in taken:
        theirs = {*terms(other.text)}
        if len(own & theirs) >= SAME * min(len(own), len(theirs)):
            return True
    return False


def _quote(s: ScoredSentence, room: int) -> Quote:
    """Quote a sentence, with the one before it where it points back to that."""
    c = s.candidate
    if s.before and len(s.before.split()) <= room and needs_antecedent(s.text):
        start = c.text.rfind(s.before, 0, s.start - c.start)
        if start >= 0 and "\n" not in c.text[start : s.end - c.start]:
            return Quote(c, c.start + start, s.end, c.text[start : s.end - c.start])
    return Quote(c, s.start, s.end, s.text)


def _joined(quotes: Sequence[Quote]) -> list[Quote]:
    """Join quotes that touch or overlap in an article, in the place of the first of them."""
    found: list[Quote] = []
    for quote in quotes:
        for i, other in enumerate(found):
            if (both := _both(other, quote)) is not None:
                found[i] = both
                break
        else:
            found.append(quote)
    return found


def _both(one: Quote, other: Quote) -> Quote | None:
    """Both as one quote, when at most a space is between them."""
    c = one.candidate
    first, last = sorted((one, other), key=lambda q: q.start)
    if c.id != other.candidate.id or last.start - first.end > 1:
        return None
    end = max(one.end, other.end)
    text = c.text[first.start - c.start : end - c.start]
    return replace(one, start=first.start, end=end, text=text) if "\n" not in text else None
