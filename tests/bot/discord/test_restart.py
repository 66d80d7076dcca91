"""The bot is stopped, killed, and started again: nobody is left waiting, and buttons go on."""

from collections.abc import Iterator

import pytest

from bot.discord.i18n import translations_for
from tests.bot.discord.answers import (
    ANSWER,
    QUESTION,
    SENTENCE,
    answer_to,
    copying,
)
from tests.discord_bot import DiscordBot
from tests.standins.discord_interactions import Interaction
from tests.standins.discord_server import DiscordServer
from tests.standins.discord_world import Channel
from tests.standins.openai_server import OpenAIServer, Request, Scripted

pytestmark = pytest.mark.enable_socket

SAY = translations_for("en")
QUOTES, ASK_AGAIN, SHARE = SAY("quotes"), SAY("ask_again"), SAY("share")


@pytest.fixture
def running_bot(
    stopped_bot: DiscordBot, model: OpenAIServer, model_settings: dict[str, str]
) -> Iterator[DiscordBot]:
    """A bot with a language model, which is asked for the first time."""
    model.requests.clear()
    model.asked.clear()
    model.fallback = copying()
    if not stopped_bot.alive:
        stopped_bot.start(**model_settings)
    yield stopped_bot


def pressed(discord: DiscordServer, asked: Interaction) -> str:
    """What came of a button that was pressed."""
    discord.until(lambda: asked.answers and not asked.answers[-1].loading)
    return asked.answers[-1].text


def test_buttons_work_after_a_restart(
    discord: DiscordServer, running_bot: DiscordBot, model_settings: dict[str, str]
) -> None:
    asker, other = discord.user("asker"), discord.user("other")
    answer = answer_to(discord, discord.slash("ask", question=QUESTION, user=asker))
    hidden = discord.slash("ask", question=QUESTION, private=True, user=other)
    private = answer_to(discord, hidden)
    registered = [e for e in discord.exchanges if e.method == "PUT"]
    assert running_bot.stop() == 0
    running_bot.start(**model_settings)

    quotes = discord.clicks(answer, QUOTES, asker)
    assert SENTENCE in pressed(discord, quotes)
    assert quotes.private
    assert SAY("thanks") in pressed(discord, discord.clicks(answer, "👍", other))
    reason = discord.submits(discord.clicks(answer, "👎", asker), reason="It is too short.")
    assert SAY("thanks") in pressed(discord, reason)
    again = discord.clicks(answer, ASK_AGAIN, asker)
    assert ANSWER in answer_to(discord, again).text
    assert SHARE not in answer.buttons
    shared = discord.clicks(private, SHARE)
    assert ANSWER in answer_to(discord, shared).text
    assert not shared.private
    assert [e for e in discord.exchanges if e.method == "PUT"] == registered
    assert not any(message.pings for message in discord.general.sent)


def test_who_waited_when_it_was_killed_is_told(
    discord: DiscordServer,
    running_bot: DiscordBot,
    model: OpenAIServer,
    model_settings: dict[str, str],
) -> None:
    model.fallback = hanging
    places = asked_both_ways(discord, model)
    running_bot.kill()
    running_bot.start(**model_settings)
    for place in places:
        discord.message_where(lambda m: m.text == SAY("stopped"), place)
        assert_told_alone(discord, place)


def test_what_is_nearly_done_is_finished_and_the_rest_says_that_it_was_stopped(
    discord: DiscordServer, running_bot: DiscordBot, model: OpenAIServer
) -> None:
    model.fallback = hanging
    places = asked_both_ways(discord, model)
    model.fallback = copying(pause=0.5)
    nearly = discord.slash("ask", question=QUESTION, user=discord.user("nearly"))
    discord.until(lambda: len(model.requests) == 3)
    assert running_bot.stop() == 0
    assert SENTENCE in answer_to(discord, nearly).text
    for place in places:
        assert_told_alone(discord, place)


def hanging(_: Request) -> Scripted:
    """A model that takes a minute to begin."""
    return Scripted(events=["{}"], pause=60)


def asked_both_ways(discord: DiscordServer, model: OpenAIServer) -> list[Channel]:
    """The channels of a command and of a mention that the model has begun to answer."""
    channels = [discord.channel("commanded"), discord.channel("mentioned")]
    discord.slash("ask", question=QUESTION, user=discord.user("a"), channel=channels[0])
    discord.says(f"{discord.bot.mention} {QUESTION}", discord.user("b"), channels[1])
    discord.until(lambda: len(model.requests) == 2)
    return channels


def assert_told_alone(discord: DiscordServer, place: Channel) -> None:
    """It says there that it was stopped, and nothing else."""
    [told] = [message for message in place.sent if message.author is discord.bot]
    assert told.text == SAY("stopped")
    assert not told.loading
