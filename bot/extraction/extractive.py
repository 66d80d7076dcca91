"""A short answer made of verbatim sentences, without a language model.

The first sentence answers; others follow only where they add something that answers too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.conversation.task import Task
from bot.extraction.annotation import annotated
from bot.extraction.antecedents import antecedent, needs_antecedent
from bot.extraction.scoring import ScoredSentence, ScoredSentences
from index.storage.records import Candidate
from index.text.analyzer import terms
from index.text.scripts import sizes

ON_TOPIC = 0.6
"""The least of the topic that a sentence of a summary names, beside what the best one names."""
BY_TOPIC = 2.0
"""How much naming the topic counts in a summary, beside a sentence's score."""
SAME = 0.7
"""Sentences that share this much of the shorter one's terms say the same."""


@dataclass(frozen=True, slots=True)
class Room:
    """How long an answer may be: words, its citation marks included, and sentences.

    A sentence whose score is less than the best one's by more than `margin` is left out. With
    `on_topic` a sentence must name what is asked about, as a summary's must.
    """

    words: int
    sentences: int
    margin: float
    on_topic: bool = False

    def shared_by(self, parts: int) -> "Room":
        """The room for each of the parts of a question."""
        sentences = max(1, self.sentences // parts)
        return replace(self, words=self.words // parts, sentences=sentences)


PLAIN = Room(words=58, sentences=3, margin=2.0)
SEVERAL = Room(words=80, sentences=4, margin=3.0, on_topic=True)
"""For a summary, a list or a comparison."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A verbatim run of an article, and the candidate passage it comes from.

    `person` is who its first word means, where that is a pronoun and it is known.
    """

    candidate: Candidate
    start: int
    end: int
    text: str
    person: str | None = None

    @property
    def shown(self) -> str:
        """The quote in one line, with notes in brackets: dates of weekdays, whom "he" means."""
        return " ".join(annotated(self.text, self.candidate.published, self.person).split())


def room_for(task: Task, max_sentences: int | None) -> Room:
    """How long the answer to a task may be, where at most `max_sentences` are asked for."""
    room = PLAIN if not task.is_topic else SEVERAL
    return replace(room, sentences=min(room.sentences, max_sentences or room.sentences))


def choose_quotes(scored: ScoredSentences, room: Room = PLAIN) -> list[Quote]:
    """Choose the sentences that answer, the best one first.

    The best one is taken whatever its length. Neighbours in an article become one quote. Empty
    when there is no sentence to quote.
    """
    words = room.words
    taken: list[ScoredSentence] = []
    for s in _worthy(scored.sentences, room):
        length = sizes(s.text) + 1
        if taken and (length > words or _says_the_same(s, taken)):
            continue
        taken.append(s)
        words -= length
        if len(taken) == room.sentences:
            break
    return _joined([_quote(s, words) for s in taken])


def _worthy(sentences: Sequence[ScoredSentence], room: Room) -> Iterator[ScoredSentence]:
    """The sentences that are good enough to quote, best first."""
    if room.on_topic:
        most = max((s.cover for s in sentences), default=0.0)
        named = [s for s in sentences if s.cover >= ON_TOPIC * most]
        sentences = sorted(named, key=lambda s: -(s.score + BY_TOPIC * s.cover))
    for s in sentences:
        if s.score >= sentences[0].score - room.margin:
            yield s


def _says_the_same(s: ScoredSentence, taken: Sequence[ScoredSentence]) -> bool:
    own = {*terms(s.text)}
    for other in taken:
        theirs = {*terms(other.text)}
        if len(own & theirs) >= SAME * min(len(own), len(theirs)):
            return True
    return False


def _quote(s: ScoredSentence, room: int) -> Quote:
    """Quote a sentence; where it points back, with whom it means or the sentence before it."""
    quote = Quote(s.candidate, s.start, s.end, s.text)
    if not s.earlier or not needs_antecedent(s.text):
        return quote
    if person := antecedent(s.text, s.earlier):
        return replace(quote, person=person)
    before = s.earlier[-1]
    c = s.candidate
    start = c.text.rfind(before, 0, s.start - c.start)
    text = c.text[start : s.end - c.start]
    if start < 0 or "\n" in text or len(before.split()) > room:
        return quote
    return Quote(c, c.start + start, s.end, text)


def _joined(quotes: Sequence[Quote]) -> list[Quote]:
    """Join quotes that touch or overlap in an article, in the place of the first of them."""
    found: list[Quote] = []
    for quote in quotes:
        for i, other in enumerate(found):
            if both := _both(other, quote):
                found[i] = both
                break
        else:
            found.append(quote)
    return found


def _both(one: Quote, other: Quote) -> Quote | None:
    """Both as one quote, when at most a space is between them."""
    c = one.candidate
    first, last = sorted((one, other), key=lambda q: q.start)
    text = c.text[first.start - c.start : max(one.end, other.end) - c.start]
    if c.id != other.candidate.id or last.start - first.end > 1 or "\n" in text:
        return None
    return Quote(c, first.start, max(one.end, other.end), text, first.person)
