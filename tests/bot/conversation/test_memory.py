"""What is remembered: kept, bounded, expired, forgotten; through crashes and beside others."""

import asyncio
import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from bot.answer import Answer, Citation, Status, Turn
from bot.conversation.store import ConversationStore
from bot.llm.tokens import estimated_tokens
from bot.storage.engine import Place, PostgresServer
from index.errors import StoreError

if TYPE_CHECKING:
    from tests.conftest import Dateline

DAYS = 30
QUOTE = Citation(1, "a.txt", "Title", date(2024, 10, 24), None, "A quote.", 0, 8)


def said(text: str) -> Answer:
    return Answer(Status.ANSWERED, text, 0.5, "query", (QUOTE,))


class Clock:
    """A clock that somebody sets."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now

    def pass_days(self, days: float) -> None:
        self.now += days * 86_400


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store" / "memory.sqlite"


def refuse(line: str) -> None:
    raise AssertionError(line)


async def test_a_restart_forgets_nothing(place: Place) -> None:
    async with ConversationStore.open(place, DAYS, refuse) as memory:
        await memory.remember("talk", "who?", said("She. [1]"), "ada", articles="seeds-1")
        await memory.remember("other", "when?", said("Then."))
    async with ConversationStore.open(place, DAYS, refuse) as memory:
        assert await memory.turns("talk") == [Turn("user", "who?"), Turn("assistant", "She. [1]")]
        [kept] = await memory.export("talk")
        assert (kept.person, kept.articles, kept.status) == ("ada", "seeds-1", "answered")
        assert kept.citations == (QUOTE,)
        assert json.dumps(kept.as_json())
        assert [(c.name, c.exchanges) for c in await memory.conversations()] == [
            ("other", 1),
            ("talk", 1),
        ]


async def test_a_conversation_as_it_stood(place: Place) -> None:
    clock = Clock()
    async with ConversationStore.open(place, DAYS, refuse, clock) as memory:
        await memory.remember("talk", "who?", said("She."))
        then = clock.now
        clock.pass_days(1)
        await memory.remember("talk", "when?", said("Then."))
        assert [turn.content for turn in await memory.turns("talk", until=then)] == ["who?", "She."]
        assert await memory.turns("talk", until=then - 1) == []


async def test_others_cannot_read_the_file(path: Path) -> None:
    async with ConversationStore.open(path, DAYS, refuse) as memory:
        await memory.remember("talk", "who?", said("She."))
        assert {file.stat().st_mode & 0o077 for file in path.parent.glob("*.sqlite*")} == {0}


async def test_what_is_forgotten_is_in_no_file(path: Path) -> None:
    async with (
        ConversationStore.open(path, DAYS, refuse) as memory,
        ConversationStore.open(path, DAYS, refuse) as beside,
    ):
        for i in range(60):
            person = "ada" if i % 3 else "bob"
            await beside.remember("talk", f"<{person}> " * 40, said(f"<to {person}> " * i), person)
        assert await memory.forget(person="ada") == (40, 0)
        left = b"".join(file.read_bytes() for file in path.parent.iterdir())
        assert b"<bob>" in left and b"<ada>" not in left and b"<to ada>" not in left
        assert {e.person for e in await beside.export()} == {"bob"}
        assert await memory.forget("talk") == (20, 0)
        left = b"".join(file.read_bytes() for file in path.parent.iterdir())
        assert b"<bob>" not in left


async def test_a_damaged_file_is_moved_aside(path: Path) -> None:
    async with ConversationStore.open(path, DAYS, refuse) as memory:
        for _ in range(200):
            await memory.remember("talk", "who? " * 20, said("She. " * 20))
    content = path.read_bytes()
    path.write_bytes(content[:8192] + b"\xff" * 8192 + content[16384:])
    beside = path.with_name("seeds.json")
    beside.write_text("not ours")
    lines: list[str] = []
    async with ConversationStore.open(path, DAYS, lines.append) as memory:
        assert await memory.turns("talk") == []
        await memory.remember("talk", "when?", said("Then."))
    [line] = lines
    assert "damaged" in line
    [kept] = path.parent.glob("*damaged*.sqlite")
    assert str(kept) in line and len(kept.read_bytes()) == len(content)
    assert beside.read_text() == "not ours"
    async with ConversationStore.open(path, DAYS, refuse) as memory:
        assert len(await memory.turns("talk")) == 2


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\0" + b"x" * 99])
async def test_no_database_at_all(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    lines: list[str] = []
    async with ConversationStore.open(path, DAYS, lines.append) as memory:
        assert await memory.export() == []
    assert len(lines) == 1


async def test_only_one_moves_a_damaged_file(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database at all" * 100)
    lines: list[str] = []

    async def remember(number: int) -> None:
        async with ConversationStore.open(path, DAYS, lines.append) as memory:
            await memory.remember("talk", f"{number}?", said("So."))

    await asyncio.gather(*map(remember, range(8)))
    assert len(lines) == 1
    async with ConversationStore.open(path, DAYS, refuse) as memory:
        assert {e.question for e in await memory.export()} == {f"{n}?" for n in range(8)}


async def test_one_from_a_newer_version_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer"):
        async with ConversationStore.open(path, DAYS, refuse):
            pass
    assert path.exists()


async def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot write"):
        async with ConversationStore.open(tmp_path / "file" / "memory.sqlite", DAYS, refuse):
            pass


WRITER = """
import asyncio, sys
from pathlib import Path
from bot.answer import Answer, Status
from bot.conversation.store import ConversationStore
from bot.storage.engine import PostgresServer

