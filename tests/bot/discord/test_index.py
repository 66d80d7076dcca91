"""The articles while they are indexed, when they are gone, and when their index is damaged."""

import json
import shutil
from pathlib import Path

import pytest

from bot.discord.i18n import translations_for
from tests.bot.discord.answers import ANSWER, QUESTION, answer_to
from tests.discord_bot import DiscordBot
from tests.standins.discord_server import DiscordServer

pytestmark = pytest.mark.enable_socket

SAY = translations_for("en")
MANY = 4000


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    """So many articles that their indexing takes a while; the last one answers."""
    rows = [
        {"id": f"{n}", "title": f"Notes {n}", "url": None, "text": f"Street {n} was swept. " * 60}
        for n in range(MANY)
    ]
    text = "The Tarn ferry sails again on Monday. The captain of the Tarn ferry is Ada Rook."
    rows.append({"id": "ferry", "title": "The Tarn ferry", "url": None, "text": text})
    file = tmp_path / "feed.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return file


def test_who_asks_while_articles_are_indexed_is_told_and_answered(
    discord: DiscordServer, stopped_bot: DiscordBot, feed: Path
) -> None:
    stopped_bot.start("--articles", feed)
    asked = discord.slash("ask", question="When does the Tarn ferry sail again?")
    answer = answer_to(discord, asked, 120)
    assert "Monday" in answer.text
    assert SAY("building") in [text for _, text in answer.versions]
    assert stopped_bot.stop() == 0


def test_a_stop_while_articles_are_indexed(
    discord: DiscordServer, stopped_bot: DiscordBot, feed: Path, tmp_path: Path
) -> None:
    stopped_bot.start("--articles", feed, "--store", tmp_path / "store")
    asked = discord.slash("ask", question=QUESTION, user=discord.user("early"))
    discord.until(lambda: asked.original and asked.original.text == SAY("building"))
    assert stopped_bot.stop() == 0
    assert asked.original
    assert asked.original.text in (SAY("stopped"), SAY("no_store"))
    assert "Traceback" not in stopped_bot.log


def test_articles_that_are_gone(
    discord: DiscordServer, stopped_bot: DiscordBot, tmp_path: Path
) -> None:
    stopped_bot.start("--articles", tmp_path / "nothing", "--store", tmp_path / "store")
    asked = discord.slash("ask", question=QUESTION, user=discord.user("unlucky"))
    discord.until(lambda: asked.answers and asked.answers[0].text == SAY("no_store"))
    assert stopped_bot.stop() == 0
    assert str(tmp_path / "nothing") in stopped_bot.log


def test_an_index_that_is_deleted_under_the_bot(
    discord: DiscordServer, stopped_bot: DiscordBot, seeds_store: Path, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    shutil.copytree(seeds_store, store)
    stopped_bot.start("--store", store)
    asked = discord.slash("ask", question=QUESTION, user=discord.user("before"))
    assert ANSWER in answer_to(discord, asked).text
    shutil.rmtree(store)
    again = discord.slash("ask", question=QUESTION, user=discord.user("after"))
    told = (SAY("no_store"), SAY("failed"))
    discord.until(lambda: [m for m in again.answers if m.text in told or ANSWER in m.text])
    assert stopped_bot.alive
    stopped_bot.kill()
