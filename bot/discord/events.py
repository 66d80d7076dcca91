"""The ways in which a question comes: a command, a button, a mention, a reply, a direct message.

Each becomes a `QuestionRequest`.
"""

import re
from dataclasses import replace
from typing import Any

import discord

from bot.answer import Turn
from bot.discord.context import BotContext
from bot.discord.records import Record
from bot.discord.recovery import INTERACTION, MESSAGE, awaited
from bot.discord.replies import ChannelReply
from bot.discord.service import QuestionRequest, excuse
from bot.discord.settings import History, ServerSettings
from index.errors import StoreError

ASKABLE = (discord.MessageType.default, discord.MessageType.reply)
THREADED = (discord.ChannelType.text, discord.ChannelType.news)
"""Kinds of channels in which threads begin with messages."""


def request_from(
    bot: BotContext, interaction: discord.Interaction[Any], question: str, private: bool
) -> QuestionRequest:
    """A question asked by a command or button."""
    words = bot.words_for(interaction)
    return QuestionRequest(
        event=interaction.id,
        awaited=awaited(INTERACTION, words, interaction.token),
        person=interaction.user.id,
        server=interaction.guild_id,
        places=places(interaction.channel),
        roles=roles(interaction.user),
        conversation=conversation_in(bot, interaction, private),
        private=private,
        question=question,
        words=words,
    )


def conversation_in(
    bot: BotContext, interaction: discord.Interaction[Any], private: bool = False
) -> str:
    """The conversation that a command goes on with; what is private never is a thread's."""
    thread = interaction.channel if isinstance(interaction.channel, discord.Thread) else None
    return _conversation(
        bot.servers[interaction.guild_id],
        interaction.guild_id,
        interaction.user.id,
        thread.id if thread and not private else None,
    )


async def answer_message(bot: BotContext, message: discord.Message) -> None:
    """Answer a message, if it is a question to the bot."""
    assert bot.user
    replied = _replied_to(message, bot.user)
    spoken_to = not message.guild or replied or bot.user in message.mentions
    if message.author.bot or message.type not in ASKABLE or not spoken_to:
        return
    server = message.guild.id if message.guild else None
    settings = bot.servers[server]
    opens = settings.threads and message.channel.type in THREADED
    thread = message.id if opens else None  # which will be the thread's number
    if isinstance(message.channel, discord.Thread):
        thread = message.channel.id
    words = bot.words_in(message.guild)
    asked = QuestionRequest(
        event=message.id,
        awaited=awaited(MESSAGE, words, message.channel.id),
        person=message.author.id,
        server=server,
        places=places(message.channel),
        roles=roles(message.author),
        conversation=_conversation(settings, server, message.author.id, thread),
        private=False,
        question=re.sub(rf"<@!?{bot.user.id}>", " ", message.content).strip(),
        words=words,
    )
    reply = ChannelReply(
        *(message.channel, message.author, message.id),
        words=words,
        asked_in=message,
        opens_thread=opens,
    )
    try:
        record = await bot.records.shown_in(replied) if replied else None
    except StoreError as problem:
        await reply.tell(excuse(problem, message.id, words))
    else:
        await bot.service.take(_following(asked, record), reply)


def places(channel: Any) -> frozenset[int]:
    """A channel and what it is in: a thread's channel, a channel's category."""
    names = ("id", "parent_id", "category_id")
    return frozenset(filter(None, (getattr(channel, name, None) for name in names)))


def roles(asker: discord.User | discord.Member) -> frozenset[int]:
    """The roles that somebody has where they ask."""
    return frozenset(role.id for role in getattr(asker, "roles", ()))


def _following(asked: QuestionRequest, record: Record | None) -> QuestionRequest:
    """The question in the light of the answer it replies to, and of what that went on from.

    Of somebody else's conversation only that answer is taken, which they both have seen.
    """
    if record is None or record.server != asked.server:
        return asked
    if record.conversation == asked.conversation:
        return replace(asked, until=record.answered)
    return replace(asked, history=(Turn("user", record.question), Turn("assistant", record.answer)))


def _conversation(
    settings: ServerSettings, server: int | None, person: int, thread: int | None
) -> str:
    where = f"discord {server}" if server else "discord direct"
    if thread and settings.history is History.THREAD:
        return f"{where} thread {thread}"
    return f"{where} person {person}"


def _replied_to(message: discord.Message, me: discord.ClientUser) -> int | None:
    """The bot's message that this one replies to."""
    original = message.reference.resolved if message.reference else None
    mine = isinstance(original, discord.Message) and original.author.id == me.id
    return message.reference.message_id if message.reference and mine else None