async def write(place, name, count):
    place = PostgresServer(place) if "://" in place else Path(place)
    async with ConversationStore.open(place, 30, print) as memory:
        for i in range(int(count)):
            answer = Answer(Status.ANSWERED, f"{i}" * 500, 0.5, "query")
            await memory.remember(name, f"{i}?", answer)
            print(i, flush=True)

asyncio.run(write(*sys.argv[1:]))
"""


def writing(place: Place, name: str, count: int) -> subprocess.Popen[str]:
    where = place.url if isinstance(place, PostgresServer) else str(place)
    command = [sys.executable, "-c", WRITER, where, name, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


async def test_a_killed_process_loses_nothing_it_had_remembered(place: Place) -> None:
    process = writing(place, "talk", 1_000_000)
    assert process.stdout
    for _ in range(50):
        last = int(process.stdout.readline())
    process.send_signal(signal.SIGKILL)
    process.wait()
    rest = process.stdout.read().split()
    process.stdout.close()
    last = int(rest[-1]) if rest else last
    async with ConversationStore.open(place, DAYS, refuse) as memory:
        kept = await memory.export("talk")
    assert [e.question for e in kept[: last + 1]] == [f"{i}?" for i in range(last + 1)]
    assert all(e.answer == e.question[:-1] * 500 for e in kept)
    assert len(kept) <= last + 2


async def test_two_processes_at_once(place: Place) -> None:
    processes = [writing(place, name, 60) for name in ("one", "two")]
    for process in processes:
        process.communicate(timeout=30)
    assert [process.returncode for process in processes] == [0, 0]
    async with ConversationStore.open(place, DAYS, refuse) as memory:
        for name in ("one", "two"):
            kept = [e.question for e in await memory.export(name)]
            assert kept == [f"{i}?" for i in range(60)]


NAMES = st.sampled_from(["terminal", "server/channel", "🐟"])
PEOPLE = st.sampled_from([None, "ada", "bob"])
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)


class Remembering(RuleBasedStateMachine):
    """A memory beside a plain list of what should be in it."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.place = place
        self.clock = Clock()
        self.model: list[tuple[str, str | None, float, str, str]] = []
        self.open()

    def open(self) -> None:
        self.opening = ConversationStore.open(self.place, DAYS, refuse, self.clock)
        self.memory = self.runner.run(self.opening.__aenter__())

    def close(self) -> None:
        self.runner.run(self.opening.__aexit__(None, None, None))

    def teardown(self) -> None:
        self.close()
        self.runner.close()

    def alive(self) -> list[tuple[str, str | None, float, str, str]]:
        return [row for row in self.model if row[2] >= self.clock.now - DAYS * 86_400]

    @rule(name=NAMES, person=PEOPLE, question=TEXTS, answer=TEXTS)
    def remember(self, name: str, person: str | None, question: str, answer: str) -> None:
        self.runner.run(self.memory.remember(name, question, said(answer), person))
        self.model.append((name, person, self.clock.now, question, answer))

    @rule(name=NAMES | st.none(), person=PEOPLE)
    def forget(self, name: str | None, person: str | None) -> None:
        def meant(row: tuple[str, str | None, float, str, str]) -> bool:
            return name in (None, row[0]) and person in (None, row[1])

        alive, all_of_it = len([*filter(meant, self.alive())]), len([*filter(meant, self.model)])
        assert alive <= self.runner.run(self.memory.forget(name, person)).questions <= all_of_it
        self.model = [row for row in self.model if not meant(row)]

    @rule(days=st.floats(0, DAYS))
    def wait(self, days: float) -> None:
        self.clock.pass_days(days)

    @rule()
    def restart(self) -> None:
        self.close()
        self.open()
        self.model = self.alive()
        held = self.runner.run(self.count())
        assert held == len(self.model)

    async def count(self) -> int:
        [(count,)] = await self.memory._db.rows("SELECT count(*) FROM exchanges")
        return int(count)

    @rule(name=NAMES, budget=st.integers(0, 120))
    def read(self, name: str, budget: int) -> None:
        turns = self.runner.run(self.memory.turns(name, budget))
        own = [row for row in self.alive() if row[0] == name]
        pairs = [(q.content, a.content) for q, a in zip(turns[::2], turns[1::2], strict=True)]
        assert pairs == [(row[3], row[4]) for row in own[len(own) - len(pairs) :]]
        spent = sum(estimated_tokens(turn.content) for turn in turns)
        assert spent <= budget
        if len(pairs) < len(own):
            _, _, _, question, answer = own[len(own) - len(pairs) - 1]
            assert spent + estimated_tokens(question) + estimated_tokens(answer) > budget

    @invariant()
    def exported(self) -> None:
        kept = self.runner.run(self.memory.export())
        assert [(e.conversation, e.person, e.question, e.answer) for e in kept] == [
            (name, person, question, answer) for name, person, _, question, answer in self.alive()
        ]


