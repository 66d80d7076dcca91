"""Messages that are answered though they do not mention the bot; with the real bot."""

import pytest

from bot.discord.i18n import translations_for
from tests.bot.discord.answers import ANSWER, QUESTION, replies, reply_to
from tests.discord_bot import DiscordBot
from tests.standins.discord_interactions import Interaction
from tests.standins.discord_server import DiscordServer
from tests.standins.discord_world import Channel, Guild, Permission, User

pytestmark = pytest.mark.enable_socket

SAY = translations_for("en")
PLAIN = "How many Russian officers are needed for every group of 30 North Korean soldiers?"
"""A question that is surely answered, with the same sentence as QUESTION."""
UNSURE = "Who is the mayor of Atlantis?"
MENU = {"sure": SAY("choose_sure"), "always": SAY("choose_always")}


def settings_of(discord: DiscordServer, guild: Guild) -> tuple[Interaction, User]:
    editor = discord.user(f"editor of {guild.name}")
    [channel, *_] = guild.channels.values()
    discord.world.role(guild, "Editors", Permission.MANAGE_GUILD, editor)
    shown = discord.slash("dateline settings", user=editor, channel=channel)
    discord.until(lambda: [m for m in shown.answers if not m.loading])
    return shown, editor


def choose(discord: DiscordServer, guild: Guild, mode: str, *channels: Channel) -> str:
    shown, editor = settings_of(discord, guild)
    chosen = [str(channel.id) for channel in channels]
    pressed = discord.clicks(shown.answers[0], MENU[mode], editor, values=chosen)
    discord.until(lambda: pressed.answered)
    return discord.until(lambda: [t for t in [shown.answers[0].text] if chosen[0] in t])[0]


def marker(discord: DiscordServer, channel: Channel) -> None:
    """A question to the bot whose answer shows that all before it was dealt with."""
    asked = discord.says(f"{discord.bot.mention} {QUESTION}", discord.user("marker"), channel)
    reply_to(discord, asked)


def test_channels_where_a_server_wants_it_are_listened_to_once_discord_allows_it(
    discord: DiscordServer, bot: DiscordBot
) -> None:
    guild = discord.joins("Listening")
    sure, always = discord.channel("sure", guild), discord.channel("always", guild)
    forum, other = discord.forum("help", guild), discord.joins("Not listening")
    choose(discord, guild, "sure", sure, forum)
    text = choose(discord, guild, "always", always)
    assert SAY("not_shown") in text
    unheard = discord.says(QUESTION, discord.user("unheard"), always)
    marker(discord, always)
    assert [m for m in replies(discord, unheard) if m.reference is unheard] == []

    assert bot.stop() == 0
    bot.start()
    assert "Message Content intent" in bot.log
    assert bot.stop() == 0
    discord.allow_intent("message_content")
    bot.start()
    shown, _ = settings_of(discord, guild)
    assert SAY("not_shown") not in shown.answers[0].text

    asked = discord.says(QUESTION, discord.user("asks"), always)
    assert ANSWER in reply_to(discord, asked).text
    declined = discord.says(UNSURE, discord.user("asks in vain"), always)
    assert SAY("declined") in reply_to(discord, declined).text

    quiet = discord.says(UNSURE, discord.user("unsure"), sure)
    chatting = discord.says("hi!", discord.user("chats"), sure)
    asked = discord.says(PLAIN, discord.user("sure"), sure)
    answer = reply_to(discord, asked)
    assert ANSWER in answer.text
    marker(discord, sure)
    told = [m.reference for m in sure.sent if m.author is discord.bot]
    assert quiet not in told and chatting not in told
    assert discord.world.dm(quiet.author).sent == []

    post = discord.posts(forum, "Interpreters", PLAIN, discord.user("posts"))
    assert ANSWER in reply_to(discord, post).text
    remark = discord.says(PLAIN, discord.user("remarks"), post.channel)
    marker(discord, post.channel)
    assert remark not in [m.reference for m in post.channel.sent if m.author is discord.bot]

    [elsewhere] = other.channels.values()
    ignored = discord.says(QUESTION, discord.user("ignored"), elsewhere)
    marker(discord, elsewhere)
    assert ignored not in [m.reference for m in elsewhere.sent if m.author is discord.bot]
