"""What was said in conversations: kept in one SQLite file, for a while, and deleted on request.

It knows conversations and people by the names it is given, and nothing of how answers are found.
"""

import asyncio
import json
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import aiosqlite

from bot.answer import Answer, Citation, Turn
from bot.llm.tokens import estimated_tokens
from index.errors import StoreBusyError, StoreError

FORMAT = 1
"""Raised with every change to the table."""
TOKENS = 2000
"""Of a conversation that a question is read in the light of."""
PATIENCE = 30.0
"""Seconds to wait for another process."""
_TABLE = """
CREATE TABLE exchanges (
    id INTEGER PRIMARY KEY,
    conversation TEXT NOT NULL,
    person TEXT,
    articles TEXT,              -- the collection that was asked
    at REAL NOT NULL,           -- seconds since 1970
    question TEXT NOT NULL,
    answer TEXT NOT NULL,
    status TEXT NOT NULL,
    citations TEXT NOT NULL     -- as in answer.schema.json
);
CREATE INDEX exchanges_of_conversation ON exchanges (conversation, id);
CREATE INDEX exchanges_by_time ON exchanges (at);
"""
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
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
    """An open memory. Its methods raise StoreError when the file cannot be read or written.

    A question and its answer are one row, so that a crash leaves both or neither.
    """

    def __init__(
        self, db: aiosqlite.Connection, path: Path | None, days: float, clock: Callable[[], float]
    ) -> None:
        self._db = db
        self._path = path
        self._days = days
        self._clock = clock

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        path: Path | None,
        days: float,
        notify: Callable[[str], None],
        clock: Callable[[], float] = time.time,
    ) -> AsyncIterator["Memory"]:
        """The memory at `path`, made if there is none; without a path, one that is not kept.

        What is older than `days` is deleted. A damaged file is moved aside, and `notify` told.
        """
        db = await (_open_file(path, notify) if path else _connect(None))
        memory = cls(db, path, days, clock)
        try:
            await memory._expire()
            yield memory
        finally:
            await db.close()

    async def remember(
        self,
        conversation: str,
        question: str,
        answer: Answer,
        person: str | None = None,
        articles: str | None = None,
    ) -> None:
        """Add a question and its answer to a conversation; `articles` names their collection."""
        await self._expire()
        cited = json.dumps([citation.as_json() for citation in answer.citations])
        with _guarded(self._path):
            await self._db.execute(
                "INSERT INTO exchanges (conversation, person, articles, at, question, answer,"
                " status, citations) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(conversation, person, articles, self._clock()),
                    *(question, answer.text, answer.status.value, cited),
                ),
            )

    async def turns(self, conversation: str, tokens: int = TOKENS) -> list[Turn]:
        """The newest exchanges that fit in so many tokens, as turns, oldest first."""
        newest: list[Turn] = []
        with _guarded(self._path):
            async with self._db.execute(
                "SELECT question, answer FROM exchanges WHERE conversation = ? AND at >= ?"
                " ORDER BY id DESC",
                (conversation, self._oldest()),
            ) as rows:
                async for question, answer in rows:
                    tokens -= estimated_tokens(question) + estimated_tokens(answer)
                    if tokens < 0:
                        break
                    newest += [Turn("assistant", answer), Turn("user", question)]
        return newest[::-1]

    async def conversations(self) -> list[Conversation]:
        """Every conversation, the latest first."""
        rows = await self._rows(
            "SELECT conversation, count(*), min(at), max(at) FROM exchanges WHERE at >= ?"
            " GROUP BY conversation ORDER BY max(at) DESC",
            (self._oldest(),),
        )
        return [Conversation(n, c, _moment(first), _moment(last)) for n, c, first, last in rows]

    async def export(
        self, conversation: str | None = None, person: str | None = None
    ) -> list[Exchange]:
        """What is kept of a conversation, of a person, or at all; oldest first."""
        rows = await self._rows(
            "SELECT conversation, person, articles, at, question, answer, status, citations"
            " FROM exchanges WHERE (?1 IS NULL OR conversation = ?1)"
            " AND (?2 IS NULL OR person = ?2) AND at >= ?3 ORDER BY id",
            (conversation, person, self._oldest()),
        )
        return [_exchange(row) for row in rows]

    async def forget(self, conversation: str | None = None, person: str | None = None) -> int:
        """Delete a conversation, what a person said, or everything; how many exchanges it was.

        Nothing of them stays in the file.
        """
        return await self._delete(
            "DELETE FROM exchanges WHERE (?1 IS NULL OR conversation = ?1)"
            " AND (?2 IS NULL OR person = ?2)",
            (conversation, person),
        )

    async def _expire(self) -> None:
        with suppress(StoreBusyError):  # it is not in a hurry
            await self._delete("DELETE FROM exchanges WHERE at < ?", (self._oldest(),))

    async def _delete(self, sql: str, values: Sequence[object]) -> int:
        with _guarded(self._path):
            deleted = await self._db.execute(sql, values)
            if not deleted.rowcount or not self._path:
                return deleted.rowcount
            # What was deleted is still in the log until that is written back and cut off.
            async with self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)") as done:
                [busy, *_] = await done.fetchone() or [1]
        if busy:
            raise StoreBusyError(f"another process still reads {self._path}; try again")
        return deleted.rowcount

    async def _rows(self, sql: str, values: Sequence[object]) -> list[sqlite3.Row]:
        with _guarded(self._path):
            return list(await self._db.execute_fetchall(sql, values))

    def _oldest(self) -> float:
        return self._clock() - self._days * _DAY


