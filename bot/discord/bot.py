"""The bot's connection to Discord: what it hears, which commands it offers, and how it ends.

It needs no privileged intent, and nothing it says mentions anybody. What it hears it passes on.
"""

import asyncio
import gc
import hashlib
import json
import logging
from collections.abc import Iterable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot.config import Config
from bot.discord.admin import Administration
from bot.discord.callbacks import press, refuse, submit
from bot.discord.command_texts import CommandTranslator
from bot.discord.commands import COMMANDS
from bot.discord.confirm_views import ConfirmButton
from bot.discord.context import BotContext, Interaction
from bot.discord.digest import Digest
from bot.discord.events import answer_message
from bot.discord.guild_index import GuildIndexes
from bot.discord.listening import ask_for_messages
from bot.discord.lists import ListButton
from bot.discord.metrics import Metrics
from bot.discord.panel import Panel
from bot.discord.recovery import tell_interrupted
from bot.discord.service import QuestionService
from bot.discord.settings import FILE as SERVERS
from bot.discord.settings import Servers
from bot.discord.views import RecordButton
from bot.discord.watch_views import WatchButton
from bot.discord.watcher import Watcher
from bot.factory import conversation_store, place_of

LOG = logging.getLogger("bot.discord.client")  # as in older logs
CONNECTIONS = 50
"""To Discord's API at a time: as many requests as it takes in a second. With one for each of a
crowd, opening them would hold up everything else."""
OURS = "dateline"
"""How the names of all buttons begin."""
OFFERED = "commands"
"""The fact that is kept about the commands last offered."""


class DatelineBot(BotContext):
    """The bot. `start` connects it; `close` ends what it does, and tells those who wait."""

    def __init__(self, config: Config) -> None:
        intents, shards = discord.Intents.none(), config.discord_shards
        spread: dict[str, Any] = (
            {"shard_ids": [*shards.ids], "shard_count": shards.total} if shards else {}
        )
        intents.guilds = intents.guild_messages = intents.dm_messages = True
        super().__init__(
            config,
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=intents,
            tree_cls=_Tree,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            connector=aiohttp.TCPConnector(limit=0, limit_per_host=CONNECTIONS),
            **spread,
        )
        self._opened = AsyncExitStack()
        self._service: QuestionService | None = None

    async def setup_hook(self) -> None:
        """Open what the answers need; the articles go on opening while the bot connects."""
        opened, config = self._opened, self.config
        self.conversations = await opened.enter_async_context(
            conversation_store(config, LOG.warning)
        )
        self.servers = await opened.enter_async_context(
            Servers.open(place_of(config, SERVERS), LOG.warning)
        )
        self.indexes = await opened.enter_async_context(
            GuildIndexes.open(config, self.servers, 60 * config.sync_minutes)
        )
        self.metrics = Metrics(
            waiting=lambda: len(self.service.queue),
            gateway=self._delay,
            synced=lambda: self.indexes.common.synced,
            answers=lambda: self.indexes.common.is_open,
        )
        await opened.enter_async_context(self.metrics.watching())
        if self.config.metrics_port:
            where = self.config.metrics_host, self.config.metrics_port
            await opened.enter_async_context(self.metrics.served(*where))
        self.service = self._service = QuestionService(
            *(self.config, self.indexes, self.conversations, self.servers),
            metrics=self.metrics,
        )
        self.add_dynamic_items(RecordButton, ConfirmButton, ListButton, WatchButton)
        self.add_view(Panel())
        for command in (*COMMANDS, Administration()):
            self.tree.add_command(command)
        if self.hears(None):  # one process offers the commands of all
            await self._offer()
        ask_for_messages(self)
        await tell_interrupted(self)
        watching = asyncio.create_task(Watcher(self).run())
        opened.callback(watching.cancel)
        posting = asyncio.create_task(Digest(self).run())
        opened.callback(posting.cancel)
        gc.freeze()  # to look through all that is loaded by now would take up to 0.1 s each time

    async def close(self) -> None:
        """End what is being answered, and everything else."""
        if self._service:
            await self._service.close()
        await super().close()
        await self._opened.aclose()

    async def on_message(self, message: discord.Message) -> None:
        """Answer what is said to the bot."""
        if self.is_new(message.id):
            await answer_message(self, message)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Read forms; the library passes commands and buttons on itself, but for forged ones."""
        kinds = discord.InteractionType
        is_form = interaction.type is kinds.modal_submit
        is_forged = interaction.type is kinds.component and _is_forged(interaction)
        if (is_form or is_forged) and self.is_new(interaction.id):
            try:
                if is_form:
                    await submit(self, interaction)
                else:
                    await refuse(self, interaction, "not_kept")
            except Exception as problem:
                await self.excuse(problem, interaction)

    async def on_record_button(self, button: RecordButton, interaction: Interaction) -> None:
        """Do what a button says."""
        try:
            if self.is_new(interaction.id):
                await press(self, button, interaction)
        except Exception as problem:
            await self.excuse(problem, interaction)

    def _delay(self) -> float | None:
        """The seconds that Discord takes to answer; None while any connection to it is away."""
        away = any(shard.is_closed() for shard in self.shards.values())
        return self.latency if self.is_ready() and not away else None

    async def _offer(self) -> None:
        """Tell Discord which commands there are, if that has changed since the last time."""
        translator = CommandTranslator()
        await self.tree.set_translator(translator)
        offered = [
            await command.get_translated_payload(self.tree, translator)
            for command in self.tree.get_commands()
        ]
        written = json.dumps([self.application_id, offered], sort_keys=True)
        digest = hashlib.sha256(written.encode()).hexdigest()
        if await self.conversations.fact(OFFERED) != digest:
            await self.tree.sync()
            await self.conversations.keep_fact(OFFERED, digest)


def _is_forged(interaction: discord.Interaction[Any]) -> bool:
    """Whether what was pressed is called as our buttons are, and is not below the message."""
    data: Any = interaction.data
    message = interaction.message
    name = data["custom_id"]
    return name.startswith(OURS) and name not in _names(message.components if message else ())


def _names(components: Iterable[Any]) -> Iterator[str]:
    """What buttons and menus are called, however deep they are."""
    for component in components:
        yield getattr(component, "custom_id", None) or ""
        yield from _names(getattr(component, "children", ()))


class _Tree(app_commands.CommandTree[DatelineBot]):
    """Every command passes here, each time it is used."""

    async def interaction_check(self, interaction: discord.Interaction[DatelineBot]) -> bool:
        """Whether the command is to be carried out."""
        completing = interaction.type is discord.InteractionType.autocomplete
        return completing or self.client.is_new(interaction.id)

    async def on_error(
        self, interaction: discord.Interaction[DatelineBot], error: app_commands.AppCommandError
    ) -> None:
        """Tell who used a command that it failed."""
        await self.client.excuse(getattr(error, "original", error), interaction)
