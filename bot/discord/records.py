"""What the bot keeps of its answers: for their buttons, for ratings, and to answer nothing twice.

It keeps which messages and interactions it has handled.
"""

import json
import secrets
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from bot.answer import Citation, Conflict, LeftOut, Option, Status
from bot.answering import Within
from bot.discord.watches import Watches
from bot.storage.engine import Database, Place, Row, Schema, open_database
from index.errors import StoreBusyError

FILE = "answers.sqlite"
"""In the store, where no database is named."""
_DAY = 24 * 60 * 60
EVENTS_KEPT = _DAY
"""Seconds for which a message or interaction could come a second time, and more."""
CHAIN = 6
"""Answers of a chain of replies that a question is read in the light of."""
_SCHEMA = Schema(
    "answers",
    "what was kept of answers in Discord",
    (
        """
CREATE TABLE answers (
    id TEXT PRIMARY KEY,
    person BIGINT NOT NULL,
    answered DOUBLE PRECISION NOT NULL, -- seconds since 1970
    content TEXT NOT NULL       -- the record as JSON
);
CREATE INDEX answers_by_time ON answers (answered);
CREATE TABLE messages (
    id BIGINT PRIMARY KEY,
    answer TEXT NOT NULL REFERENCES answers ON DELETE CASCADE
);
CREATE INDEX messages_of_answer ON messages (answer);
CREATE TABLE opinions (
    answer TEXT NOT NULL REFERENCES answers ON DELETE CASCADE,
    person BIGINT NOT NULL,
    liked BIGINT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (answer, person)
);
CREATE TABLE events (
    id BIGINT PRIMARY KEY,
    at DOUBLE PRECISION NOT NULL,
    place TEXT                  -- where the answer is awaited; none once it is there
);
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
""",
        """
ALTER TABLE answers ADD COLUMN conversation TEXT; -- none where it is in the content alone
ALTER TABLE events ADD COLUMN server BIGINT NOT NULL DEFAULT 0;
""",
        """
CREATE TABLE watches (
    id TEXT PRIMARY KEY,
    person BIGINT NOT NULL,
    server BIGINT NOT NULL,     -- 0 for direct messages
    channel BIGINT NOT NULL,    -- 0 where the person is told in a direct message
    language TEXT NOT NULL,
    question TEXT NOT NULL,
    record TEXT NOT NULL,
    since DOUBLE PRECISION NOT NULL
);
""",
        """
ALTER TABLE watches ADD COLUMN after BIGINT; -- see watches.py
""",
        """
ALTER TABLE watches ADD COLUMN home BIGINT NOT NULL DEFAULT 0; -- 0 for none
""",
    ),
)


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


