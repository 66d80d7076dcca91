"""`/dateline …`: what members who may manage a server can see and change there.

Only they see these commands and the replies, and their right is checked again at each use.
`uploads.py` reads files, and `guild_index.py` indexes them, for the server or for one channel.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Choice, Range

from bot.discord.admin_text import settings_text, status_text, sync_text, waiting_text
from bot.discord.cards import Colour
from bot.discord.confirm_views import confirmation
from bot.discord.context import Interaction, may_manage
from bot.discord.digest import zones
from bot.discord.excuses import NotAllowedError
from bot.discord.gaps import asked_of, gaps_blocks
from bot.discord.i18n import Translations, languages
from bot.discord.incoming import attached, fetched
from bot.discord.pagination import escaped, pages
from bot.discord.panel import Panel
from bot.discord.place import Place
from bot.discord.replies import InteractionReply, Post
from bot.discord.settings import History
from bot.discord.uploads import PendingUpload, RejectedError
from bot.discord.views import post_of
from bot.service.gaps import gaps_in
from index.errors import DatelineError

LOG = logging.getLogger(__name__)
MOST_CHOICES, LONGEST_CHOICE = 25, 100
SOON = 2.0
"""Seconds to wait for an index of which only its state is asked."""
AS_DISCORD = "discord"
"""Chosen for the language that the server has at Discord."""
MOST_QUESTIONS = 1_000_000
_LANGUAGES = [Choice(name=name, value=code) for code, name in languages().items()]


class Askable(app_commands.Transformer):
    """Channels where people ask, and those that threads belong to."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        """The kind of the option."""
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        """The kinds of channels that Discord offers."""
        kinds = discord.ChannelType
        return [kinds.text, kinds.news, kinds.voice, kinds.stage_voice, kinds.forum]

    async def transform(
        self, interaction: discord.Interaction[Any], value: Any, /
    ) -> app_commands.AppCommandChannel:
        """Take the channel as it was chosen."""
        assert isinstance(value, app_commands.AppCommandChannel)
        return value


Channel = app_commands.Transform[app_commands.AppCommandChannel, Askable]


class Administration(app_commands.Group):
    """The commands, for servers only."""

    def __init__(self) -> None:
        super().__init__(
            name="dateline",
            description="Manage this server's articles and settings.",
            allowed_contexts=app_commands.AppCommandContext(guild=True),
            allowed_installs=app_commands.AppInstallationType(guild=True),
            default_permissions=discord.Permissions(manage_guild=True),
        )

    @app_commands.command()
    @app_commands.describe(channel="The channel whose articles are meant, not the server's.")
    async def status(self, interaction: Interaction, channel: Channel | None = None) -> None:
        """Show the articles, when they were last looked through, and today's questions."""
        bot, server = interaction.client, _server(interaction)
        async with _managing(interaction) as reply:
            place = _place(interaction, channel)
            room = place.room
            with suppress(DatelineError, TimeoutError):
                async with asyncio.timeout(SOON):
                    await room.answerer()
            asked, words = await bot.servers.spent(server), bot.words_for(interaction)
            held = await asyncio.to_thread(room.status)
            settings = bot.servers[server]
            text = status_text(
                held, settings, place.channel, asked=asked, latency=bot.latency, words=words
            )
            await reply.settle(Post(pages(text)))

    @app_commands.command()
    @app_commands.describe(channel="The channel whose articles are meant, not the server's.")
    async def sync(self, interaction: Interaction, channel: Channel | None = None) -> None:
        """Look for new, changed and removed articles now."""
        place, words = _place(interaction, channel), interaction.client.words_for(interaction)
        async with _managing(interaction) as reply:
            try:
                report = await place.room.sync()
            except DatelineError as problem:
                LOG.warning("%s: the articles could not be synced: %s", place, problem)
                await reply.settle(Post([words("sync_failed")]))
                return
            await reply.settle(Post(pages(sync_text(report, words))))

    @app_commands.command()
    @app_commands.describe(
        article="A file of one of the kinds that can be read.",
        address="Its address on the web, instead.",
        channel="The channel whose articles are meant, not the server's.",
    )
    async def add(
        self,
        interaction: Interaction,
        article: discord.Attachment | None = None,
        address: str | None = None,
        channel: Channel | None = None,
    ) -> None:
        """Add an article to those of this server, after you have looked at it."""
        place, words = _place(interaction, channel), interaction.client.words_for(interaction)
        async with _managing(interaction) as reply:
            try:
                waiting = await _received(place, article, address)
            except RejectedError as rejected:
                details = {key: escaped(str(value)) for key, value in rejected.details.items()}
                await reply.settle(Post([words(rejected.why, **details)]))
                return
            text = waiting_text(waiting, place.has_own, place.channel, words)
            view = confirmation("add", waiting.ticket, place.channel, words)
            await reply.settle(Post(pages(text), view))

    @app_commands.command()
    @app_commands.describe(
        article="One of this server's own articles.",
        channel="The channel whose articles are meant, not the server's.",
    )
    async def remove(
        self, interaction: Interaction, article: str, channel: Channel | None = None
    ) -> None:
        """Remove one of this server's own articles."""
        place, words = _place(interaction, channel), interaction.client.words_for(interaction)
        async with _managing(interaction) as reply:
            files = await asyncio.to_thread(place.uploads.files)
            if article not in files:
                await reply.settle(Post([words("no_such") if files else _no_own(place, words)]))
                return
            text = words("remove_confirm", article=f"**{escaped(article)}**")
            view = confirmation("remove", article, place.channel, words)
            await reply.settle(Post([text], view))

    @remove.autocomplete("article")
    async def _articles(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        if not may_manage(interaction):
            return []
        place = _place(interaction, interaction.namespace.channel)
        files = await asyncio.to_thread(place.uploads.files)
        titles = await asyncio.to_thread(place.room.titles)
        named = {name: " · ".join(filter(None, (titles.get(name), name))) for name in files}
        found = [
            Choice(name=_short(shown), value=name)
            for name, shown in named.items()
            if typed.casefold() in shown.casefold()
        ]
        return found[:MOST_CHOICES]

    @app_commands.command()
    async def gaps(self, interaction: Interaction) -> None:
        """List the questions that were declined or rated down lately, alike ones together."""
        bot, server = interaction.client, _server(interaction)
        async with _managing(interaction) as reply:
            records = await bot.conversations.public(server)
            asked = [asked_of(record, rated_down) for record, rated_down in records]
            found = await asyncio.to_thread(gaps_in, asked)
            blocks = gaps_blocks(found, bot.words_for(interaction))
            await reply.settle(post_of(Colour.LIST, blocks, lambda: []))

    @app_commands.command()
    @app_commands.describe(
        channel="Where the new articles are posted; leave it out for no digest.",
        hour="The hour from which on they are posted.",
        zone="The time zone of that hour, such as Europe/Berlin.",
    )
    async def digest(
        self,
        interaction: Interaction,
        channel: discord.TextChannel | None = None,
        hour: Range[int, 0, 23] = 8,
        zone: str = "UTC",
    ) -> None:
        """Post the new articles once a day, or no more."""
        bot, server, words = interaction.client, _server(interaction), interaction.client.words_for
        async with _managing(interaction) as reply:
            say = words(interaction)
            if zone not in await asyncio.to_thread(zones):
                await reply.settle(Post([say("digest_zone", zone=escaped(zone))]))
                return
            chosen = channel.id if channel else None
            await bot.servers.change(
                server, digest_channel=chosen, digest_hour=hour, digest_zone=zone
            )
            given = {"channel": f"<#{chosen}>", "hour": hour, "zone": zone}
            await reply.settle(Post([say("digest_set", **given) if chosen else say("digest_off")]))

    @digest.autocomplete("zone")
    async def _zones(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        known = await asyncio.to_thread(zones)
        found = [zone for zone in known if typed.casefold() in zone.casefold()]
        return [Choice(name=zone, value=zone) for zone in found[:MOST_CHOICES]]

    @app_commands.command()
    @app_commands.describe(
        threads="Answer a mention in a thread of its own.",
        history="Whose earlier questions count: each user's, or all of a thread.",
        language="The language of my own words.",
        questions_per_user="Questions a day for each user; 0 for no limit.",
        questions_per_server="Questions a day for the whole server; 0 for no limit.",
        own_articles="Answer from this server's own articles instead of the common ones.",
        channel="The channel in which `own_articles` is to hold.",
    )
    @app_commands.choices(
        history=[Choice(name=name, value=name) for name in History],
        language=[*_LANGUAGES, Choice(name="the server's language", value=AS_DISCORD)],
    )
    async def settings(
        self,
        interaction: Interaction,
        *,
        threads: bool | None = None,
        history: str | None = None,
        language: str | None = None,
        questions_per_user: Range[int, 0, MOST_QUESTIONS] | None = None,
        questions_per_server: Range[int, 0, MOST_QUESTIONS] | None = None,
        own_articles: bool | None = None,
        channel: Channel | None = None,
    ) -> None:
        """Show the settings of this server, changed as you say."""
        bot, server = interaction.client, _server(interaction)
        typed = {
            "threads": threads,
            "history": History(history) if history else None,
            "language": language,
            "person_budget": questions_per_user,
            "server_budget": questions_per_server,
            "own_articles": None if channel else own_articles,
        }
        changes: dict[str, Any] = {key: value for key, value in typed.items() if value is not None}
        unset = {"language": AS_DISCORD, "person_budget": 0, "server_budget": 0}
        for key, value in unset.items():
            if key in changes and changes[key] == value:
                changes[key] = None
        async with _managing(interaction) as reply:
            settings = await bot.servers.change(server, **changes)
            words = bot.words_for(interaction)  # perhaps in another language now
            if channel and own_articles is not None:
                place = _place(interaction, channel)
                if own_articles and not await asyncio.to_thread(place.uploads.files):
                    await reply.settle(Post([_no_own(place, words)]))
                    return
                settings = await place.own(own_articles)
            view = Panel.of(settings, interaction.guild, words)
            await reply.settle(
                Post([settings_text(settings, words, reads=bot.intents.message_content)], view)
            )


@asynccontextmanager
async def _managing(interaction: Interaction) -> AsyncIterator[InteractionReply]:
    """A private reply that has begun, for one who may manage the server."""
    words = interaction.client.words_for(interaction)
    if not may_manage(interaction):
        raise NotAllowedError(words("managers_only"))
    reply = InteractionReply(interaction, True, words)
    await reply.begin()
    yield reply


async def _received(
    place: Place, article: discord.Attachment | None, address: str | None
) -> PendingUpload:
    if article and not address:
        incoming = await attached(article)
    elif address and not article:
        incoming = await fetched(address)
    else:
        raise RejectedError("add_what")
    return await asyncio.to_thread(place.uploads.receive, *incoming)


def _server(interaction: Interaction) -> int:
    assert interaction.guild_id
    return interaction.guild_id


def _place(interaction: Interaction, channel: discord.abc.Snowflake | None) -> Place:
    return Place(interaction.client, _server(interaction), channel.id if channel else None)


def _no_own(place: Place, words: Translations) -> str:
    """Say that a server or channel has no articles of its own."""
    if place.channel:
        return words("channel_no_own", channel=f"<#{place.channel}>")
    return words("no_own")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_CHOICE else f"{line[: LONGEST_CHOICE - 1]}…"
