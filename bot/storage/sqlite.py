"""A SQLite file in the store: opened, made, guarded, and wiped of what is deleted.

Readable to its owner alone.
"""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import aiosqlite

from bot.storage.engine import Row, Schema, Statement
from index.errors import StoreBusyError, StoreError

PATIENCE = 30.0
"""Seconds to wait for another process."""


class SQLiteDatabase:
    """An open file, as a `Database`."""

    def __init__(self, connection: aiosqlite.Connection, path: Path | None) -> None:
        self._connection = connection
        self._path = path
        self._one_at_a_time = asyncio.Lock()  # what others do is no part of a transaction

    @classmethod
    @asynccontextmanager
    async def open(
        cls, path: Path | None, schema: Schema, notify: Callable[[str], None]
    ) -> AsyncIterator["SQLiteDatabase"]:
        """The file at `path`, made if there is none; without a path, one that is not kept.

        A damaged file is moved aside, and `notify` gets a line about it.
        """
        connection = await (
            _open_file(path, schema, notify) if path else _connect(None, schema, notify)
        )
        try:
            yield cls(connection, path)
        finally:
            await connection.close()

    async def change(self, sql: str, values: Mapping[str, object] = {}) -> int:
        """Carry out one statement; how many rows it changed."""
        async with self._guarded():
            return (await self._connection.execute(sql, values)).rowcount

    async def delete(self, sql: str, values: Mapping[str, object] = {}) -> int:
        """Delete, so that nothing of it stays in the file; how many rows it was."""
        async with self._guarded():
            deleted = (await self._connection.execute(sql, values)).rowcount
            if deleted:
                await self._wipe()
        return deleted

    async def transaction(
        self, statements: Sequence[Statement], *, for_good: bool = False
    ) -> list[int]:
        """Carry out all statements or none; how many rows each changed."""
        async with self._guarded():
            try:
                await self._connection.execute("BEGIN IMMEDIATE")
                changed = [
                    (await self._connection.execute(sql, values)).rowcount
                    for sql, values in statements
                ]
                await self._connection.commit()
            except BaseException:
                await self._connection.rollback()
                raise
            if for_good:
                await self._wipe()
        return changed

    async def rows(self, sql: str, values: Mapping[str, object] = {}) -> list[Row]:
        """All that a query finds."""
        async with self._guarded():
            return [tuple(row) for row in await self._connection.execute_fetchall(sql, values)]

    async def _wipe(self) -> None:
        """Have the log written back and cut off: what was deleted is still in it."""
        if not self._path:
            return
        async with self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)") as done:
            [busy, *_] = await done.fetchone() or [1]
        if busy:
            raise StoreBusyError(f"another process still reads {self._path}; try again")

    @asynccontextmanager
    async def _guarded(self) -> AsyncIterator[None]:
        async with self._one_at_a_time:
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
                    return await _connect(path, schema, notify)
                except sqlite3.DatabaseError as error:
                    if not _is_damaged(error):
                        raise
                kept = await asyncio.to_thread(_move_aside, path)
                notify(f"{schema.name} was damaged; it is now {kept}, and a new one has begun")
                return await _connect(path, schema, notify)
    except Timeout:
        raise StoreBusyError(f"another process does not let go of {path}; try again") from None
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}") from error


async def _connect(
    path: Path | None, schema: Schema, notify: Callable[[str], None]
) -> aiosqlite.Connection:
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
        if made_as > len(schema.steps):
            raise StoreError(f"{path} is from a newer version of Dateline; update Dateline")
        await _take_steps(db, path, schema, made_as, notify)
    except BaseException:
        await db.close()
        raise
    return db


async def _take_steps(
    db: aiosqlite.Connection,
    path: Path | None,
    schema: Schema,
    made_as: int,
    notify: Callable[[str], None],
) -> None:
    """Take the steps that were not taken yet; files that were kept apart are copied, then deleted.

    A file that a crash has left undeleted is copied a second time, which changes nothing.
    """
    script: list[str] = []
    copied: list[Path] = []
    for taken, step in enumerate(schema.steps):
        new = [step] if isinstance(step, str) else [str(part) for part in step.steps]
        script += new if taken >= made_as else []
        if path and isinstance(step, Schema) and path.with_name(f"{step.key}.sqlite").is_file():
            copied.append(path.with_name(f"{step.key}.sqlite"))
            script += await _copies(db, copied[-1], step, notify)
    if script:
        version = f"PRAGMA user_version = {len(schema.steps)};"
        await db.executescript(f"BEGIN;{''.join(script)}{version}COMMIT;")
    for file in copied:
        await db.execute(f"DETACH {file.stem}")
        await asyncio.to_thread(file.unlink)


async def _copies(
    db: aiosqlite.Connection, file: Path, schema: Schema, notify: Callable[[str], None]
) -> list[str]:
    """Statements that copy all rows of a file, brought up to date before, which is attached."""
    older = await _open_file(file, schema, notify)
    try:
        # Only one that nobody else has open leaves this mode; its log is then in the file.
        [(mode,)] = await older.execute_fetchall("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError:
        mode = "wal"
    finally:
        await older.close()
    if mode == "wal":
        raise StoreBusyError(f"another process still uses {file}; end it and try again")
    await db.execute(f"ATTACH ? AS {file.stem}", [str(file)])
    tables = await db.execute_fetchall(
        "SELECT t.name, group_concat(c.name) FROM"
        f" (SELECT name, rowid FROM {file.stem}.sqlite_master WHERE type = 'table') t,"
        f" pragma_table_info(t.name, '{file.stem}') c GROUP BY t.name ORDER BY t.rowid"
    )
    return [
        f"INSERT OR IGNORE INTO main.{table} ({columns}) SELECT {columns} FROM {file.stem}.{table};"
        for table, columns in tables
    ]


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
