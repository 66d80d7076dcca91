"""Which messages are answered though they do not mention the bot, and whether it may read them.

A server chooses channels. Discord shows a bot what others say only where the bot's owner has
switched on the Message Content intent, which is asked for only where a server wants it.
"""

import logging
from enum import Enum

import discord

from bot.discord.context import BotContext

LOG = logging.getLogger(__name__)
DENIED = (
    "a server wants messages answered that do not mention the bot, but Discord does not show them:"
    " switch on the Message Content intent in the developer portal, and start the bot again"
)


class Listening(Enum):
    """When a message is answered that does not mention the bot."""

    NEVER = "never"
    WHEN_SURE = "sure"
    ALWAYS = "always"


def may_read_messages(bot: BotContext) -> bool:
    """Whether Discord shows messages to this bot: its owner has switched that on."""
    flags = bot.application_flags
    return flags.gateway_message_content or flags.gateway_message_content_limited


def ask_for_messages(bot: BotContext) -> None:
    """Ask Discord for what messages say, if a server wants that; before the bot connects."""
    wanted = (s.sure_channels or s.always_channels for s in bot.servers.all().values())
    if not any(wanted):
        return
    if may_read_messages(bot):
        bot._connection._intents.message_content = True  # the library has no other way so late
    else:
        LOG.warning(DENIED)


def listening_to(bot: BotContext, message: discord.Message, places: frozenset[int]) -> Listening:
    """When to answer a message that does not mention the bot.

    What is said to others is theirs. Of a forum's posts only the first message counts.
    """
    channel = message.channel
    if not message.guild or not message.content or message.mentions or message.reference:
        return Listening.NEVER
    settings = bot.servers[message.guild.id]
    mine = bot.user and bot.user.id
    if isinstance(channel, discord.Thread) and channel.owner_id == mine:
        return Listening.ALWAYS
    if is_forum_post(message) != is_in_forum(message):
        return Listening.NEVER
    if not settings.always_channels.isdisjoint(places):
        return Listening.ALWAYS
    sure = not settings.sure_channels.isdisjoint(places)
    return Listening.WHEN_SURE if sure else Listening.NEVER


def is_in_forum(message: discord.Message) -> bool:
    """Whether a message is in a post of a forum."""
    channel = message.channel
    return isinstance(channel, discord.Thread) and isinstance(channel.parent, discord.ForumChannel)


def is_forum_post(message: discord.Message) -> bool:
    """Whether a message is the first of such a post."""
    return is_in_forum(message) and message.id == message.channel.id
