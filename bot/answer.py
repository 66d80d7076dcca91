"""The one result type; terminals, Discord and the servers only format it.

It knows nothing of how an answer was found, nor of terminals, Discord or files.
"""

from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from index.article import Passage
from index.search.time_expressions import Period


class Status(StrEnum):
    """What became of a question."""

    ANSWERED = "answered"
    PARTIAL = "partial"
    ABSTAINED = "abstained"
    CLARIFY = "clarify"
    REPLY = "reply"


class Turn(NamedTuple):
    """One earlier message of the conversation; `role` is "user" or "assistant"."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A piece of an answer as a language model writes it: not checked, and not to be kept."""

    text: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote: `article.text[start:end] == quote`, offsets in characters.

    `place` names where in the article it begins, such as "page 3", where that has a name.
    """

    n: int
    source: str
    title: str
    published: date | None
    url: str | None
    quote: str
    start: int
    end: int
    place: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The citation as the object that `answer.schema.json` describes."""
        day = self.published.isoformat() if self.published else None
        written = asdict(self) | {"published": day}
        if self.place is None:
            del written["place"]
        return written

    @classmethod
    def from_json(cls, written: dict[str, Any]) -> "Citation":
        """The citation that `as_json` wrote."""
        day = written["published"]
        return cls(**written | {"published": day and date.fromisoformat(day)})


@dataclass(frozen=True, slots=True)
class Conflict:
    """Articles that differ: what each says, by the `n` of its citation, oldest first.

    `newest` is the `n` of the newest, None where a date is unknown or several are of one day.
    """

    says: tuple[tuple[int, str], ...]
    newest: int | None

    def as_json(self) -> dict[str, Any]:
        """The conflict as the object that `answer.schema.json` describes."""
        statements = [{"n": n, "says": said} for n, said in self.says]
        return {"statements": statements, "newest": self.newest}


class LeftOut(NamedTuple):
    """A sentence that a language model wrote and that was not delivered, and why."""

    text: str
    reason: str


class Option(NamedTuple):
    """An article to choose where a question can mean several."""

    title: str
    source: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, or the reason there is none.

    `confidence` in [0, 1] says how likely the articles hold the answer. `citations` are
    numbered 1..n in order of first use in `text`. `query` is what was searched for after
    the conversation was taken into account; `model` is "quotes" when no LLM wrote. `notes`
    say in a line each what a reader should know about how the answer came about. `conflicts`
    are what articles give differently; `text` says it too. `period` is the time asked about.
    A `reply` answers small talk, or a question about the articles as a collection, without a
    search; `confidence` is then 1 where the list of articles says so, and 0 for small talk.
    `options` are the articles to choose from where it asks back, listed in `text` as well.
    `left_out` are the written sentences that were not delivered in their words. `nearest` is the
    sentence that comes nearest to an answer where the articles hold none.
    """

    status: Status
    text: str
    confidence: float
    query: str
    citations: tuple[Citation, ...] = ()
    passages: tuple[Passage, ...] = field(default=(), repr=False)
    model: str = "quotes"
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    period: Period | None = None
    options: tuple[Option, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    nearest: Citation | None = None

    def as_json(self) -> dict[str, Any]:
        """The answer as the object that `answer.schema.json` describes."""
        extra: dict[str, Any] = {"notes": list(self.notes)} if self.notes else {}
        if self.conflicts:
            extra["conflicts"] = [conflict.as_json() for conflict in self.conflicts]
        if self.options:
            extra["options"] = [option._asdict() for option in self.options]
        if self.left_out:
            extra["left_out"] = [left._asdict() for left in self.left_out]
        if self.nearest:
            extra["nearest"] = self.nearest.as_json()
        if self.period:
            start, end = self.period.start.isoformat(), self.period.end.isoformat()
            extra["period"] = {"words": self.period.words, "from": start, "to": end}
        return {
            "status": self.status.value,
            "answer": self.text,
            "confidence": round(self.confidence, 4),
            "citations": [citation.as_json() for citation in self.citations],
            "passages": [_passage_as_json(passage) for passage in self.passages],
            "query": self.query,
            "model": self.model,
            "seconds": round(self.seconds, 4),
            **extra,
        }


def _passage_as_json(passage: Passage) -> dict[str, Any]:
    known = {"source": passage.source, "text": passage.text, "score": round(passage.score, 4)}
    return known if passage.recency is None else known | {"recency": round(passage.recency, 4)}
