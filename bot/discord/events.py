"""The ways in which a question comes: a command, a button, a mention, a reply, a direct message.

Each becomes a `QuestionRequest`.
"""

import asyncio
import re
import time
from contextlib import suppress
from dataclasses import replace
from typing import Any

import discord

from bot.conversation.record import Record
from bot.conversation.request import request_of
from bot.discord.context import BotContext, home
from bot.discord.excuses import excuse
from bot.discord.listening import Listening, is_forum_post, listening_to
from bot.discord.reading import background_of
from bot.discord.recovery import INTERACTION, MESSAGE, awaited
from bot.discord.replies import REFUSALS, ChannelReply, QuietReply
from bot.discord.requests import NO_CONTEXT, Context, QuestionRequest
from bot.discord.settings import History, ServerSettings
from bot.validation import QUESTION_LIMIT
from index.errors import StoreError

THANKS, WELCOME = "thanks", "❤️"
"""The kind of small talk that gets a reaction, and which."""
ASKABLE = (discord.MessageType.default, discord.MessageType.reply)
DIRECT_MEMORY = 30 * 60.0
"""Seconds for which a question in direct messages counts for the next."""
_PLACES = re.compile(r"discord (?:direct|\d+ thread)\b")
"""How the conversations of direct messages and threads are named."""
THREADED = (discord.ChannelType.text, discord.ChannelType.news)
"""Kinds of channels in which threads begin with messages."""


def request_from(
    bot: BotContext, interaction: discord.Interaction[Any], question: str, private: bool
) -> QuestionRequest:
    """A question asked by a command or button."""
    words = bot.words_for(interaction)
    conversation, context = _conversation_in(bot, interaction)
    return QuestionRequest(
        event=interaction.id,
        awaited=awaited(INTERACTION, words, interaction.token),
        person=interaction.user.id,
        server=interaction.guild_id,
        home=home(interaction.channel),
        places=places(interaction.channel),
        roles=roles(interaction.user),
        conversation=conversation,
        private=private,
        question=question,
        words=words,
        context=NO_CONTEXT if private else context,
    )


def conversation_in(bot: BotContext, interaction: discord.Interaction[Any]) -> str:
    """The conversation of the place where a command is used."""
    return _conversation_in(bot, interaction)[0]


def _conversation_in(bot: BotContext, interaction: discord.Interaction[Any]) -> tuple[str, Context]:
    channel = interaction.channel
    thread = channel.id if isinstance(channel, discord.Thread) else None
    server, person = interaction.guild_id, interaction.user.id
    if interaction.context.private_channel:  # others read along: nothing said elsewhere counts
        return f"discord private {interaction.channel_id} person {person}", NO_CONTEXT
    return conversation_of(bot.servers[server], server, person, thread)


async def answer_message(bot: BotContext, message: discord.Message) -> None:
    """Answer a message, if it is a question to the bot; thanks get a reaction."""
    assert bot.user
    if message.author.bot or message.type not in ASKABLE:
        return
    replied = _replied_to(message, bot.user)
    if message.guild and not replied and bot.user not in message.mentions:
        await _overhear(bot, message)
        return
    question = re.sub(rf"<@!?{bot.user.id}>", " ", message.content).strip()
    plain = await asyncio.to_thread(request_of, question)
    if plain.talk and plain.talk.kind == THANKS:
        with suppress(*REFUSALS):
            await message.add_reaction(WELCOME)
            return
    opens = bot.servers[_server(message)].threads and message.channel.type in THREADED
    asked = _request(bot, message, question, message.id if opens else None)
    reply = _reply(message, asked, plain.text or question if opens else None)
    try:
        record = await bot.conversations.shown_in(replied) if replied else None
    except StoreError as problem:
        await reply.tell(excuse(problem, message.id, asked.words))
        return
    if record and record.server == asked.server:
        asked = following(asked, record)
    await bot.service.take(asked, reply)