def test_it_is_as_a_plain_list_would_have_it(new_place: Callable[[], Place]) -> None:
    class InSuchAPlace(Remembering):
        def __init__(self) -> None:
            super().__init__(new_place())

    run_state_machine_as_test(
        InSuchAPlace,
        settings=settings(max_examples=25, stateful_step_count=15, deadline=None),
    )


async def test_a_character_that_some_databases_do_not_keep(place: Place) -> None:
    async with ConversationStore.open(place, DAYS, refuse) as memory:
        await memory.remember("talk", "who\0?", said("She."))
        [kept] = await memory.export()
        assert kept.question in ("who\0?", "who\ufffd?")


def test_a_conversation_goes_on(dateline: "Dateline", tmp_path: Path) -> None:
    articles, store = tmp_path / "news", tmp_path / "store"
    articles.mkdir()
    bridge = articles / "bridge.txt"
    bridge.write_text("Bridge closed\n\nThe harbour bridge was closed on Monday.\n")
    places = ("--articles", articles, "--store", store)

    def chat(*lines: str) -> subprocess.CompletedProcess[str]:
        named = ("chat", "--json", "--conversation", "my talk", *places)
        return dateline(*named, stdin="\n".join(lines))

    chat("When was the harbour bridge closed?")
    assert "harbour" in json.loads(chat("And why was it?").stdout)["query"]
    [listed] = json.loads(dateline("memory", "list", "--json", "--store", store).stdout)
    assert (listed["name"], listed["exchanges"]) == ("my talk", 2)
    bridge.write_text("Bridge open\n\nNothing happened to the harbour bridge.\n")
    assert "withdrawn" in chat().stderr and "bridge.txt" in chat().stderr
    exported = json.loads(dateline("memory", "export", "my talk", "--store", store).stdout)
    assert [e["question"] for e in exported] == [
        "When was the harbour bridge closed?",
        "And why was it?",
    ]
    assert dateline("memory", "forget", "my talk", "--store", store).returncode == 0
    assert json.loads(dateline("memory", "export", "--store", store).stdout) == []


def test_only_a_named_conversation_is_kept(dateline: "Dateline", seeds_store: Path) -> None:
    dateline("chat", "--store", seeds_store, stdin="Who is the president of China?")
    assert dateline("memory", "list", "--store", seeds_store).stdout == ""


@pytest.mark.parametrize("typed", [["forget"], ["forget", "nobody"], ["forget", "a", "--all"], []])
def test_forgetting_wants_to_know_what(
    inside: "Dateline", tmp_path: Path, typed: list[str]
) -> None:
    done = inside("memory", *typed, *["--store", tmp_path] * bool(typed))
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