async def _open_file(path: Path, notify: Callable[[str], None]) -> aiosqlite.Connection:
    """The database at `path`; one process at a time, so that only one moves a damaged one."""
    from filelock import AsyncFileLock, Timeout  # noqa: PLC0415  (only for what is kept)

    try:
        await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
        async with AsyncFileLock(path.with_suffix(".lock"), timeout=PATIENCE):
            with _guarded(path):
                try:
                    return await _connect(path)
                except sqlite3.DatabaseError as error:
                    if not _is_damaged(error):
                        raise
                kept = await asyncio.to_thread(_move_aside, path)
                notify(f"the memory was damaged; it is now {kept}, and a new one has begun")
                return await _connect(path)
    except Timeout:
        raise StoreBusyError(f"another process does not let go of {path}; try again") from None
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}") from error


async def _connect(path: Path | None) -> aiosqlite.Connection:
    """The database at `path`, or one in memory; sqlite3.DatabaseError when it is damaged."""
    if path:
        await asyncio.to_thread(path.touch, mode=0o600)
    db = await aiosqlite.connect(path or ":memory:", timeout=PATIENCE, isolation_level=None)
    try:
        await db.execute("PRAGMA journal_mode = WAL")
        await db.execute("PRAGMA secure_delete = ON")
        [(found,)] = await db.execute_fetchall("PRAGMA quick_check(1)")
        if found != "ok":
            raise sqlite3.DatabaseError(found)
        [(made_as,)] = await db.execute_fetchall("PRAGMA user_version")
        if made_as > FORMAT:
            raise StoreError(f"{path} is from a newer version of Dateline; update Dateline")
        if made_as == 0:
            await db.executescript(f"BEGIN;{_TABLE}PRAGMA user_version = {FORMAT};COMMIT;")
    except BaseException:
        await db.close()
        raise
    return db


@contextmanager
def _guarded(path: Path | None) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        if _is_damaged(error):
            again = "when started again, Dateline begins a new one"
            raise StoreError(f"{path} is damaged; {again}") from error
        raise StoreError(f"cannot read or write {path}: {error}") from error


def _is_damaged(error: sqlite3.Error) -> bool:
    return type(error) is sqlite3.DatabaseError  # what can be mended is a subclass of it


def _move_aside(path: Path) -> Path:
    kept = path.with_name(f"{path.stem}.damaged-{time.time_ns()}{path.suffix}")
    for part in ("-wal", "-shm", ""):
        beside = path.with_name(path.name + part)
        if beside.exists():
            beside.rename(kept.with_name(kept.name + part))
    return kept


def _exchange(row: sqlite3.Row) -> Exchange:
    conversation, person, articles, at, question, answer, status, cited = row
    citations = tuple(_citation(c) for c in json.loads(cited))
    return Exchange(
        conversation, person, articles, _moment(at), question, answer, status, citations
    )


def _citation(cited: dict[str, Any]) -> Citation:
    day = cited["published"]
    return Citation(**cited | {"published": day and date.fromisoformat(day)})


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
