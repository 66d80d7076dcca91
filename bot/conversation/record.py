"""What is kept of questions and answers: exchanges, records of answers, and waiting questions."""

import json
import secrets
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from bot.answer import Citation, Conflict, LeftOut, Option, Status
from bot.answering import Within


class Conversation(NamedTuple):
    """One line of the list of conversations."""

    name: str
    exchanges: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and its answer, as they were."""

    conversation: str
    person: str | None
    articles: str | None
    at: datetime
    question: str
    answer: str
    status: str
    citations: tuple[Citation, ...]

    def as_json(self) -> dict[str, Any]:
        """The exchange as it is exported."""
        return {
            "conversation": self.conversation,
            "person": self.person,
            "at": self.at.isoformat(timespec="seconds"),
            "question": self.question,
            "answer": self.answer,
            "status": self.status,
            "citations": [citation.as_json() for citation in self.citations],
        }


@dataclass(frozen=True, slots=True)
class Record:
    """An answer that was given, in a server or, without one, in direct messages.

    `asked` and `answered` are seconds since 1970; `private` ones only the person has seen. What
    has a default was not kept by earlier versions. `follows` is the record of the answer that the
    question was a reply to. `article` and `since` (YYYY-MM-DD) are what it was narrowed to. `home`
    is the channel whose articles answered.
    """

    id: str
    person: int
    server: int | None
    conversation: str
    private: bool
    asked: float
    answered: float
    question: str
    answer: str
    status: Status
    citations: tuple[Citation, ...]
    confidence: float | None = None
    model: str = "quotes"
    notes: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    options: tuple[Option, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    nearest: Citation | None = None
    follows: str | None = None
    article: str | None = None
    since: str | None = None
    home: int | None = None

    @property
    def within(self) -> Within | None:
        """The part of the articles that the question was about; None for all."""
        since = date.fromisoformat(self.since) if self.since else None
        return Within(self.article, since) if self.article or since else None

    def to_json(self) -> str:
        """The record as `from_json` reads it."""
        citations = [citation.as_json() for citation in self.citations]
        nearest = self.nearest and self.nearest.as_json()
        return json.dumps(asdict(self) | {"citations": citations, "nearest": nearest})

    @classmethod
    def from_json(cls, written: str) -> "Record":
        """The record that `to_json` wrote."""
        kept = json.loads(written)
        nearest = kept.get("nearest")
        read = {
            "status": Status(kept["status"]),
            "citations": tuple(map(Citation.from_json, kept["citations"])),
            "notes": tuple(kept.get("notes", ())),
            "conflicts": tuple(map(_conflict, kept.get("conflicts", ()))),
            "options": tuple(Option(*option) for option in kept.get("options", ())),
            "left_out": tuple(LeftOut(*left) for left in kept.get("left_out", ())),
            "nearest": nearest and Citation.from_json(nearest),
        }
        return cls(**kept | read)


def _conflict(kept: dict[str, Any]) -> Conflict:
    return Conflict(tuple((n, says) for n, says in kept["says"]), kept["newest"])


def new_id() -> str:
    """An id for a record, which nobody guesses."""
    return secrets.token_urlsafe(12)


@dataclass(frozen=True, slots=True)
class Watch:
    """A question that waits; `record` is the answer that declined it.

    Without a `channel` the person gets a direct message. `after` is the number of the
    newest article when it was set: only a later one answers. None was kept by earlier versions.
    `home` is the channel whose articles are waited for.
    """

    id: str
    person: int
    server: int | None
    channel: int | None
    language: str
    question: str
    record: str
    after: int | None = None
    home: int | None = None


def new_watch_id() -> str:
    """An id for a watch."""
    return secrets.token_hex(8)
