"""What earlier versions kept in two places is found in one: nothing is lost, and nothing doubled.

The files in `kept/` are what an earlier version made, written as SQL.
"""

import sqlite3
from contextlib import AbstractAsyncContextManager, closing
from datetime import date
from pathlib import Path

import psycopg
import pytest

from bot.answer import Status
from bot.conversation.record import Watch
from bot.conversation.schema import ANSWERS
from bot.conversation.store import FILE, ConversationStore
from bot.storage.engine import PostgresServer
from index.errors import StoreBusyError, StoreError
from tests.standins.postgres_server import PostgresProcess

KEPT = Path(__file__).with_name("kept")
OLDER = "answers.sqlite"
DAYS, NOW = 30, 1_700_000_200.0


def refuse(line: str) -> None:
    raise AssertionError(line)


def made(folder: Path, *names: str) -> Path:
    """Make the files of an earlier version; the path of the one that stays."""
    for name in names:
        with closing(sqlite3.connect(folder / f"{name}.sqlite")) as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript((KEPT / f"{name}.sql").read_text())
    return folder / FILE


def opening(place: Path | PostgresServer) -> AbstractAsyncContextManager[ConversationStore]:
    return ConversationStore.open(place, DAYS, refuse, lambda: NOW)


async def assert_all_is_there(store: ConversationStore) -> None:
    kept = await store.export()
    assert [(e.conversation, e.person, e.articles) for e in kept] == [
        ("evening talk", None, "seeds-1"),
        ("1/2 7", "7", None),
        ("direct 7", "7", None),
        ("1/2 8", "8", None),
        ("1/2 7", "7", None),
    ]
    assert kept[0].citations[0].quote == "The bridge closed on Monday."
    links = await store._db.rows("SELECT record FROM exchanges ORDER BY id")
    assert links == [(None,), *((f"record-{n}",) for n in range(4))]
    await assert_answers_are_there(store)


async def assert_answers_are_there(store: ConversationStore) -> None:
    for n in range(4):
        for message in (100 + n, 200 + n):
            shown = await store.shown_in(message)
            assert shown and shown.question == f"What of the bridge, number {n}?"
    assert [one.id for one in await store.chain("record-3")] == ["record-0", "record-3"]
    hello = await store.get("hello")
    assert hello and hello.status is Status.REPLY
    assert [(of.id, liked, why) for of, liked, why in await store.ratings()] == [
        ("record-0", True, ""),
        ("record-2", False, "too short"),
    ]
    assert await store.unsettled() == [(5, "message en 1", 1)]
    assert not await store.claim(6, "message de 2")
    assert await store.fact("commands") == "a digest"
    assert await store.visit(7) == date(2023, 11, 14)
    assert await store.watches.all() == [
        Watch("a" * 16, 7, 1, 2, "en", "When does it open?", "record-3", 12),
        Watch("b" * 16, 8, None, None, "de", "Wann?", "gone"),
    ]


async def test_two_files_become_one(tmp_path: Path) -> None:
    path = made(tmp_path, "memory", "answers")
    for _ in range(2):
        async with opening(path) as store:
            await assert_all_is_there(store)
    assert not [*tmp_path.glob("answers.sqlite*")]
    async with opening(path) as store:
        assert await store.forget(person="7") == (4, 1)  # small talk is one that has no turn
        left = b"".join(file.read_bytes() for file in tmp_path.iterdir())
        assert b"too short" not in left and b"number 2" in left and b"number 3" not in left


@pytest.mark.parametrize("name", ["memory", "answers"])
async def test_one_of_them_alone(tmp_path: Path, name: str) -> None:
    async with opening(made(tmp_path, name)) as store:
        if name == "answers":
            await assert_answers_are_there(store)
        assert len(await store.export()) == (5 if name == "memory" else 0)


async def test_a_crash_before_the_older_file_was_deleted_doubles_nothing(tmp_path: Path) -> None:
    path = made(tmp_path, "memory", "answers")
    async with opening(path) as store:
        await assert_all_is_there(store)
    made(tmp_path, "answers")
    async with opening(path) as store:
        await assert_all_is_there(store)
    assert not (tmp_path / OLDER).exists()


async def test_a_migration_that_fails_leaves_both_files_as_they_were(tmp_path: Path) -> None:
    path = made(tmp_path, "memory", "answers")
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE watches (in_the TEXT, way TEXT)")
        db.commit()
    with pytest.raises(StoreError, match="already exists"):
        async with opening(path):
            pass
    with closing(sqlite3.connect(path)) as db:
        db.execute("DROP TABLE watches")
        db.commit()
    async with opening(path) as store:
        await assert_all_is_there(store)


async def test_an_older_process_that_still_runs_is_not_robbed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.storage.sqlite.PATIENCE", 0.1)
    path = made(tmp_path, "memory", "answers")
    with closing(sqlite3.connect(tmp_path / OLDER, isolation_level=None)) as running:
        running.execute("UPDATE facts SET value = 'newer' WHERE name = 'commands'")
        with pytest.raises(StoreBusyError, match="end it and try again"):
            async with opening(path):
                pass
        running.execute("UPDATE facts SET value = 'a digest' WHERE name = 'commands'")
    async with opening(path) as store:
        await assert_all_is_there(store)


async def test_a_damaged_file_of_answers_is_moved_aside(tmp_path: Path) -> None:
    path = made(tmp_path, "memory")
    (tmp_path / OLDER).write_bytes(b"no database at all" * 100)
    lines: list[str] = []
    async with ConversationStore.open(path, DAYS, lines.append, lambda: NOW) as store:
        assert len(await store.export()) == 5
    [line] = lines
    assert "answers.damaged" in line
    assert len([*tmp_path.glob("answers.damaged-*.sqlite")]) == 1


async def test_the_first_version_of_the_answers(tmp_path: Path) -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript((KEPT / "answers.sql").read_text())
        rows = db.execute("SELECT id, person, answered, content FROM answers").fetchall()
    with closing(sqlite3.connect(tmp_path / OLDER)) as db:
        db.executescript(f"{ANSWERS.steps[0]} PRAGMA user_version = 1;")
        db.executemany("INSERT INTO answers VALUES (?, ?, ?, ?)", rows)
        db.execute("INSERT INTO events VALUES (5, ?, 'message en 1')", (NOW,))
        db.commit()
    async with opening(tmp_path / FILE) as store:
        assert await store.unsettled() == [(5, "message en 1", None)]
        assert await store.get("record-1")
        assert await store.forget("direct 7") == (1, 0)
        assert await store.get("record-1") is None


async def test_tables_on_a_server_become_one_store(postgres: PostgresProcess) -> None:
    place = PostgresServer(postgres.emptied())
    with psycopg.connect(place.url, autocommit=True) as db:
        db.execute((KEPT / "postgres.sql").read_bytes())
    for _ in range(2):
        async with opening(place) as store:
            await assert_all_is_there(store)
    async with opening(place) as store:
        assert await store.forget(person="7") == (4, 1)
        assert len(await store.export()) == 2
