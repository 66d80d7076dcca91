"""A PostgreSQL database that any number of processes share.

What is kept is in a schema of its own, `dateline`. Connections are made when they are needed, and
made again when they were lost.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from bot.storage.engine import PostgresServer, Row, Schema, Statement
from index.errors import StoreError, UsageError, how_to_install

if TYPE_CHECKING:
    from psycopg import AsyncConnection, AsyncCursor, Error

INSTALL = f"DATELINE_DATABASE_URL needs a client for PostgreSQL; {how_to_install('postgres')}"
WRONG = (
    "DATELINE_DATABASE_URL is no URL of a PostgreSQL database, such as "
    "postgresql://name:password@host:5432/dateline; in a password, @ is written %40 and / %2F"
)
PAUSES = (0.1, 0.4, 1.0)
"""Seconds between the attempts to connect, which somebody waits for."""
HASTE = 2.0
"""And after which none is made again."""
CONNECTIONS = 3
"""At a time; with one, each would wait until the disk has what others said."""
LOCK = int.from_bytes(b"dateline")
"""Held by the process that makes the tables."""
_OPTIONS: dict[str, Any] = {
    "connect_timeout": 3,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 10_000,  # milliseconds for which the server may be out of reach
    "application_name": "dateline",
}
_SETTINGS = "-c search_path=dateline -c statement_timeout=30s"
_VALUE = re.compile(r":(\w+)")
_NUMBERED = "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"


class PostgresDatabase:
    """An open database on a server, as a `Database`.

    While the server is away, a statement waits two seconds for it and then fails. One that was
    under way when the connection broke fails at once: it may have been carried out.
    """

    def __init__(self, server: PostgresServer, connection: "AsyncConnection") -> None:
        self._server = server
        self._free: asyncio.LifoQueue[AsyncConnection | None] = asyncio.LifoQueue()
        for free in (*[None] * (CONNECTIONS - 1), connection):
            self._free.put_nowait(free)
        self._away: tuple[float, StoreError] | None = None

    @classmethod
    @asynccontextmanager
    async def open(
        cls, server: PostgresServer, schema: Schema
    ) -> AsyncIterator["PostgresDatabase"]:
        """The database, with the tables of `schema`.

        Raises UsageError when the URL or the installation will not do, and StoreError when the
        server does not let us in.
        """
        connection = await _connect(server)
        opened = cls(server, connection)
        try:
            await _make(connection, server, schema)
            yield opened
        finally:
            for _ in range(CONNECTIONS):  # waiting for what is under way
                if free := await opened._free.get():
                    await free.close()

    async def change(self, sql: str, values: Mapping[str, object] = {}) -> int:
        """Carry out one statement; how many rows it changed."""
        return (await self._run(sql, values)).rowcount

    async def delete(self, sql: str, values: Mapping[str, object] = {}) -> int:
        """Delete; how many rows it was. The server's files let go of them in its own time."""
        return await self.change(sql, values)

    async def rows(self, sql: str, values: Mapping[str, object] = {}) -> list[Row]:
        """All that a query finds."""
        return await (await self._run(sql, values)).fetchall()

    async def transaction(
        self, statements: Sequence[Statement], *, for_good: bool = False
    ) -> list[int]:
        """Carry out all statements or none; how many rows each changed."""
        async with self._borrowed() as connection, connection.transaction():
            return [
                (await connection.execute(_translated(sql), _storable(values))).rowcount
                for sql, values in statements
            ]

    async def _run(self, sql: str, values: Mapping[str, object]) -> "AsyncCursor[Row]":
        async with self._borrowed() as connection:
            return await connection.execute(_translated(sql), _storable(values))

    @asynccontextmanager
    async def _borrowed(self) -> AsyncIterator["AsyncConnection"]:
        """An open connection that nobody else uses meanwhile; its errors become StoreErrors."""
        from psycopg import Error  # noqa: PLC0415

        waiting_since = time.monotonic()
        connection = await self._free.get()
        try:
            connection = await self._live(connection, waiting_since)
            yield connection
        except Error as error:
            raise _problem(self._server, error) from error
        finally:
            self._free.put_nowait(connection)

    async def _live(
        self, connection: "AsyncConnection | None", waiting_since: float
    ) -> "AsyncConnection":
        """The connection if it is open, or a new one.

        Who waited while others tried in vain does not try again.
        """
        from psycopg import Error  # noqa: PLC0415

        if connection:
            try:
                await connection.execute("")
                return connection
            except Error:
                await connection.close()
        if self._away and self._away[0] >= waiting_since:
            raise self._away[1]
        try:
            return await _connect(self._server)
        except StoreError as problem:
            self._away = time.monotonic(), problem
            raise


