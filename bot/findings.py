"""What was found for a question, part by part, and the answers it can lead to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from statistics import fmean

from bot.answer import Answer, Citation, Option, Status
from bot.answering import SHOWN
from bot.conversation.clarify import Candidate, Clarification
from bot.extraction.answerability import confidence
from bot.extraction.extractive import PLAIN, Room
from bot.extraction.scoring import ScoredSentence, ScoredSentences
from index.article import Passage
from index.search.retriever import Query

BY_WORDS = "Passages were sought by their words alone ({})."


@dataclass(frozen=True, eq=False)
class Finding:
    """What was found for one part of a question, and how likely it holds the answer."""

    scored: ScoredSentences
    confidence: float
    threshold: float

    @property
    def query(self) -> Query:
        """The part of the question."""
        return self.scored.evidence.query

    @property
    def is_held(self) -> bool:
        """Whether the articles hold an answer to it."""
        return bool(self.scored.sentences) and self.confidence >= self.threshold

    def candidates(self) -> list[Candidate]:
        """The articles with a sentence that was read, and how likely their best one answers."""
        best = {s.candidate.source: s for s in reversed(self.scored.sentences)}
        return [self._candidate(s) for s in best.values()]

    def _candidate(self, best: ScoredSentence) -> Candidate:
        sure = confidence(replace(self.scored, sentences=(best,)))
        c = best.candidate
        return Candidate(Option(c.title, c.source), c.story, sure)


@dataclass(frozen=True, eq=False)
class Findings:
    """What was found for all of a question, and the answers it can lead to."""

    query: Query
    findings: Sequence[Finding]
    room: Room = PLAIN
    others: Sequence[Finding] = ()
    """What was found for another reading of the question."""
    is_left_to_model: bool = False
    """Whether a trusted model decides which parts the passages answer."""

    @property
    def held(self) -> list[Finding]:
        """The parts that the articles hold an answer to."""
        return [f for f in self.findings if f.is_held]

    @property
    def confidence(self) -> float:
        """How likely the articles hold the answer."""
        return fmean(f.confidence for f in self.findings)

    @property
    def threshold(self) -> float:
        """The confidence from which a part is answered."""
        return self.findings[0].threshold

    @property
    def missing(self) -> list[str]:
        """The other parts."""
        return [f.query.text for f in self.findings if not f.is_held]

    @property
    def asked_about(self) -> list[Query]:
        """The parts of the question that are answered."""
        return [f.query for f in self.held]

    @property
    def asked(self) -> Query:
        """The question without those other parts."""
        if not self.missing:
            return self.query
        return replace(self.query, text=" ".join(q.text for q in self.asked_about))

    @property
    def notes(self) -> tuple[str, ...]:
        """What went less than well while searching and reading."""
        gaps = [
            BY_WORDS.format(f.scored.evidence.gap) for f in self.findings if f.scored.evidence.gap
        ]
        return tuple(
            dict.fromkeys([*gaps, *(f.scored.note for f in self.findings if f.scored.note)])
        )

    def read(self) -> tuple[Passage, ...]:
        """The passages to answer from."""
        return passages_of(self.held)

    def declined(self) -> Answer:
        """That there is no answer, and what was found nearest."""
        periods = (f.scored.evidence.sought.period for f in self.findings)
        return Answer(
            status=Status.ABSTAINED,
            text=_nearest(self.findings),
            confidence=self.confidence,
            query=str(self.query),
            passages=passages_of([*self.findings, *self.others]),
            period=next((period for period in periods if period), None),
            notes=self.notes,
            nearest=_nearest_sentence(self.findings),
        )

    def unclear(self, asked: Clarification) -> Answer:
        """The question to ask back; while that is open, no answer can be held likely."""
        declined = self.declined()
        sure = min(declined.confidence, self.threshold)
        unclear = replace(declined, status=Status.CLARIFY, confidence=sure)
        return replace(unclear, text=asked.text, options=asked.options, nearest=None)

    def answered(
        self, said: str, citations: tuple[Citation, ...], missing: Sequence[str]
    ) -> Answer:
        """An answer, in part where something is missing."""
        named = " / ".join(filter(None, missing))
        if missing:
            said += (
                f" The articles do not say: {named}" if named else " The articles do not say more."
            )
        return replace(
            self.declined(),
            status=Status.PARTIAL if missing else Status.ANSWERED,
            text=said,
            citations=citations,
            nearest=None,
        )


def passages_of(findings: Sequence[Finding]) -> tuple[Passage, ...]:
    """The best passages of every part in turn, each once."""
    turns = zip_longest(*(f.scored.evidence.passages() for f in findings))
    found = {(p.source, p.start): p for turn in reversed([*turns]) for p in reversed(turn) if p}
    return tuple(reversed(found.values()))[:SHOWN]


def _nearest_sentence(findings: Sequence[Finding]) -> Citation | None:
    """Quote the best sentence of the part that is likeliest to be answered."""
    best = max(findings, key=lambda f: f.confidence).scored.sentences[:1]
    for s in best:
        c = s.candidate
        return Citation(1, c.source, c.title, c.published, c.url, s.text, s.start, s.end)
    return None


def _nearest(findings: Sequence[Finding]) -> str:
    """What to say instead of an answer: that there is none, and what was found nearest."""
    titles = list(dict.fromkeys(p.title for p in passages_of(findings)))[:3]
    if not titles:
        return "The articles do not answer this."
    near = "; ".join(f"“{title}”" for title in titles)
    return f"The articles do not answer this. The nearest are: {near}."