async def _overhear(bot: BotContext, message: discord.Message) -> None:
    """Answer a message that does not mention the bot, where a server wants that."""
    listening = listening_to(bot, message, places(message.channel))
    if listening is Listening.NEVER:
        return
    question = message.content
    if is_forum_post(message):
        question = f"{message.channel}\n{question}"
    asked = _request(bot, message, question[:QUESTION_LIMIT], None)
    only_sure = listening is Listening.WHEN_SURE
    reply = QuietReply(_reply(message, asked, None))
    await bot.service.take(replace(asked, only_sure=only_sure), reply)


def _reply(message: discord.Message, asked: QuestionRequest, thread: str | None) -> ChannelReply:
    return ChannelReply(
        *(message.channel, message.author, message.id),
        words=asked.words,
        asked_in=message,
        thread=thread,
    )


def _request(
    bot: BotContext, message: discord.Message, question: str, thread: int | None
) -> QuestionRequest:
    """A question asked in a message, to be answered in a thread if that is given."""
    server, channel, person = _server(message), message.channel, message.author.id
    if isinstance(channel, discord.Thread):
        thread = channel.id
    words = bot.words_in(message.guild)
    conversation, context = conversation_of(bot.servers[server], server, person, thread)
    return QuestionRequest(
        event=message.id,
        awaited=awaited(MESSAGE, words, channel.id),
        person=person,
        server=server,
        home=home(channel),
        places=places(channel),
        roles=roles(message.author),
        conversation=conversation,
        private=False,
        question=question,
        words=words,
        context=context,
        background=background_of(message.attachments),
    )


def _server(message: discord.Message) -> int | None:
    return message.guild.id if message.guild else None


def places(channel: Any) -> frozenset[int]:
    """A channel and what it is in: a thread's channel, a channel's category."""
    names = ("id", "parent_id", "category_id")
    return frozenset(filter(None, (getattr(channel, name, None) for name in names)))


def roles(asker: discord.User | discord.Member) -> frozenset[int]:
    """The roles that somebody has where they ask."""
    return frozenset(role.id for role in getattr(asker, "roles", ()))


def following(asked: QuestionRequest, record: Record) -> QuestionRequest:
    """The question in the light of an answer, and of what that went on from."""
    if not _in_one_conversation(asked, record):
        return replace(asked, context=Context(follows=record.id))
    return replace(asked, context=Context(in_conversation=True, until=record.answered))


def preceding(asked: QuestionRequest, record: Record) -> QuestionRequest:
    """The question in the light of what an answer went on from."""
    if not _in_one_conversation(asked, record):
        return replace(asked, context=Context(follows=record.follows))
    return replace(asked, context=context_of(record))


def context_of(record: Record) -> Context:
    """What a question was read in the light of."""
    if record.follows or not _PLACES.match(record.conversation):
        return Context(follows=record.follows)
    since = 0.0 if record.server else record.asked - DIRECT_MEMORY
    return Context(True, since, record.asked)


def _in_one_conversation(asked: QuestionRequest, record: Record) -> bool:
    return asked.context.in_conversation and asked.conversation == record.conversation


def conversation_of(
    settings: ServerSettings, server: int | None, person: int, thread: int | None
) -> tuple[str, Context]:
    """The conversation that a question belongs to, and what of it the question leans on.

    In a thread it is all that was said there, or by the person there; in direct messages what was
    said lately. Elsewhere a question begins a new conversation.
    """
    if not server:
        since = time.time() - DIRECT_MEMORY
        return f"discord direct person {person}", Context(in_conversation=True, since=since)
    if not thread:
        return f"discord {server} person {person}", NO_CONTEXT
    name = f"discord {server} thread {thread}"
    shared = settings.history is History.THREAD
    return name if shared else f"{name} person {person}", Context(in_conversation=True)


def _replied_to(message: discord.Message, me: discord.ClientUser) -> int | None:
    """The bot's message that this one replies to."""
    original = message.reference.resolved if message.reference else None
    mine = isinstance(original, discord.Message) and original.author.id == me.id
    return message.reference.message_id if message.reference and mine else None
