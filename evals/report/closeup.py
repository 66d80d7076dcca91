"""Questions looked at closely: what was asked, found, quoted and said, and where it was lost.

It knows no figures and no page; every text comes in pieces to be marked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evals.figures.metrics import Texts
from evals.gold.format import Gold
from evals.report.marking import Pieces, in_context, marked
from evals.report.outcome import Outcome, holds, outcome
from evals.run.runs import Record, Run


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one run made of a question; `letter` names the run."""

    letter: str
    answer: dict[str, Any]
    outcome: Outcome
    said: Pieces


@dataclass(frozen=True, slots=True)
class Quote:
    """A citation with its neighbourhood; `found` says whether the quote is there."""

    citation: dict[str, Any]
    context: Pieces
    found: bool


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage with gold strings and quotes marked; `holds` says whether it has the answer."""

    source: str
    score: float | None
    text: Pieces
    holds: bool


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a run; `asked` is its place there, `others` are the other runs' verdicts."""

    asked: int
    gold: Gold
    verdict: Verdict
    quotes: list[Quote]
    passages: list[Passage]
    others: list[Verdict]

    @property
    def found_at(self) -> list[int]:
        """The ranks, from 1, of the passages that hold the answer."""
        return [rank for rank, passage in enumerate(self.passages, 1) if passage.holds]


def worst(runs: Mapping[str, Run], count: int, texts: Texts | None = None) -> list[Question]:
    """The questions that the last run did worst on, worst first.

    The lost ones come first, and among them those where it was surest of what it did; then
    those that went well, the least sure ones first.
    """
    *others, (letter, last) = runs.items()
    # By identity: the runs were read beside the same gold, in which questions may be alike.
    beside = [(name, {id(r.gold): r for r in run.records}) for name, run in others]
    order = sorted(enumerate(last.records), key=lambda place: _badness(place[1]), reverse=True)
    return [
        Question(
            asked=place,
            gold=record.gold,
            verdict=_verdict(letter, record),
            quotes=[_quote(c, record, texts) for c in record.answer.get("citations", ())],
            passages=[_passage(p, record) for p in record.answer.get("passages", ())],
            others=[
                _verdict(name, records[id(record.gold)])
                for name, records in beside
                if id(record.gold) in records
            ],
        )
        for place, record in order[:count]
    ]


def _badness(record: Record) -> float:
    """From 0 for what went well and surely, to 2 for what went wrong and surely."""
    confidence: float = record.answer.get("confidence", 0.5)
    # To decline a question that can be read in two ways is no worse for being sure of it.
    went_ahead = record.said or record.gold.kind == "underspecified"
    sureness = confidence if went_ahead else 1 - confidence
    return 1 + sureness if outcome(record).lost else 1 - sureness


def _verdict(letter: str, record: Record) -> Verdict:
    said = marked(record.answer["answer"], record.gold.answers)
    return Verdict(letter, record.answer, outcome(record), said)


def _quote(citation: dict[str, Any], record: Record, texts: Texts | None) -> Quote:
    passages = record.answer.get("passages", ())
    return Quote(citation, *in_context(citation, passages, texts, record.gold.answers))


def _passage(passage: dict[str, Any], record: Record) -> Passage:
    text = passage["text"]
    quotes = [
        (start, start + len(citation["quote"]))
        for citation in record.answer.get("citations", ())
        if citation["source"] == passage["source"] and (start := text.find(citation["quote"])) >= 0
    ]
    pieces = marked(text, record.gold.answers, quotes)
    return Passage(passage["source"], passage.get("score"), pieces, holds(record.gold, passage))
