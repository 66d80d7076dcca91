"""Two bots as on two machines: a store each, with PostgreSQL and a Chroma server between them."""

import asyncio
import json
import random
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import psycopg
import pytest

from bot.conversation.store import ConversationStore
from bot.discord.i18n import translations_for
from bot.storage.engine import PostgresServer
from tests.bot.discord.answers import answer_to, reply_to
from tests.bot.discord.test_admin import Town
from tests.conftest import Dateline
from tests.discord_bot import DiscordBot
from tests.standins import chroma_server
from tests.standins.chroma_server import TOKEN, Gate
from tests.standins.discord_gateway import shard_of
from tests.standins.discord_interactions import Interaction
from tests.standins.discord_server import DiscordServer
from tests.standins.discord_world import Message, User
from tests.standins.postgres_server import PASSWORD, PostgresProcess

pytestmark = pytest.mark.enable_socket

SAY = translations_for("en")
WHEN, WHY = "When was the harbour bridge closed?", "And why was it?"
BRIDGE = "The harbour bridge was closed on Monday because a pillar had cracked."
FERRY = "The ferry of Tarn sails again on Friday."
FILL = 1100
"""Passages, more than are searched without Chroma."""


@dataclass
class Fleet:
    """Two bots with a shard each of two, and a town on either shard."""

    discord: DiscordServer
    bots: tuple[DiscordBot, DiscordBot]
    ports: tuple[int, int]
    towns: tuple[Town, Town]
    postgres: PostgresProcess
    chroma: Gate
    news: Path

    def start(self, shards: dict[int, str]) -> None:
        """Start some of them, and wait until they can answer."""
        for number, ids in shards.items():
            self.bots[number].launch(DISCORD_SHARDS=ids)
        for number in shards:
            self.discord.until(lambda n=number: self._is_ready(n))  # type: ignore[misc]

    def answered(self, number: int) -> float:
        """How many questions one of them has answered since it was started."""
        told = urlopen(f"http://127.0.0.1:{self.ports[number]}/metrics").read().decode()
        lines = [line for line in told.splitlines() if line.startswith("dateline_questions_total{")]
        return sum(float(line.split()[-1]) for line in lines)

    def asks(self, number: int, question: str, user: str = "ada") -> Interaction:
        """A question in the town of a shard."""
        channel = self.towns[number].channel
        return self.discord.slash("ask", question=question, user=self.person(user), channel=channel)

    def person(self, name: str) -> User:
        """The one person of that name."""
        known = (user for user in list(self.discord.world.users.values()) if user.name == name)
        return next(known, None) or self.discord.user(name)

    def _is_ready(self, number: int) -> bool:
        try:
            return bool(urlopen(f"http://127.0.0.1:{self.ports[number]}/readyz").status == 200)
        except OSError:
            return False


@pytest.fixture(scope="module")
def fleet(
    discord: DiscordServer,
    postgres: PostgresProcess,
    dateline: Dateline,
    *,
    forked: Path,
    environment: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Fleet]:
    """The two bots, started."""
    folder = tmp_path_factory.mktemp("fleet")
    news = folder / "news"
    news.mkdir()
    (news / "bridge.txt").write_text(f"Bridge closed\n\n{BRIDGE}\n")
    chance = random.Random(7)
    words = ["".join(chance.choices("abcdefghijklmnop", k=7)) for _ in range(3000)]
    with (news / "others.jsonl").open("w") as others:
        for row in range(FILL):
            text = f"{' '.join(chance.choices(words, k=30))}."
            others.write(json.dumps({"id": str(row), "title": f"No {row}", "text": text}) + "\n")
    towns: dict[int, Town] = {}
    while len(towns) < 2:
        town = Town(discord, f"town {len(discord.world.guilds)}")
        towns.setdefault(shard_of(town.guild.id, 2), town)
    with chroma_server.running(folder / "chroma") as chroma, chroma_server.gate(chroma.url) as gate:
        shared = {
            "CHROMA_URL": gate.url,
            "CHROMA_TOKEN": TOKEN,
            "DATELINE_DATABASE_URL": postgres.emptied(),
            "DATELINE_ARTICLES": str(news),
        }
        stores = [folder / str(number) / "store" for number in range(2)]
        done = dateline("index", news, "--store", stores[0], **shared)
        assert done.returncode == 0, done.stderr
        shutil.copytree(stores[0], stores[1])
        ports = free_port(), free_port()
        bots = [
            DiscordBot(
                discord,
                store,
                store.parent,
                environment | shared | {"DATELINE_METRICS_PORT": str(port)},
                forked,
            )
            for store, port in zip(stores, ports, strict=True)
        ]
        with bots[0], bots[1]:
            fleet = Fleet(
                *(discord, (bots[0], bots[1]), ports, (towns[0], towns[1])),
                *(postgres, gate, news),
            )
            fleet.start({0: "0/2", 1: "1/2"})
            yield fleet
    postgres.start()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_each_question_is_answered_once_by_the_process_that_hears_it(fleet: Fleet) -> None:
    discord, searched = fleet.discord, fleet.chroma.asked
    reader = discord.user("reader")
    direct = discord.says(WHEN, reader, discord.world.dm(reader))
    questions = [fleet.asks(number, WHEN, f"reader {i}") for i in range(3) for number in (0, 1)]
    for question in questions:
        assert BRIDGE in answer_to(discord, question).text
        assert len(question.answers) == 1
    assert BRIDGE in reply_to(discord, direct).text
    discord.until(lambda: fleet.answered(0) + fleet.answered(1) == 7)
    assert (fleet.answered(0), fleet.answered(1)) == (4, 3)
    assert fleet.chroma.asked > searched
    offered = [e for e in discord.exchanges if e.method == "PUT" and "commands" in e.path]
    assert len(offered) == 1


