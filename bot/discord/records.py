"""What the bot keeps of its answers: what their buttons need, what people thought of them, and
which messages and interactions were dealt with, so that none is answered twice.

It knows nothing of Discord but the numbers by which it names things.
"""

import json
import secrets
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.answer import Citation, Status
from bot.database import Database, Schema
from index.errors import StoreBusyError

FILE = "answers.sqlite"
"""In the store."""
_DAY = 24 * 60 * 60
EVENTS_KEPT = _DAY
"""Seconds for which a message or interaction could come a second time, and more."""
_SCHEMA = Schema(
    "what was kept of answers in Discord",
    """
CREATE TABLE answers (
    id TEXT PRIMARY KEY,
    person INTEGER NOT NULL,
    answered REAL NOT NULL,     -- seconds since 1970
    content TEXT NOT NULL       -- the record as JSON
);
CREATE INDEX answers_by_time ON answers (answered);
CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    answer TEXT NOT NULL REFERENCES answers ON DELETE CASCADE
);
CREATE INDEX messages_of_answer ON messages (answer);
CREATE TABLE opinions (
    answer TEXT NOT NULL REFERENCES answers ON DELETE CASCADE,
    person INTEGER NOT NULL,
    liked INTEGER NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (answer, person)
);
CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    at REAL NOT NULL,
    place TEXT                  -- where the answer is awaited; none once it is there
);
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
""",
    version=1,
)


@dataclass(frozen=True, slots=True)
class Record:
    """An answer that was given, in a server or, without one, in direct messages.

    `asked` and `answered` are seconds since 1970; `private` ones only the person has seen.
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

    def to_json(self) -> str:
        """The record as `from_json` reads it."""
        citations = [citation.as_json() for citation in self.citations]
        return json.dumps(asdict(self) | {"citations": citations})

    @classmethod
    def from_json(cls, written: str) -> "Record":
        """The record that `to_json` wrote."""
        kept = json.loads(written)
        citations = tuple(Citation.from_json(cited) for cited in kept["citations"])
        return cls(**kept | {"status": Status(kept["status"]), "citations": citations})


def new_id() -> str:
    """An id for a record, which nobody guesses."""
    return secrets.token_urlsafe(12)


class Records:
    """Open records. Methods raise StoreError when the file cannot be read or written."""

    def __init__(self, db: Database, days: float, clock: Callable[[], float]) -> None:
        self._db = db
        self._days = days
        self._clock = clock

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        path: Path,
        days: float,
        notify: Callable[[str], None],
        clock: Callable[[], float] = time.time,
    ) -> AsyncIterator["Records"]:
        """The records at `path`; those older than `days` are deleted."""
        async with Database.open(path, _SCHEMA, notify) as db:
            await db.change("PRAGMA foreign_keys = ON")
            records = cls(db, days, clock)
            await records._expire()
            yield records

    async def add(self, record: Record) -> None:
        """Keep an answer."""
        await self._expire()
        await self._db.change(
            "INSERT INTO answers (id, person, answered, content) VALUES (?, ?, ?, ?)",
            (record.id, record.person, record.answered, record.to_json()),
        )

    async def show(self, record: str, messages: Sequence[int]) -> None:
        """Keep which messages show an answer."""
        for message in messages:
            await self._db.change(
                "INSERT OR REPLACE INTO messages (id, answer)"
                " SELECT ?, id FROM answers WHERE id = ?",
                (message, record),
            )

    async def get(self, record: str) -> Record | None:
        """The record of this id, unless it has expired or was forgotten."""
        return _read(
            await self._db.rows(
                "SELECT content FROM answers WHERE id = ? AND answered >= ?",
                (record, self._oldest()),
            )
        )

    async def shown_in(self, message: int) -> Record | None:
        """The record of the answer that a message shows."""
        return _read(
            await self._db.rows(
                "SELECT content FROM answers JOIN messages ON answer = answers.id"
                " WHERE messages.id = ? AND answered >= ?",
                (message, self._oldest()),
            )
        )

    async def judge(self, record: str, person: int, liked: bool, reason: str = "") -> None:
        """Keep what somebody thought of an answer, in place of what they thought before."""
        await self._db.change(
            "INSERT OR REPLACE INTO opinions (answer, person, liked, reason)"
            " SELECT id, ?, ?, ? FROM answers WHERE id = ?",
            (person, liked, reason, record),
        )

    async def opinions(self) -> list[tuple[Record, bool, str]]:
        """What was thought of which answer: whether it was liked, and the reason given, if any."""
        found = await self._db.rows(
            "SELECT content, liked, reason FROM opinions JOIN answers ON answer = id"
            " WHERE answered >= ? ORDER BY answered",
            (self._oldest(),),
        )
        return [(Record.from_json(content), bool(liked), why) for content, liked, why in found]

    async def forget(
        self, person: int | None = None, conversation: str | None = None
    ) -> tuple[int, int]:
        """Delete the answers to a person, with their opinions, or of a conversation, or all.

        How many answers there were, and how many opinions of that person.
        """
        opinions = 0
        if person is not None:
            sql = "DELETE FROM opinions WHERE person = ?"
            opinions = await self._db.delete(sql, (person,))
        answers = await self._db.delete(
            "DELETE FROM answers WHERE (?1 IS NULL OR person = ?1)"
            " AND (?2 IS NULL OR json_extract(content, '$.conversation') = ?2)",
            (person, conversation),
        )
        return answers, opinions

    async def claim(self, event: int, place: str) -> bool:
        """Whether nobody has dealt with this message or interaction yet; from now on we do."""
        return bool(
            await self._db.change(
                "INSERT OR IGNORE INTO events (id, at, place) VALUES (?, ?, ?)",
                (event, self._clock(), place),
            )
        )

    async def settle(self, event: int) -> None:
        """The event has its answer, or was told that there is none."""
        await self._db.change("UPDATE events SET place = NULL WHERE id = ?", (event,))

    async def unsettled(self) -> list[tuple[int, str]]:
        """The events that still wait for an answer, and where."""
        found = await self._db.rows("SELECT id, place FROM events WHERE place IS NOT NULL")
        return [(event, place) for event, place in found]

    async def fact(self, name: str) -> str | None:
        """What was last kept under this name."""
        found = await self._db.rows("SELECT value FROM facts WHERE name = ?", (name,))
        return found[0][0] if found else None

    async def keep_fact(self, name: str, value: str) -> None:
        """Keep something small under a name."""
        await self._db.change("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    async def _expire(self) -> None:
        await self._db.change("DELETE FROM events WHERE at < ?", (self._clock() - EVENTS_KEPT,))
        with suppress(StoreBusyError):  # it is not in a hurry
            await self._db.delete("DELETE FROM answers WHERE answered < ?", (self._oldest(),))

    def _oldest(self) -> float:
        return self._clock() - self._days * _DAY


def _read(found: Sequence[sqlite3.Row]) -> Record | None:
    return Record.from_json(found[0][0]) if found else None
