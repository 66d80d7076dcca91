"""A SQLite file in the store: opened, made, guarded, and wiped of what is deleted.

Readable to its owner alone.
"""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import aiosqlite

from bot.storage.engine import Row, Schema
from index.errors import StoreBusyError, StoreError

PATIENCE = 30.0
"""Seconds to wait for another process."""


class SQLiteDatabase:
    """An open file, as a `Database`."""

    def __init__(self, connection: aiosqlite.Connection, path: Path | None) -> None:
        self._connection = connection
        self._path = path

    @classmethod
    @asynccontextmanager
    async def open(
        cls, path: Path | None, schema: Schema, notify: Callable[[str], None]
    ) -> AsyncIterator["SQLiteDatabase"]:
        """The file at `path`, made if there is none; without a path, one that is not kept.

        A damaged file is moved aside, and `notify` told.
        """
        connection = await (_open_file(path, schema, notify) if path else _connect(None, schema))
        try:
            yield cls(connection, path)
        finally:
            await connection.close()

    async def change(self, sql: str, values: Mapping[str, object] = {}) -> int:
        """Carry out one statement; how many rows it changed."""
        with self._guarded():
            return (await self._connection.execute(sql, values)).rowcount

    async def delete(self, sql: str, values: Mapping[str, object] = {}) -> int:
        """Delete, so that nothing of it stays in the file; how many rows it was."""
        with self._guarded():
            deleted = await self._connection.execute(sql, values)
            if not deleted.rowcount or not self._path:
                return deleted.rowcount
            # What was deleted is still in the log until that is written back and cut off.
            async with self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)") as done:
                [busy, *_] = await done.fetchone() or [1]
        if busy:
            raise StoreBusyError(f"another process still reads {self._path}; try again")
        return deleted.rowcount

    async def rows(self, sql: str, values: Mapping[str, object] = {}) -> list[Row]:
        """All that a query finds."""
        with self._guarded():
            return [tuple(row) for row in await self._connection.execute_fetchall(sql, values)]

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        with _guarded(self._path):
            yield


async def _open_file(
    path: Path, schema: Schema, notify: Callable[[str], None]
) -> aiosqlite.Connection:
    """The database at `path`; one process at a time, so that only one moves a damaged one."""
    from filelock import AsyncFileLock, Timeout  # noqa: PLC0415  (only for what is kept)

    try:
        await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
        async with AsyncFileLock(path.with_suffix(".lock"), timeout=PATIENCE):
            with _guarded(path):
                try:
                    return await _connect(path, schema)
                except sqlite3.DatabaseError as error:
                    if not _is_damaged(error):
                        raise
                kept = await asyncio.to_thread(_move_aside, path)
                notify(f"{schema.name} was damaged; it is now {kept}, and a new one has begun")
                return await _connect(path, schema)
    except Timeout:
        raise StoreBusyError(f"another process does not let go of {path}; try again") from None
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}") from error


async def _connect(path: Path | None, schema: Schema) -> aiosqlite.Connection:
    """The database at `path`, or one in memory; sqlite3.DatabaseError when it is damaged."""
    if path:
        await asyncio.to_thread(path.touch, mode=0o600)
    db = await aiosqlite.connect(path or ":memory:", timeout=PATIENCE, isolation_level=None)
    try:
        await db.execute("PRAGMA journal_mode = WAL")
        await db.execute("PRAGMA secure_delete = ON")
        await db.execute("PRAGMA foreign_keys = ON")
        [(found,)] = await db.execute_fetchall("PRAGMA quick_check(1)")
        if found != "ok":
            raise sqlite3.DatabaseError(found)
        [(made_as,)] = await db.execute_fetchall("PRAGMA user_version")
        version = len(schema.steps)
        if made_as > version:
            raise StoreError(f"{path} is from a newer version of Dateline; update Dateline")
        if made_as < version:
            steps = "".join(schema.steps[made_as:])
            await db.executescript(f"BEGIN;{steps}PRAGMA user_version = {version};COMMIT;")
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
