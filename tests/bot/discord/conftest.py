"""A stand-in for Discord and the bot as its own process, both shared by the tests of a module.

A module that uses them says `pytestmark = pytest.mark.enable_socket`.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.discord_bot import DiscordBot
from tests.standins import openai_server
from tests.standins.discord_description import description
from tests.standins.discord_server import DiscordServer, running
from tests.standins.openai_server import OpenAIServer

HEARTBEAT = 0.2
"""Seconds between two of the bot's, so that they show when it stands still."""


@pytest.fixture(scope="module")
def discord() -> Iterator[DiscordServer]:
    with running(HEARTBEAT) as server:
        yield server


@pytest.fixture(scope="module")
def model() -> Iterator[OpenAIServer]:
    """A language model's server, for the bots that are started with `model_settings`."""
    with openai_server.running() as server:
        yield server


@pytest.fixture(scope="module")
def model_settings(model: OpenAIServer) -> dict[str, str]:
    return {
        "CHAT_MODEL": openai_server.MODEL,
        "OPENAI_BASE_URL": model.url,
        "OPENAI_API_KEY": openai_server.KEY,
    }


@pytest.fixture(scope="module")
def stopped_bot(
    discord: DiscordServer,
    seeds_store: Path,
    environment: dict[str, str],
    forked: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[DiscordBot]:
    """The bot before it is started, with a store of its own that holds the shipped articles."""
    folder = tmp_path_factory.mktemp("discord")
    shutil.copytree(seeds_store, folder / "store")
    with DiscordBot(discord, folder / "store", folder, environment, forked) as bot:
        yield bot


@pytest.fixture(scope="module")
def bot(stopped_bot: DiscordBot) -> DiscordBot:
    """The bot, connected."""
    stopped_bot.start()
    return stopped_bot


@pytest.fixture(autouse=True)
def as_discord_describes_it(request: pytest.FixtureRequest) -> Iterator[None]:
    """Nothing that was said to Discord, or by its stand-in, goes against its description."""
    yield
    known = description()
    if known and "discord" in request.fixturenames:
        discord: DiscordServer = request.getfixturevalue("discord")
        said = discord.exchanges
        discord.forget()
        assert known.problems(said) == []
