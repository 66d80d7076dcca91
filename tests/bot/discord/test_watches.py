"""Questions that wait for an article, with the real bot: across a restart, and forgotten."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from bot.answer import Status
from bot.conversation.record import Record, Watch
from bot.conversation.store import FILE, ConversationStore
from bot.conversation.watches import MOST
from bot.discord.i18n import translations_for
from tests.bot.discord.answers import answer_to
from tests.bot.discord.records import record
from tests.discord_bot import DiscordBot
from tests.standins.discord_interactions import Interaction
from tests.standins.discord_server import DiscordServer
from tests.standins.discord_world import Message, Permission, User

pytestmark = pytest.mark.enable_socket
with_bot = pytest.mark.usefixtures("town_bot")

SAY = translations_for("en")
WATCH = SAY("watch")
WAITING = Watch("0" * 16, 7, None, None, "en", "Who?", "r")
_numbers = count(1)


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("articles")
    text = "News from Hamm\n\nThe bridge of Hamm was opened on Monday. It is 90 metres long.\n"
    (folder / "hamm.txt").write_text(text)
    return folder


@pytest.fixture
def town_bot(stopped_bot: DiscordBot, articles: Path) -> Iterator[DiscordBot]:
    if not stopped_bot.alive:
        stopped_bot.start("--articles", articles)
    yield stopped_bot


@pytest.fixture
def asker(discord: DiscordServer) -> User:
    return discord.user(f"waiting {next(_numbers)}")


def declined(discord: DiscordServer, asker: User, town: str, private: bool = False) -> Message:
    question = f"Who is the mayor of {town}?"
    asked = discord.slash("ask", question=question, user=asker, private=private)
    return answer_to(discord, asked)


def told(discord: DiscordServer, pressed: Interaction) -> str:
    discord.until(lambda: pressed.answers and not pressed.answers[-1].loading)
    assert pressed.private
    return pressed.answers[-1].text


def news(discord: DiscordServer, articles: Path, town: str, editor: User) -> None:
    """An article that answers, and a sync."""
    text = f"{town} has a mayor\n\nThe mayor of {town} is Ada Lind, who won the election.\n"
    (articles / f"{town}.txt").write_text(text)
    discord.world.role(discord.guild, "Editors", Permission.MANAGE_GUILD, editor)
    done = discord.slash("dateline sync", user=editor)
    discord.until(lambda: [m for m in done.answers if m.text and not m.text.endswith("…")])


def test_the_person_is_told_once_when_an_article_answers(
    discord: DiscordServer, asker: User, articles: Path, town_bot: DiscordBot
) -> None:
    answer = declined(discord, asker, "Ulm")
    assert told(discord, discord.clicks(answer, WATCH, asker)) == SAY("watching")
    assert town_bot.stop() == 0
    town_bot.start("--articles", articles)
    news(discord, articles, "Ulm", asker)
    shown = discord.message_where(lambda m: f"<@{asker.id}>" in m.text)
    assert "Ada Lind" in shown.text
    assert shown.mentions == [asker]
    assert SAY("quotes") in shown.buttons
    lists = (told(discord, discord.slash("watches", user=asker)) for _ in range(100))
    assert SAY("watches_none") in lists  # it ends soon after it was told
    news(discord, articles, "Aachen", asker)
    answer_to(discord, discord.slash("ask", question="Who is the mayor of Ulm?", user=asker))
    assert len([m for m in discord.general.sent if f"<@{asker.id}>" in m.text]) == 1


@with_bot
def test_who_asked_privately_is_told_privately(
    discord: DiscordServer, asker: User, articles: Path
) -> None:
    answer = declined(discord, asker, "Essen", private=True)
    told(discord, discord.clicks(answer, WATCH, asker))
    news(discord, articles, "Essen", asker)
    shown = discord.until(lambda: [m for m in discord.world.dm(asker).sent if m.components])[0]
    assert "Ada Lind" in shown.text


@with_bot
def test_what_is_cancelled_or_forgotten_is_waited_for_no_more(
    discord: DiscordServer, asker: User, articles: Path
) -> None:
    other = discord.user("forgotten")
    answer = declined(discord, asker, "Bonn")
    for person in (asker, other):
        told(discord, discord.clicks(answer, WATCH, person))
    listed = discord.slash("watches", user=asker)
    assert "mayor of Bonn" in told(discord, listed)
    discord.clicks(listed.answers[0], SAY("watch_cancel", number=1), asker)
    discord.until(lambda: listed.answers[0].text == SAY("watches_none"))
    told(discord, discord.slash("forget me", user=other))
    third = discord.user("still waiting")
    told(discord, discord.clicks(answer, WATCH, third))
    news(discord, articles, "Bonn", asker)
    discord.message_where(lambda m: f"<@{third.id}>" in m.text)
    pinged = [m.text for m in discord.general.sent if m.pings]
    assert not any(f"<@{p.id}>" in text for p in (asker, other) for text in pinged)


def kept_while_stopped(folder: Path, watch: Watch, declined_answer: Record) -> None:
    async def keep() -> None:
        async with ConversationStore.open(folder / FILE, 30, pytest.fail) as records:
            await records.add(declined_answer)
            await records.watches.add(watch)

    asyncio.run(keep())


def test_an_old_article_that_answers_by_now_is_no_news(
    discord: DiscordServer, asker: User, articles: Path, town_bot: DiscordBot
) -> None:
    assert town_bot.stop() == 0
    question, now = "How long is the bridge of Hamm?", time.time()
    facts = {"server": discord.guild.id, "person": asker.id, "asked": now, "answered": now}
    record_of = record("No.", status=Status.ABSTAINED, id="old", question=question, **facts)
    server, channel, number_of_hamm = discord.guild.id, discord.general.id, 1
    watch = Watch("a" * 16, asker.id, server, channel, "en", question, "old", number_of_hamm)
    kept_while_stopped(town_bot.store, watch, record_of)
    town_bot.start("--articles", articles)
    answer = declined(discord, asker, "Trier")
    told(discord, discord.clicks(answer, WATCH, asker))
    news(discord, articles, "Trier", asker)
    shown = discord.message_where(lambda m: f"<@{asker.id}>" in m.text)
    assert "mayor of Trier" in shown.text  # the older of the two would have come first
    assert len([m for m in discord.general.sent if f"<@{asker.id}>" in m.text]) == 1
    waits = told(discord, discord.slash("watches", user=asker))
    assert question in waits


async def test_nobody_waits_for_too_much(tmp_path: Path) -> None:
    async with ConversationStore.open(tmp_path / FILE, 30, pytest.fail) as records:
        watches = records.watches
        added = [
            await watches.add(replace(WAITING, id=f"{n:016x}", record=f"r{n}"))
            for n in range(MOST + 1)
        ]
        assert added == [True] * MOST + [False]
        again = replace(WAITING, id="f" * 16, record="r0")
        assert await watches.add(again)
        assert len(await watches.of(WAITING.person)) == MOST
        assert not await watches.end("0" * 16, person=8)
        assert await watches.end("0" * 16, WAITING.person)
        assert await watches.add(replace(WAITING, id="e" * 16, record="new", person=8))
        await records.forget(person=str(WAITING.person))
        assert [watch.person for watch in await watches.all()] == [8]