class Records:
    """Open records. Methods raise StoreError when they cannot be read or written."""

    def __init__(self, db: Database, days: float, clock: Callable[[], float]) -> None:
        self._db = db
        self._days = days
        self._clock = clock
        self.watches = Watches(db, clock)

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        place: Place,
        days: float,
        notify: Callable[[str], None],
        clock: Callable[[], float] = time.time,
    ) -> AsyncIterator["Records"]:
        """The records at a place; see `open_database`. Those older than `days` are deleted."""
        async with open_database(place, _SCHEMA, notify) as db:
            records = cls(db, days, clock)
            await records._expire()
            await records._name_conversations()
            yield records

    async def add(self, record: Record) -> None:
        """Keep an answer."""
        await self._expire()
        await self._db.change(
            "INSERT INTO answers (id, person, answered, content, conversation)"
            " VALUES (:id, :person, :answered, :content, :conversation)",
            {
                "id": record.id,
                "person": record.person,
                "answered": record.answered,
                "content": record.to_json(),
                "conversation": record.conversation,
            },
        )

    async def show(self, record: str, messages: Sequence[int]) -> None:
        """Keep which messages show an answer."""
        for message in messages:
            await self._db.change(
                "INSERT INTO messages (id, answer)"
                " SELECT CAST(:message AS BIGINT), id FROM answers WHERE id = :record"
                " ON CONFLICT (id) DO UPDATE SET answer = excluded.answer",
                {"message": message, "record": record},
            )

    async def get(self, record: str) -> Record | None:
        """The record of this id, unless it has expired or was forgotten."""
        return _read(
            await self._db.rows(
                "SELECT content FROM answers WHERE id = :record AND answered >= :oldest",
                {"record": record, "oldest": self._oldest()},
            )
        )

    async def shown_in(self, message: int) -> Record | None:
        """The record of the answer that a message shows."""
        return _read(
            await self._db.rows(
                "SELECT content FROM answers JOIN messages ON answer = answers.id"
                " WHERE messages.id = :message AND answered >= :oldest",
                {"message": message, "oldest": self._oldest()},
            )
        )

    async def chain(self, record: str | None, most: int = CHAIN) -> list[Record]:
        """An answer and those that its question followed, oldest first."""
        found: list[Record] = []
        while record and len(found) < most and (one := await self.get(record)):
            found.append(one)
            record = one.follows
        return found[::-1]

    async def rate(self, record: str, person: int, liked: bool, reason: str = "") -> None:
        """Keep what somebody thought of an answer, in place of what they thought before."""
        await self._db.change(
            "INSERT INTO opinions (answer, person, liked, reason)"
            " SELECT id, CAST(:person AS BIGINT), CAST(:liked AS BIGINT), CAST(:reason AS TEXT)"
            " FROM answers WHERE id = :record ON CONFLICT (answer, person)"
            " DO UPDATE SET liked = excluded.liked, reason = excluded.reason",
            {"person": person, "liked": int(liked), "reason": reason, "record": record},
        )

    async def ratings(self) -> list[tuple[Record, bool, str]]:
        """What was thought of which answer: whether it was liked, and the reason given, if any."""
        found = await self._db.rows(
            "SELECT content, liked, reason FROM opinions JOIN answers ON answer = id"
            " WHERE answered >= :oldest ORDER BY answered",
            {"oldest": self._oldest()},
        )
        return [(Record.from_json(content), bool(liked), why) for content, liked, why in found]

    async def public(self, server: int | None = None) -> list[tuple[Record, bool]]:
        """The answers that others could see, newest first, and whether each was rated down.

        Those of one server, or else of all.
        """
        found = await self._db.rows(
            "SELECT content, EXISTS (SELECT 1 FROM opinions WHERE answer = id AND liked = 0)"
            " FROM answers WHERE answered >= :oldest ORDER BY answered DESC",
            {"oldest": self._oldest()},
        )
        records = [(Record.from_json(content), bool(down)) for content, down in found]
        return [
            (record, down)
            for record, down in records
            if not record.private and record.server and server in (None, record.server)
        ]

    async def forget(
        self, person: int | None = None, conversation: str | None = None
    ) -> tuple[int, int]:
        """Delete the answers to a person, with their opinions, or of a conversation, or all.

        With a person's answers goes what they wait for.

        How many answers there were, and how many opinions of that person.
        """
        opinions = 0
        if person is not None:
            sql = "DELETE FROM opinions WHERE person = :person"
            opinions = await self._db.delete(sql, {"person": person})
            await self._db.delete("DELETE FROM facts WHERE name = :name", {"name": _visit(person)})
        if conversation is None:
            await self._db.delete(
                "DELETE FROM watches WHERE CAST(:person AS BIGINT) IS NULL OR person = :person",
                {"person": person},
            )
        answers = await self._db.delete(
            "DELETE FROM answers WHERE (CAST(:person AS BIGINT) IS NULL OR person = :person)"
            " AND (CAST(:conversation AS TEXT) IS NULL OR conversation = :conversation)",
            {"person": person, "conversation": conversation},
        )
        return answers, opinions

    async def claim(self, event: int, place: str, server: int | None = None) -> bool:
        """Whether nobody has dealt with this message or interaction yet; from now on we do."""
        return bool(
            await self._db.change(
                "INSERT INTO events (id, at, place, server) VALUES (:id, :at, :place, :server)"
                " ON CONFLICT DO NOTHING",
                {"id": event, "at": self._clock(), "place": place, "server": server or 0},
            )
        )

    async def settle(self, event: int) -> None:
        """The event has its answer, or was told that there is none."""
        await self._db.change("UPDATE events SET place = NULL WHERE id = :id", {"id": event})

    async def unsettled(self) -> list[tuple[int, str, int | None]]:
        """The events that still wait for an answer, where, and in which server, if in one."""
        found = await self._db.rows("SELECT id, place, server FROM events WHERE place IS NOT NULL")
        return [(event, place, server or None) for event, place, server in found]

    async def fact(self, name: str) -> str | None:
        """What was last kept under this name."""
        found = await self._db.rows("SELECT value FROM facts WHERE name = :name", {"name": name})
        return found[0][0] if found else None

    async def keep_fact(self, name: str, value: str) -> None:
        """Keep something small under a name."""
        await self._db.change(
            "INSERT INTO facts (name, value) VALUES (:name, :value)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            {"name": name, "value": value},
        )

    async def visit(self, person: int) -> date | None:
        """The day on which somebody last looked at the new articles."""
        day = await self.fact(_visit(person))
        return date.fromisoformat(day) if day else None

    async def keep_visit(self, person: int, day: date) -> None:
        """Keep that somebody looked at the new articles."""
        await self.keep_fact(_visit(person), day.isoformat())

    async def _expire(self) -> None:
        past = self._clock() - EVENTS_KEPT
        await self._db.change("DELETE FROM events WHERE at < :past", {"past": past})
        with suppress(StoreBusyError):  # it is not in a hurry
            sql = "DELETE FROM answers WHERE answered < :oldest"
            await self._db.delete(sql, {"oldest": self._oldest()})

    async def _name_conversations(self) -> None:
        """Note the conversations of answers that an earlier version has kept."""
        unnamed = await self._db.rows("SELECT content FROM answers WHERE conversation IS NULL")
        for (content,) in unnamed:
            record = Record.from_json(content)
            await self._db.change(
                "UPDATE answers SET conversation = :conversation WHERE id = :id",
                {"conversation": record.conversation, "id": record.id},
            )

    def _oldest(self) -> float:
        return self._clock() - self._days * _DAY


def _visit(person: int) -> str:
    return f"visit {person}"


def _read(found: Sequence[Row]) -> Record | None:
    return Record.from_json(found[0][0]) if found else None
