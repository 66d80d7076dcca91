"""What was said in conversations: kept for a while, and deleted on request.

It knows conversations and people by the names it is given, and nothing of how answers are found.
"""

import json
import math
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from bot.answer import Answer, Citation, Status, Turn
from bot.llm.tokens import estimated_tokens
from bot.storage.engine import Database, Place, Row, Schema, open_database
from index.errors import StoreBusyError

TOKENS = 2000
"""Of a conversation that a question is read in the light of."""
EXCHANGES = 100
"""And its questions, at most."""
_SCHEMA = Schema(
    "memory",
    "the memory",
    (
        """
CREATE TABLE exchanges (
    id INTEGER PRIMARY KEY,
    conversation TEXT NOT NULL,
    person TEXT,
    articles TEXT,              -- the collection that was asked
    at DOUBLE PRECISION NOT NULL, -- seconds since 1970
    question TEXT NOT NULL,
    answer TEXT NOT NULL,
    status TEXT NOT NULL,
    citations TEXT NOT NULL     -- as in answer.schema.json
);
CREATE INDEX exchanges_of_conversation ON exchanges (conversation, id);
CREATE INDEX exchanges_by_time ON exchanges (at);
""",
    ),
)
_DAY = 24 * 60 * 60


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


class Memory:
    """An open memory. Its methods raise StoreError when it cannot be read or written.

    A question and its answer are one row, so that a crash leaves both or neither.
    """

    def __init__(self, db: Database, days: float, clock: Callable[[], float]) -> None:
        self._db = db
        self._days = days
        self._clock = clock

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        place: Place,
        days: float,
        notify: Callable[[str], None],
        clock: Callable[[], float] = time.time,
    ) -> AsyncIterator["Memory"]:
        """The memory at a place; see `open_database`. What is older than `days` is deleted."""
        async with open_database(place, _SCHEMA, notify) as db:
            memory = cls(db, days, clock)
            await memory._expire()
            yield memory

    async def remember(
        self,
        conversation: str,
        question: str,
        answer: Answer,
        person: str | None = None,
        articles: str | None = None,
    ) -> None:
        """Add a question and its answer to a conversation; `articles` names their collection.

        A reply to small talk is no turn of it: it must not change what the next question means.
        """
        if answer.status is Status.REPLY:
            return
        await self._expire()
        await self._db.change(
            "INSERT INTO exchanges (conversation, person, articles, at, question, answer,"
            " status, citations) VALUES (:conversation, :person, :articles, :at, :question,"
            " :answer, :status, :citations)",
            {
                "conversation": conversation,
                "person": person,
                "articles": articles,
                "at": self._clock(),
                "question": question,
                "answer": answer.text,
                "status": answer.status.value,
                "citations": json.dumps([citation.as_json() for citation in answer.citations]),
            },
        )

    async def turns(
        self,
        conversation: str,
        tokens: int = TOKENS,
        until: float = math.inf,
        since: float = 0.0,
    ) -> list[Turn]:
        """The newest exchanges that fit in so many tokens, as turns, oldest first.

        Those before `since` and after `until`, in seconds since 1970, are taken not to have been.
        """
        newest: list[Turn] = []
        exchanges = await self._db.rows(
            "SELECT question, answer FROM exchanges WHERE conversation = :conversation"
            " AND at >= :oldest AND at <= :until ORDER BY id DESC LIMIT :most",
            {
                "conversation": conversation,
                "oldest": max(since, self._oldest()),
                "until": until,
                "most": EXCHANGES,
            },
        )
        for question, answer in exchanges:
            tokens -= estimated_tokens(question) + estimated_tokens(answer)
            if tokens < 0:
                break
            newest += [Turn("assistant", answer), Turn("user", question)]
        return newest[::-1]

    async def conversations(self) -> list[Conversation]:
        """Every conversation, the latest first."""
        rows = await self._db.rows(
            "SELECT conversation, count(*), min(at), max(at) FROM exchanges"
            " WHERE at >= :oldest GROUP BY conversation ORDER BY max(at) DESC",
            {"oldest": self._oldest()},
        )
        return [Conversation(n, c, _moment(first), _moment(last)) for n, c, first, last in rows]

    async def export(
        self, conversation: str | None = None, person: str | None = None
    ) -> list[Exchange]:
        """What is kept of a conversation, of a person, or at all; oldest first."""
        rows = await self._db.rows(
            "SELECT conversation, person, articles, at, question, answer, status, citations"
            " FROM exchanges"
            " WHERE (CAST(:conversation AS TEXT) IS NULL OR conversation = :conversation)"
            " AND (CAST(:person AS TEXT) IS NULL OR person = :person)"
            " AND at >= :oldest ORDER BY id",
            {"conversation": conversation, "person": person, "oldest": self._oldest()},
        )
        return [_exchange(row) for row in rows]

    async def forget(self, conversation: str | None = None, person: str | None = None) -> int:
        """Delete a conversation, what a person said, or everything; how many exchanges it was."""
        return await self._db.delete(
            "DELETE FROM exchanges"
            " WHERE (CAST(:conversation AS TEXT) IS NULL OR conversation = :conversation)"
            " AND (CAST(:person AS TEXT) IS NULL OR person = :person)",
            {"conversation": conversation, "person": person},
        )

    async def _expire(self) -> None:
        with suppress(StoreBusyError):  # it is not in a hurry
            sql = "DELETE FROM exchanges WHERE at < :oldest"
            await self._db.delete(sql, {"oldest": self._oldest()})

    def _oldest(self) -> float:
        return self._clock() - self._days * _DAY


def _exchange(row: Row) -> Exchange:
    conversation, person, articles, at, question, answer, status, cited = row
    citations = tuple(Citation.from_json(c) for c in json.loads(cited))
    return Exchange(
        conversation, person, articles, _moment(at), question, answer, status, citations
    )


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
