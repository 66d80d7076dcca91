"""The commands that everybody may use, and the entry in a message's menu.

A command reads what was typed and passes it on. Administration is in `admin.py`.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import discord
from discord import app_commands

from bot.discord.context import Interaction
from bot.discord.events import conversation_in, places, request_from, roles
from bot.discord.formatting import passages_text, sources_text
from bot.discord.pagination import pages
from bot.discord.replies import InteractionReply
from bot.intake import QUESTION_LIMIT, clean_question
from index.manifest import CatalogueRow
from index.store import Store

FOUND = 5
"""Passages that a search shows."""
LISTED = 20
"""Articles that a list shows."""
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
    """Find passages in the articles; only you see them."""
    bot, query = interaction.client, clean_question(words)
    async with _replying(interaction) as reply:
        answerer = await bot.indexes.of(interaction.guild_id)
        async with bot.service.queue.turn(lambda _: None):
            found = await answerer.search(query, bot.config.today, FOUND)
        await reply.settle(pages(passages_text(query, found, bot.words_for(interaction))))


@app_commands.command()
@app_commands.describe(matching="Words in the title or in the file's name.")
async def sources(
    interaction: Interaction, matching: app_commands.Range[str, 1, WORDS_LIMIT] = ""
) -> None:
    """List the articles; only you see the list."""
    bot = interaction.client
    async with _replying(interaction) as reply:
        store = await bot.indexes.room(interaction.guild_id).store()
        rows, count = await asyncio.to_thread(_listed, store, matching.casefold())
        await reply.settle(pages(sources_text(rows, count, bot.words_for(interaction))))


@app_commands.command()
async def reset(interaction: Interaction) -> None:
    """Begin a new conversation."""
    bot = interaction.client
    async with _replying(interaction) as reply:
        await bot.memory.forget(conversation_in(bot, interaction))
        await reply.settle([bot.words_for(interaction)("reset_done")])


forget = app_commands.Group(name="forget", description="Have the bot forget what it keeps.")


@forget.command(name="me")
async def forget_me(interaction: Interaction) -> None:
    """Delete your questions, the answers to them, and your ratings."""
    bot, person = interaction.client, interaction.user.id
    say = bot.words_for(interaction)
    async with _replying(interaction) as reply:
        asked = await bot.memory.forget(person=str(person))
        answers, opinions = await bot.records.forget(person)
        questions = max(asked, answers)
        done = say("forgotten", questions=questions, feedback=opinions)
        await reply.settle([done if questions or opinions else say("forgotten_nothing")])


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


@asynccontextmanager
async def _replying(interaction: Interaction) -> AsyncIterator[InteractionReply]:
    """A private reply that has begun, for one who may ask here and has nothing else under way."""
    bot = interaction.client
    words = bot.words_for(interaction)
    reply = InteractionReply(interaction, True, words)
    where = interaction.guild_id, places(interaction.channel), roles(interaction.user)
    bot.service.admit(*where, words)
    with bot.service.queue.admit(interaction.user.id):
        await reply.begin()
        yield reply


def _listed(store: Store, matching: str) -> tuple[list[CatalogueRow], int]:
    """Some of the articles that match, and how many do."""
    rows = [r for r in store.catalogue() if matching in f"{r.title} {r.source}".casefold()]
    return rows[:LISTED], len(rows)
