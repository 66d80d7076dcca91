"""A question's way with everything real but Discord, where something goes wrong on it."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from bot.answerer import Answerer
from bot.config import Config
from bot.conversation.store import FILE, ConversationStore
from bot.discord import service
from bot.discord.i18n import translations_for
from bot.discord.metrics import Metrics
from bot.discord.queue import FairQueue
from bot.discord.replies import Post
from bot.discord.requests import QuestionRequest
from bot.discord.service import QuestionService
from bot.discord.settings import Servers
from bot.factory import answerer_on, conversation_store, open_store
from bot.validation import QUESTION_LIMIT
from tests.bot.discord.eventually import PATIENCE, eventually

SAY = translations_for("en")
QUESTION = "Who is the mayor of Hamm?"
ARTICLE = "Hamm elects a mayor\n\nThe mayor of Hamm is Ada Lind, who won by far.\n"


@dataclass
class Seen:
    """A reply that keeps what its reader would see; it begins once it is `free`."""

    shown: list[str] = field(default_factory=list)
    settled: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    free: asyncio.Event | None = None

    async def begin(self) -> None:
        self.begun.set()
        if self.free:
            await self.free.wait()

    async def show(self, text: str) -> None:
        self.shown.append(text)

    async def settle(self, *posts: Post) -> list[int]:
        self.settled.append("\n".join(page for post in posts for page in post.pages))
        return [len(self.settled)]

    async def tell(self, line: str) -> None:
        self.told.append(line)

    @property
    def ends(self) -> list[str]:
        """All that says how it ended."""
        return [*self.settled, *self.told]


@dataclass
class Office:
    """A question service, and what it works with."""

    service: QuestionService
    conversations: ConversationStore
    servers: Servers
    store: Path

    async def take(self, asked: QuestionRequest) -> Seen:
        seen = Seen()
        await self.service.take(asked, seen)
        return seen


class OneIndex:
    """Has the same answerer for everybody, who is open already."""

    def __init__(self, answerer: Answerer) -> None:
        self._answerer = answerer

    async def of(self, server: int | None, channel: int | None = None) -> Answerer:
        return self._answerer

    def look(self) -> None:
        raise AssertionError("the articles are fine")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("index")
    (folder / "news").mkdir()
    (folder / "news" / "hamm.txt").write_text(ARTICLE)
    config = Config(articles=(folder / "news",), store=folder / "store")
    with open_store(config, pytest.fail, lambda _: None) as store:
        yield OneIndex(answerer_on(store, config))


@pytest.fixture
async def office(index: Any, tmp_path: Path) -> AsyncIterator[Office]:
    config = Config(store=tmp_path)
    async with AsyncExitStack() as opened:
        enter = opened.enter_async_context
        conversations = await enter(conversation_store(config, pytest.fail))
        servers = await enter(Servers.open(None, pytest.fail))
        metrics = Metrics(lambda: 0, lambda: None, lambda: None, lambda: True)
        service = QuestionService(config, index, conversations, servers, metrics=metrics)
        yield Office(service, conversations, servers, tmp_path)


ASKED = QuestionRequest(
    event=1,
    awaited="message en 1",
    person=7,
    server=None,
    home=None,
    places=(),
    roles=(),
    conversation="direct",
    private=False,
    question=QUESTION,
    words=SAY,
)


async def test_the_answer_comes_once(office: Office) -> None:
    seen = await office.take(ASKED)
    [answer] = seen.ends
    assert "Ada Lind" in answer
    again = await office.take(ASKED)
    assert again.ends == []
    assert await office.conversations.unsettled() == []


@pytest.mark.parametrize(
    ("question", "line"),
    [
        (" \u200b\n", SAY("empty")),
        ("a" * (QUESTION_LIMIT + 1), SAY("too_long", limit=QUESTION_LIMIT)),
    ],
)
async def test_what_is_no_question_is_refused(office: Office, question: str, line: str) -> None:
    seen = await office.take(replace(ASKED, question=question))
    assert (seen.told, seen.settled) == ([line], [])
    assert not seen.begun.is_set()


async def test_an_answer_that_cannot_be_kept_is_given_all_the_same(office: Office) -> None:
    with sqlite3.connect(office.store / FILE) as db:
        db.execute("DROP TABLE messages")
        db.execute("DROP TABLE answers")
    [answer] = (await office.take(ASKED)).ends
    assert "Ada Lind" in answer


async def test_only_those_who_may_ask_are_answered(office: Office) -> None:
    await office.servers.change(5, channels=frozenset({11}), roles=frozenset({21}))
    here = replace(ASKED, server=5, places={11}, roles={21, 22})
    assert "Ada Lind" in (await office.take(here)).ends[0]
    elsewhere = await office.take(replace(here, event=2, places={12}))
    assert elsewhere.told == [SAY("not_here", channels="<#11>")]
    stranger = await office.take(replace(here, event=3, roles=set()))
    assert stranger.told == [SAY("not_you", roles="<@&21>")]
    assert not stranger.begun.is_set()


async def test_a_question_that_failed_costs_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.servers.change(5, person_budget=1)
    here = replace(ASKED, server=5)

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret")

    with monkeypatch.context() as patched:
        patched.setattr(office.service, "_history", broken)
        assert (await office.take(here)).ends == [SAY("failed")]
    assert "Ada Lind" in (await office.take(replace(here, event=2))).ends[0]
    spent = await office.take(replace(here, event=3))
    assert spent.settled == []
    assert spent.told[0].startswith(SAY("person_budget", questions=1, when="|").split("|")[0])


async def test_who_waits_is_shown_their_place(office: Office) -> None:
    office.service.queue = FairQueue(at_once=1, longest=9)
    seen = Seen()
    async with office.service.queue.turn(lambda _: None):
        asked = asyncio.create_task(office.service.take(ASKED, seen))
        await eventually(lambda: SAY("place", place=1) in seen.shown)
        assert seen.ends == []
    await asyncio.wait_for(asked, PATIENCE)
    assert "Ada Lind" in seen.ends[0]


async def test_who_is_still_waiting_at_the_end_is_told(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, never = asyncio.Event(), asyncio.Event()

    async def stuck(*_: object, **__: object) -> None:
        there.set()
        await never.wait()

    monkeypatch.setattr(office.service, "_history", stuck)
    monkeypatch.setattr(service, "GRACE", 0.05)
    seen = Seen()
    asked = asyncio.create_task(office.service.take(ASKED, seen))
    await asyncio.wait_for(there.wait(), PATIENCE)
    await asyncio.wait_for(office.service.close(), PATIENCE)
    await asked
    assert seen.ends == [SAY("stopped")]
    assert await office.conversations.unsettled() == []
    late = await office.take(replace(ASKED, event=2, person=8))
    assert late.ends == [SAY("stopped")]


@pytest.mark.parametrize("patience", [0.0, PATIENCE])
async def test_who_arrives_is_told_so_before_others_are_answered(
    office: Office, monkeypatch: pytest.MonkeyPatch, patience: float
) -> None:
    monkeypatch.setattr(service, "POLITENESS", patience)
    slow, quick = Seen(free=asyncio.Event()), Seen()
    arriving = asyncio.create_task(office.service.take(ASKED, slow))
    await asyncio.wait_for(slow.begun.wait(), PATIENCE)
    asked = asyncio.create_task(office.service.take(replace(ASKED, event=2, person=8), quick))
    if patience:
        await eventually(lambda: office.service._quiet._waiters)
        assert quick.ends == []
    else:
        await asyncio.wait_for(asked, PATIENCE)
    assert slow.free
    slow.free.set()
    await asyncio.wait_for(asyncio.gather(arriving, asked), PATIENCE)
    assert "Ada Lind" in slow.ends[0]
    assert "Ada Lind" in quick.ends[0]