def test_each_finds_what_is_new_in_the_same_articles(fleet: Fleet) -> None:
    (fleet.news / "ferry.txt").write_text(f"Ferry returns\n\n{FERRY}\n")

    for number in (0, 1):
        for attempt in range(100):
            asked = fleet.asks(number, "When does the ferry of Tarn sail again?", f"{attempt}")
            fleet.discord.until(lambda a=asked: a.answers and not a.answers[-1].loading)  # type: ignore[misc]
            answer = answer_to(fleet.discord, asked).text
            if FERRY in answer:
                break
            time.sleep(0.3)
        assert FERRY in answer


def test_what_one_process_has_kept_goes_on_in_another(fleet: Fleet) -> None:
    discord = fleet.discord
    question = fleet.asks(1, WHEN)
    first = answer_to(discord, question)
    fleet.towns[1].uses("settings", language="de")
    waiting = [discord.says("Hm?", discord.user("b"), town.channel) for town in fleet.towns]
    asyncio.run(left_open(fleet, waiting))
    for bot in fleet.bots:
        bot.kill()
    unnoted(fleet, question)

    fleet.start({0: "1/2"})
    assert [told(message) for message in waiting] == [0, 1]
    assert BRIDGE in first.text
    follow_up = discord.says(WHY, fleet.person("ada"), reply_to=first)
    assert BRIDGE in reply_to(discord, follow_up).text
    ada = fleet.person("ada")
    pressed = discord.clicks(first, SAY("quotes"), ada)
    discord.until(lambda: pressed.answers and not pressed.answers[-1].loading)
    assert BRIDGE in pressed.answers[-1].text
    helped = discord.slash("help", user=ada, channel=fleet.towns[1].channel)
    discord.until(lambda: helped.answers)
    assert helped.answers[0].text.strip() == translations_for("de")("help").strip()

    fleet.start({1: "0/2"})
    assert [told(message) for message in waiting] == [1, 1]
    assert BRIDGE in answer_to(discord, fleet.asks(0, WHEN, "somebody")).text


def test_while_the_database_is_away_people_are_told_so(fleet: Fleet) -> None:
    discord = fleet.discord
    away = {translations_for(language)("no_store") for language in ("en", "de")}
    fleet.postgres.stop(signal.SIGQUIT)
    asked = [fleet.asks(number, WHEN, f"early {number}") for number in (0, 1)]
    for question in asked:
        discord.until(lambda q=question: away & {message.text for message in q.answers})  # type: ignore[misc]
    fleet.postgres.start()
    for number in (0, 1):
        assert BRIDGE in answer_to(discord, fleet.asks(number, WHEN, f"late {number}")).text
    for bot in fleet.bots:
        assert bot.alive
        assert "Traceback" not in bot.log and PASSWORD not in bot.log


async def left_open(fleet: Fleet, asked: list[Message]) -> None:
    """Have the bots think that they were answering these messages."""
    async with ConversationStore.open(
        PostgresServer(fleet.postgres.url), 30, pytest.fail
    ) as records:
        for town, message in zip(fleet.towns, asked, strict=True):
            where = f"message en {town.channel.id}"
            assert await records.claim(message.id, where, town.guild.id)


def unnoted(fleet: Fleet, answered: Interaction) -> None:
    """Have nobody know that a question was answered."""
    with psycopg.connect(fleet.postgres.url) as db:
        done = db.execute(
            "UPDATE dateline.events SET place = %s WHERE id = %s",
            [f"interaction en {answered.token}", answered.id],
        )
        assert done.rowcount == 1


def told(asked: Message) -> int:
    """How often it was said in a channel that a question was interrupted."""
    return [message.text for message in asked.channel.sent].count(SAY("stopped"))
