"""The conversation store: exchanges, answers with buttons, ratings, and what people wait for.

Everything is kept for a while in one database, and deleted on request in one transaction.
"""

import json
import math
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime
from typing import NamedTuple

from bot.answer import Answer, Citation, Status, Turn
from bot.conversation.record import Conversation, Exchange, Record
from bot.conversation.schema import CONVERSATIONS
from bot.conversation.watches import Watches
from bot.llm.tokens import estimated_tokens
from bot.storage.engine import Database, Place, Row, Statement
from bot.storage.opening import open_database
from index.errors import StoreBusyError

FILE = "memory.sqlite"
"""In the store, where no database is named."""
TOKENS = 2000
"""Of a conversation that a question is read in the light of."""
EXCHANGES = 100
"""And its questions, at most."""
CHAIN = 6
"""Answers of a chain of replies that a question is read in the light of."""
_DAY = 24 * 60 * 60
EVENTS_KEPT = _DAY
"""Seconds for which a message or interaction could come a second time, and more."""
_THEIRS = "(CAST(:person AS TEXT) IS NULL OR CAST(person AS TEXT) = :person)"
_MEANT = f"(CAST(:conversation AS TEXT) IS NULL OR conversation = :conversation) AND {_THEIRS}"
_QUESTION, _RATING, _REST = "question", "rating", "rest"
# What each row that is deleted counts as: an exchange and a watch are one question with the
# answer that is kept of it.
_FORGET = (
    (_QUESTION, f"DELETE FROM exchanges WHERE {_MEANT} AND record IS NULL"),
    (_REST, f"DELETE FROM exchanges WHERE {_MEANT}"),
    (_QUESTION, f"DELETE FROM answers WHERE {_MEANT}"),
)
_UNKEPT = f"record NOT IN (SELECT id FROM answers WHERE {_THEIRS})"
_FORGET_WHOLLY = (
    (_RATING, "DELETE FROM opinions WHERE CAST(person AS TEXT) = :person"),
    (_QUESTION, f"DELETE FROM watches WHERE {_THEIRS} AND {_UNKEPT}"),
    (_REST, f"DELETE FROM watches WHERE {_THEIRS}"),
    (
        _REST,
        "DELETE FROM facts WHERE name = 'visit ' || CAST(:person AS TEXT)"
        " OR (CAST(:person AS TEXT) IS NULL AND substr(name, 1, 6) = 'visit ')",
    ),
    *_FORGET,
)


class Forgotten(NamedTuple):
    """How many questions were forgotten, and how many ratings of the person named."""

    questions: int
    ratings: int


class ConversationStore:
    """An open store. Its methods raise StoreError when it cannot be read or written."""

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
    ) -> AsyncIterator["ConversationStore"]:
        """The store at a place; see `open_database`. What is older than `days` is deleted."""
        async with open_database(place, CONVERSATIONS, notify) as db:
            store = cls(db, days, clock)
            await store._expire()
            await store._name_conversations()
            yield store

    async def remember(
        self,
        conversation: str,
        question: str,
        answer: Answer,
        person: str | None = None,
        *,
        articles: str | None = None,
        record: Record | None = None,
    ) -> None:
        """Add a question and its answer to a conversation, and the record of the answer, if any.

        `articles` names their collection. A crash leaves all of it or nothing. A reply to small
        talk is no turn of a conversation: it must not change what the next question means.
        """
        await self._expire()
        kept = [_adding(record)] if record else []
        if answer.status is not Status.REPLY:
            values = {
                "conversation": conversation,
                "person": person,
                "articles": articles,
                "at": self._clock(),
                "question": question,
                "answer": answer.text,
                "status": answer.status.value,
                "citations": json.dumps([citation.as_json() for citation in answer.citations]),
                "record": record.id if record else None,
            }
            kept.append(_insert("exchanges", values))
        await self._db.transaction(kept)

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
            f" FROM exchanges WHERE {_MEANT} AND at >= :oldest ORDER BY id",
            {"conversation": conversation, "person": person, "oldest": self._oldest()},
        )
        return [_exchange(row) for row in rows]

    async def reset(self, conversation: str) -> None:
        """Delete the turns of a conversation; answers and their buttons stay."""
        sql = "DELETE FROM exchanges WHERE conversation = :conversation"
        await self._db.delete(sql, {"conversation": conversation})

    async def forget(self, conversation: str | None = None, person: str | None = None) -> Forgotten:
        """Delete a conversation, what is kept of a person, or everything, in one transaction.

        A person's ratings, and what they wait for, go with all that they asked, but not with
        one conversation.
        """
        meant = {"conversation": conversation, "person": person}
        parts = _FORGET if conversation else _FORGET_WHOLLY
        deletions = [Statement(sql, meant) for _, sql in parts]
        changed = await self._db.transaction(deletions, for_good=True)
        counts: Counter[str] = Counter()
        for (kind, _), rows in zip(parts, changed, strict=True):
            counts[kind] += rows
        return Forgotten(counts[_QUESTION], counts[_RATING])

    async def add(self, record: Record) -> None:
        """Keep an answer that is no turn of a conversation."""
        await self._expire()
        await self._db.change(*_adding(record))

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
        """Note that an event has its answer, or a line that there is none."""
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
            for table, time_of in (("exchanges", "at"), ("answers", "answered")):
                sql = f"DELETE FROM {table} WHERE {time_of} < :oldest"
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


def _insert(table: str, values: Mapping[str, object]) -> Statement:
    named = ", ".join(f":{name}" for name in values)
    return Statement(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({named})", values)


def _adding(record: Record) -> Statement:
    return _insert(
        "answers",
        {
            "id": record.id,
            "person": record.person,
            "answered": record.answered,
            "content": record.to_json(),
            "conversation": record.conversation,
        },
    )


def _read(found: Sequence[Row]) -> Record | None:
    return Record.from_json(found[0][0]) if found else None


def _exchange(row: Row) -> Exchange:
    conversation, person, articles, at, question, answer, status, cited = row
    citations = tuple(Citation.from_json(c) for c in json.loads(cited))
    return Exchange(
        conversation, person, articles, _moment(at), question, answer, status, citations
    )


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
