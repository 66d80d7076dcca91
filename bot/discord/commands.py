"""The commands that everybody may use, and the entry in a message's menu.

A command reads what was typed and passes it on. Administration is in `admin.py`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import discord
from discord import app_commands

from bot.discord.context import Interaction
from bot.discord.events import conversation_in, places, request_from, roles
from bot.discord.lists import list_post
from bot.discord.replies import InteractionReply, Post
from bot.intake import QUESTION_LIMIT, clean_question

WORDS_LIMIT = 500
"""Characters to search for."""


@app_commands.command()
@app_commands.describe(question="What you would like to know.", private="Only you see the answer.")
async def ask(
    interaction: Interaction,
    question: app_commands.Range[str, 1, QUESTION_LIMIT],
    private: bool = False,
) -> None:
    """Ask the articles a question."""
    await _ask(interaction, question, private)


@app_commands.context_menu(name="Ask about this")
async def ask_about_this(interaction: Interaction, message: discord.Message) -> None:
    """Ask what a message says; only who asks sees the answer."""
    await _ask(interaction, message.content, private=True)


@app_commands.command()
@app_commands.describe(words="The words to search for.")
async def search(interaction: Interaction, words: app_commands.Range[str, 1, WORDS_LIMIT]) -> None:
    """Find passages in the articles, newest first; only you see them."""
    query = clean_question(words)
    _admit(interaction)
    async with _replying(interaction) as reply:
        await reply.settle(await list_post(interaction.client, interaction, "search", query))


@app_commands.command()
@app_commands.describe(matching="Words in the title or in the file's name.")
async def sources(
    interaction: Interaction, matching: app_commands.Range[str, 1, WORDS_LIMIT] = ""
) -> None:
    """List the articles, newest first; only you see the list."""
    _admit(interaction)
    async with _replying(interaction) as reply:
        await reply.settle(await list_post(interaction.client, interaction, "sources", matching))


@app_commands.command()
async def reset(interaction: Interaction) -> None:
    """Begin a new conversation."""
    bot = interaction.client
    async with _replying(interaction) as reply:
        await bot.memory.forget(conversation_in(bot, interaction))
        await reply.settle(Post([bot.words_for(interaction)("reset_done")]))


forget = app_commands.Group(name="forget", description="Have the bot forget what it keeps.")


@forget.command(name="me")
async def forget_me(interaction: Interaction) -> None:
    """Delete your questions, the answers to them, and your ratings."""
    bot, person = interaction.client, interaction.user.id
    say = bot.words_for(interaction)
    async with _replying(interaction) as reply:
        asked = await bot.memory.forget(person=str(person))
        answers, ratings = await bot.records.forget(person)
        questions = max(asked, answers)
        done = say("forgotten", questions=questions, feedback=ratings)
        await reply.settle(Post([done if questions or ratings else say("forgotten_nothing")]))


@app_commands.command(name="help")
async def show_help(interaction: Interaction) -> None:
    """What you can do here."""
    words = interaction.client.words_for(interaction)
    await InteractionReply(interaction, True, words).tell(words("help").strip())


COMMANDS: tuple[Any, ...] = (*(ask, ask_about_this, search, sources, reset, forget, show_help),)


async def _ask(interaction: Interaction, question: str, private: bool) -> None:
    bot = interaction.client
    asked = request_from(bot, interaction, question, private)
    await bot.service.take(asked, InteractionReply(interaction, private, asked.words))


def _admit(interaction: Interaction) -> None:
    """Raise NotAllowedError where this person may not ask here."""
    where = interaction.guild_id, places(interaction.channel), roles(interaction.user)
    interaction.client.service.admit(*where, interaction.client.words_for(interaction))


@asynccontextmanager
async def _replying(interaction: Interaction) -> AsyncIterator[InteractionReply]:
    """A private reply that has begun."""
    reply = InteractionReply(interaction, True, interaction.client.words_for(interaction))
    await reply.begin()
    yield reply
