"""The commands that everybody may use, and the entry in a message's menu.

A command reads what was typed and passes it on. Administration is in `admin.py`.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Literal, get_args

import discord
from discord import app_commands
from discord.app_commands import Choice

from bot.answering import Within
from bot.discord.cards import Colour
from bot.discord.context import BotContext, Interaction
from bot.discord.events import conversation_in, places, request_from, roles
from bot.discord.excuses import NotAllowedError
from bot.discord.lists import list_post
from bot.discord.narrowing import article_choices, chosen_article, day_choices, day_named
from bot.discord.news import new_articles, news_blocks
from bot.discord.reading import background_of, nothing_said, said_in
from bot.discord.replies import InteractionReply, Post
from bot.discord.requests import QuestionRequest
from bot.discord.views import post_of
from bot.discord.watch_views import watches_post
from bot.validation import QUESTION_LIMIT, clean_question

Since = Literal["yesterday", "today", "last visit"]
"""From when on articles are new."""
WORDS_LIMIT = 500
"""Characters to search for."""


@app_commands.command()
@app_commands.describe(
    question="What you would like to know.",
    private="Only you see the answer.",
    article="Only this article is read.",
    since="Only articles published on that day or later are read.",
    file="A text file that the question is about.",
)
@app_commands.autocomplete(article=article_choices, since=day_choices)
async def ask(
    interaction: Interaction,
    question: app_commands.Range[str, 1, QUESTION_LIMIT],
    *,
    private: bool = False,
    article: str | None = None,
    since: str | None = None,
    file: discord.Attachment | None = None,
) -> None:
    """Ask the articles a question."""
    bot = interaction.client
    asked = request_from(bot, interaction, question, private)
    asked = replace(asked, background=background_of([file] if file else []))
    reply = InteractionReply(interaction, private, asked.words)
    if article or since:
        await reply.begin()
        try:
            asked = await _narrowed(bot, asked, article, since)
        except NotAllowedError as problem:
            await reply.tell(str(problem))
            return
    await bot.service.take(asked, reply)


@app_commands.context_menu(name="Ask about this")
async def ask_about_this(interaction: Interaction, message: discord.Message) -> None:
    """Ask what a message says; only who asks sees the answer."""
    bot, question = interaction.client, said_in(message)
    asked = request_from(bot, interaction, question, True)
    reply = InteractionReply(interaction, True, asked.words)
    if not question:
        await reply.tell(asked.words(nothing_said(message)))
        return
    await bot.service.take(replace(asked, background=background_of(message.attachments)), reply)


@app_commands.command()
@app_commands.describe(words="The words to search for.")
async def search(interaction: Interaction, words: app_commands.Range[str, 1, WORDS_LIMIT]) -> None:
    """Find passages with your words, newest first, then similar ones; only you see them."""
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
        await bot.conversations.reset(conversation_in(bot, interaction))
        await reply.settle(Post([bot.words_for(interaction)("reset_done")]))


forget = app_commands.Group(name="forget", description="Have the bot forget what it keeps.")


@forget.command(name="me")
async def forget_me(interaction: Interaction) -> None:
    """Delete your questions, the answers to them, your ratings, and what you wait for."""
    bot = interaction.client
    say = bot.words_for(interaction)
    async with _replying(interaction) as reply:
        questions, ratings = await bot.conversations.forget(person=str(interaction.user.id))
        done = say("forgotten", questions=questions, feedback=ratings)
        await reply.settle(Post([done if questions or ratings else say("forgotten_nothing")]))


@app_commands.command()
@app_commands.describe(since="From when on.")
@app_commands.choices(since=[Choice(name=name, value=name) for name in get_args(Since)])
async def new(interaction: Interaction, since: str = "yesterday") -> None:
    """List the new articles, those of one story together; only you see the list."""
    _admit(interaction)
    bot, words = interaction.client, interaction.client.words_for(interaction)
    async with _replying(interaction) as reply:
        start = await _start(bot, interaction.user.id, since)
        store = await bot.room(interaction).store()
        rows = await asyncio.to_thread(lambda: new_articles(store.catalogue(), start))
        blocks = await asyncio.to_thread(news_blocks, rows, start, words)
        await reply.settle(post_of(Colour.LIST, blocks, lambda: []))
        await bot.conversations.keep_visit(interaction.user.id, bot.config.today)


@app_commands.command(name="watches")
async def show_watches(interaction: Interaction) -> None:
    """List the questions whose answers you wait for, and cancel them."""
    bot = interaction.client
    async with _replying(interaction) as reply:
        waiting = await bot.watches.of(interaction.user.id)
        await reply.settle(watches_post(waiting, bot.words_for(interaction)))


@app_commands.command(name="help")
async def show_help(interaction: Interaction) -> None:
    """What you can do here."""
    words = interaction.client.words_for(interaction)
    await InteractionReply(interaction, True, words).tell(words("help").strip())


COMMANDS: tuple[Any, ...] = (
    *(ask, ask_about_this, search, sources, new, reset, forget, show_watches, show_help),
)
for _command in COMMANDS:  # people may install the bot for themselves, and use it anywhere
    app_commands.allowed_installs(guilds=True, users=True)(_command)
    app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)(_command)


async def _narrowed(
    bot: BotContext, asked: QuestionRequest, article: str | None, since: str | None
) -> QuestionRequest:
    """The question about a part of the articles. Raises NotAllowedError where there is none."""
    words = asked.words
    room = bot.indexes.room(asked.server, asked.home)
    row = await chosen_article(room, article) if article else None
    day = day_named(since, bot.config.today) if since else None
    if article and not row:
        raise NotAllowedError(words("no_such"))
    if since and not day:
        raise NotAllowedError(words("no_such_day"))
    notes = [words("only_article", title=row.title or row.source)] if row else []
    notes += [words("only_since", day=day.isoformat())] if day else []
    within = Within(row.source if row else None, day)
    return replace(asked, within=within, notes=(" ".join(notes),))


async def _start(bot: BotContext, person: int, since: str) -> date:
    """The first day of what counts as new."""
    yesterday = bot.config.today - timedelta(days=1)
    if since == "today":
        return bot.config.today
    if since == "last visit":
        return await bot.conversations.visit(person) or yesterday
    return yesterday


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