async def version(server: PostgresServer) -> str:
    """What the server says it is, and where; errors as in `PostgresDatabase.open`."""
    async with await _connect(server) as connection:
        number = connection.info.parameter_status("server_version")
    return f"PostgreSQL {number} at {_address(server)}"


async def _connect(server: PostgresServer) -> "AsyncConnection":
    try:
        from psycopg import AsyncConnection, Error  # noqa: PLC0415
    except ImportError:
        raise UsageError(INSTALL) from None
    options = f"{_parts(server).get('options', '')} {_SETTINGS}"
    until = time.monotonic() + HASTE
    for pause in (*PAUSES, None):
        try:
            return await AsyncConnection.connect(
                server.url, autocommit=True, options=options, **_OPTIONS
            )
        except Error as error:
            if pause is None or time.monotonic() > until:
                raise _problem(server, error) from error
            await asyncio.sleep(pause)
    raise AssertionError("the last attempt fails or returns")


async def _make(db: "AsyncConnection", server: PostgresServer, schema: Schema) -> None:
    """Make the tables, or bring them up to date; one process at a time."""
    from psycopg import Error  # noqa: PLC0415

    try:
        async with db.transaction():
            await db.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            if await _none(db, "SELECT to_regnamespace('dateline')"):
                await db.execute("CREATE SCHEMA dateline")
            if await _none(db, "SELECT to_regclass('versions')"):
                await db.execute("CREATE TABLE versions (key TEXT PRIMARY KEY, made_as BIGINT)")
            await _take_steps(db, server, schema)
    except Error as error:
        raise _problem(server, error) from error


async def _take_steps(db: "AsyncConnection", server: PostgresServer, schema: Schema) -> None:
    """Take the steps that were not taken yet; those of a schema in it are counted apart."""
    found = await db.execute("SELECT made_as FROM versions WHERE key = %s", [schema.key])
    [made_as] = await found.fetchone() or [0]
    if made_as > len(schema.steps):
        raise StoreError(
            f"{schema.name} in {_address(server)} is from a newer version of "
            "Dateline; update Dateline"
        )
    for step in schema.steps[made_as:]:
        if isinstance(step, Schema):
            await _take_steps(db, server, step)
        else:
            await db.execute(step.replace("INTEGER PRIMARY KEY", _NUMBERED).encode())
    await db.execute(
        "INSERT INTO versions (key, made_as) VALUES (%s, %s)"
        " ON CONFLICT (key) DO UPDATE SET made_as = excluded.made_as",
        [schema.key, len(schema.steps)],
    )


def _parts(server: PostgresServer) -> dict[str, str]:
    """What the URL says; a part of the password must not be taken for something else."""
    from psycopg import ProgrammingError  # noqa: PLC0415
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415

    try:
        parts = {key: str(value) for key, value in conninfo_to_dict(server.url).items()}
    except ProgrammingError:
        raise UsageError(WRONG) from None
    misread = "@" in parts.get("host", "") + parts.get("dbname", "")
    if misread or not re.fullmatch(r"[\d,]*", parts.get("port", "")):
        raise UsageError(WRONG)
    return parts


def _problem(server: PostgresServer, error: "Error") -> StoreError:
    """The error in one line, with what to do."""
    from psycopg import OperationalError  # noqa: PLC0415

    said = error.diag.message_primary or str(error).rpartition(" failed: ")[2]
    why = said.strip().partition("\n")[0]
    if isinstance(error, OperationalError):
        return StoreError(
            f"the database {_address(server)} cannot be used ({why}): "
            "see that its server runs, and check DATELINE_DATABASE_URL"
        )
    return StoreError(f"the database {_address(server)} refuses: {why}")


def _address(server: PostgresServer) -> str:
    """Which database it is, without the user and the password."""
    parts = _parts(server)
    port = f":{parts['port']}" if "port" in parts else ""
    return f"{parts.get('host', 'localhost')}{port}/{parts.get('dbname', '')}".rstrip("/")


async def _none(db: "AsyncConnection", question: str) -> bool:
    [found] = await (await db.execute(question.encode())).fetchone() or [None]
    return found is None


@cache
def _translated(sql: str) -> bytes:
    """The statement with its values named as the client has it."""
    return _VALUE.sub(r"%(\1)s", sql).encode()


def _storable(values: Mapping[str, object]) -> Mapping[str, object]:
    """The values without the one character that PostgreSQL does not keep."""
    return {k: v.replace("\0", "\ufffd") if isinstance(v, str) else v for k, v in values.items()}
