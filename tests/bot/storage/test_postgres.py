"""What a PostgreSQL server may do to us: be away, come back, refuse, be asked by many at once."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from bot.config import Config
from bot.doctor import Check, checks
from bot.storage import postgres as engine
from bot.storage.engine import Database, PostgresServer, Schema
from bot.storage.opening import open_database
from index.errors import DatelineError, StoreError, UsageError
from tests.standins.postgres_server import PASSWORD, USER, PostgresProcess

NOTES = Schema(
    "notes",
    "the notes",
    ("CREATE TABLE notes (id INTEGER PRIMARY KEY, at DOUBLE PRECISION, said TEXT NOT NULL);",),
)
WRITE = "INSERT INTO notes (at, said) VALUES (:at, :said)"
READ = "SELECT said FROM notes ORDER BY id"


@pytest.fixture
def server(postgres: PostgresProcess) -> Iterator[PostgresServer]:
    """A database that holds nothing, on a server that runs again afterwards."""
    yield PostgresServer(postgres.emptied())
    postgres.start()


async def write(db: Database, said: str) -> None:
    assert await db.change(WRITE, {"at": 1.5, "said": said}) == 1


async def said(server: PostgresServer, schema: Schema = NOTES) -> list[str]:
    async with open_database(server, schema, pytest.fail) as db:
        return [text for (text,) in await db.rows(READ)]


async def test_it_goes_on_when_the_server_is_there_again(
    postgres: PostgresProcess, server: PostgresServer
) -> None:
    async with open_database(server, NOTES, pytest.fail) as db:
        await write(db, "one")
        postgres.stop(signal.SIGQUIT)
        postgres.start()
        await write(db, "two")
        postgres.stop()
        with pytest.raises(StoreError) as caught:
            await write(db, "lost")
        assert_one_line(caught.value)
        postgres.start()
        await write(db, "three")
        assert await db.rows(READ) == [("one",), ("two",), ("three",)]


async def test_a_server_that_starts_meanwhile_is_waited_for(
    postgres: PostgresProcess, server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "PAUSES", (0.05,) * 3000)
    monkeypatch.setattr(engine, "HASTE", 120.0)
    async with open_database(server, NOTES, pytest.fail) as db:
        postgres.stop()
        writing = asyncio.create_task(write(db, "at last"))
        await asyncio.sleep(0)
        await asyncio.to_thread(postgres.start)
        await writing
        assert await db.rows(READ) == [("at last",)]


async def test_who_waits_behind_vain_attempts_makes_none_of_their_own(
    postgres: PostgresProcess, server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_database(server, NOTES, pytest.fail) as db:
        attempts = []
        connect = engine._connect

        async def counted(server: PostgresServer) -> "psycopg.AsyncConnection":
            attempts.append(server)
            return await connect(server)

        monkeypatch.setattr(engine, "_connect", counted)
        postgres.stop()
        found = await asyncio.gather(
            *(write(db, "lost") for _ in range(20)), return_exceptions=True
        )
        assert {type(problem) for problem in found} == {StoreError}
        assert len(attempts) == engine.CONNECTIONS


async def test_a_statement_that_fails_changes_nothing(server: PostgresServer) -> None:
    async with open_database(server, NOTES, pytest.fail) as db:
        await write(db, "one")
        with pytest.raises(StoreError, match="refuses: null value"):
            await db.change("UPDATE notes SET said = CASE WHEN id > 0 THEN NULL ELSE said END")
        await write(db, "two")
    assert await said(server) == ["one", "two"]


async def test_a_statement_that_is_given_up_is_not_carried_out(server: PostgresServer) -> None:
    async with open_database(server, NOTES, pytest.fail) as db:
        slow = db.change("INSERT INTO notes (said) SELECT 'late' FROM pg_sleep(60)")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await slow
        await write(db, "one")
    assert await said(server) == ["one"]


async def test_all_who_come_first_find_the_tables(server: PostgresServer) -> None:
    assert await asyncio.gather(*(said(server) for _ in range(8))) == [[]] * 8


async def test_tables_of_an_earlier_version_are_brought_up_to_date(server: PostgresServer) -> None:
    async with open_database(server, NOTES, pytest.fail) as db:
        await write(db, "one")
    later = NOTES._replace(steps=(*NOTES.steps, "UPDATE notes SET said = said || '!';"))
    assert await said(server, later) == ["one!"]
    assert await said(server, later) == ["one!"]
    with pytest.raises(StoreError, match="newer version"):
        await said(server)


async def test_options_of_the_url_hold_too(server: PostgresServer) -> None:
    place = PostgresServer(f"{server.url}&options=-c%20work_mem%3D7MB")
    async with open_database(place, NOTES, pytest.fail) as db:
        await write(db, "one")
        assert await db.rows("SELECT current_setting('work_mem')") == [("7MB",)]


async def test_others_tables_are_left_alone(server: PostgresServer) -> None:
    with psycopg.connect(server.url) as db:
        db.execute("CREATE TABLE IF NOT EXISTS public.notes (id INT)")
    async with open_database(server, NOTES, pytest.fail) as opened:
        await write(opened, "one")
    with psycopg.connect(server.url) as db:
        assert db.execute("SELECT * FROM public.notes").fetchall() == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (PASSWORD, "wrong-and-secret", "password authentication failed"),
        (f"{USER}:", "nobody:", "password authentication failed"),
        ("/postgres?", "/elsewhere?", "does not exist"),
        ("host=/", "host=/nowhere/", "check DATELINE_DATABASE_URL"),
    ],
)
async def test_a_server_that_does_not_let_us_in(
    server: PostgresServer, monkeypatch: pytest.MonkeyPatch, old: str, new: str, said: str
) -> None:
    monkeypatch.setattr(engine, "PAUSES", ())
    with pytest.raises(StoreError, match=said) as caught:
        async with open_database(PostgresServer(server.url.replace(old, new)), NOTES, print):
            pass
    assert_one_line(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:se@cret@localhost/db",
        "postgresql://me:1234/secret@localhost/db",
        "postgresql://me:secret@localhost/db?colour=red",
        "postgresql://[::1/secret",
    ],
)
async def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(UsageError, match="DATELINE_DATABASE_URL") as caught:
        async with open_database(PostgresServer(url), NOTES, pytest.fail):
            pass
    assert_one_line(caught.value)


def assert_one_line(problem: DatelineError) -> None:
    """It says what to do, and nothing of the password."""
    line = str(problem)
    assert "DATELINE_DATABASE_URL" in line
    assert len(line.splitlines()) == 1
    assert "secret" not in line and PASSWORD not in line


def test_the_client_is_an_extra(server: PostgresServer, tmp_path: Path) -> None:
    script = (
        "import sys; sys.modules['psycopg'] = None; from bot.cli.app import run;"
        f" sys.exit(run(['memory', 'list', '--store', {str(tmp_path)!r}]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={"DATELINE_DATABASE_URL": server.url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "pip install '.[postgres]'" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_doctor_looks_at_it(
    postgres: PostgresProcess, server: PostgresServer, tmp_path: Path
) -> None:
    config = Config(store=tmp_path, database_url=server.url)
    assert (look(config).level, look(config).detail[:11]) == ("ok", "PostgreSQL ")
    assert PASSWORD not in look(config).detail + repr(config)
    assert server.url in config.secrets
    with psycopg.connect(server.url) as db:
        assert db.execute("SELECT to_regnamespace('dateline')").fetchone() == (None,)
    postgres.stop()
    found = look(config)
    assert found.level == "fail" and found.remedy and PASSWORD not in found.detail


def look(config: Config) -> Check:
    return next(check for check in checks(config, Path("none")) if check.name == "database")
