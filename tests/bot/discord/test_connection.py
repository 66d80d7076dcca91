"""The connection to Discord on bad days: refused, dropped, reset, resumed."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.conftest import Dateline
from tests.discord_bot import DiscordBot
from tests.standins.discord_gateway import IDENTIFY, RESUME, shard_of
from tests.standins.discord_interactions import Interaction
from tests.standins.discord_server import DiscordServer
from tests.standins.discord_world import Guild

pytestmark = pytest.mark.enable_socket

QUESTION = "How many North Korean soldiers share one interpreter?"
BAD_DAYS: dict[str, Callable[[DiscordServer], None]] = {
    "code 4000": lambda discord: discord.drops(4000),
    "code 4009": lambda discord: discord.drops(4009),
    "op 7": lambda discord: discord.op7(),
    "op 9, resumable": lambda discord: discord.op9(True),
    "reset": lambda discord: discord.resets(),
}


def asked(discord: DiscordServer, name: str) -> Interaction:
    """A question of somebody new."""
    return discord.slash("ask", question=QUESTION, user=discord.user(name))


def answered_once(discord: DiscordServer, question: Interaction) -> bool:
    """Whether its answer stands there, and nothing else."""
    said = [message for message in question.answers if "interpreter" in message.text]
    return len(said) == len(question.answers) == 1


def logins(discord: DiscordServer) -> list[int]:
    return [op for _, op in discord.gateway.heard if op in (IDENTIFY, RESUME)]


@pytest.mark.parametrize("bad_day", BAD_DAYS)
def test_no_question_is_lost_or_answered_twice(
    discord: DiscordServer, bot: DiscordBot, bad_day: str
) -> None:
    before = len(logins(discord))
    during = asked(discord, "early")
    BAD_DAYS[bad_day](discord)
    meanwhile = asked(discord, "late")
    discord.until(lambda: answered_once(discord, during) and answered_once(discord, meanwhile))
    assert logins(discord)[before:] == [RESUME]
    assert bot.alive


def test_a_session_that_is_over_is_begun_anew(discord: DiscordServer, bot: DiscordBot) -> None:
    before = len(logins(discord))
    discord.op9(False)
    discord.until(lambda: logins(discord)[before:] == [IDENTIFY])
    question = asked(discord, "reader")
    discord.until(lambda: answered_once(discord, question))


def test_servers_may_be_spread_over_connections(
    discord: DiscordServer, stopped_bot: DiscordBot
) -> None:
    heard_by: dict[int, Guild] = {}
    while len(heard_by) < 2:
        town = discord.joins("town")
        heard_by[shard_of(town.id, 2)] = town
    stopped_bot.stop()
    discord.asks_for_shards(2)
    stopped_bot.start()
    discord.until(lambda: len(discord.gateway.lines()) == 2)
    for town in heard_by.values():
        [channel] = town.channels.values()
        user = discord.user(f"reader of {town.id}")
        question = discord.slash("ask", question=QUESTION, user=user, channel=channel)
        discord.until(partial(answered_once, discord, question))


@pytest.mark.parametrize(
    ("code", "said"), [(4004, "DISCORD_TOKEN"), (4014, "intents")], ids=["4004", "4014"]
)
def test_a_connection_that_is_refused_for_good(
    discord: DiscordServer, stopped_bot: DiscordBot, code: int, said: str
) -> None:
    stopped_bot.stop()
    discord.refuses(code)
    assert_ends(stopped_bot, said)


def test_a_wrong_token(discord: DiscordServer, stopped_bot: DiscordBot) -> None:
    assert_ends(stopped_bot, "DISCORD_TOKEN", DISCORD_TOKEN="wrong-and-secret")
    assert "wrong-and-secret" not in stopped_bot.log


def test_discord_out_of_reach(discord: DiscordServer, stopped_bot: DiscordBot) -> None:
    assert_ends(stopped_bot, "cannot be reached", DISCORD_API="http://127.0.0.1:9/api/v10")


def assert_ends(bot: DiscordBot, said: str, **settings: str) -> None:
    """It ends with status 1 and a line that says what to do."""
    before = bot.log
    bot.launch(**settings)
    assert bot.ended() == 1
    written = bot.log.removeprefix(before)
    assert said in written.splitlines()[-1]
    assert "Traceback" not in written


def test_a_token_is_needed(inside: Dateline) -> None:
    done = inside("discord")
    assert done.returncode == 2
    assert "DISCORD_TOKEN" in done.stderr
