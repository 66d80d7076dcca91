"""The bot's connection to Discord: what it hears, and which commands it offers.

It needs no privileged intent, and nothing it says mentions anybody.
"""

import asyncio
import logging
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.compose import answerer_on, language_model, open_store
from bot.config import Config

if TYPE_CHECKING:
    from bot.answerer import Answerer

LOG = logging.getLogger(__name__)


class DatelineBot(commands.AutoShardedBot):
    """The bot; `start` connects it."""

    def __init__(self, config: Config) -> None:
        intents = discord.Intents.none()
        intents.guilds = intents.guild_messages = intents.dm_messages = True
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
        )
        self.config = config
        self._opened = AsyncExitStack()
        self.answerer: asyncio.Task[Answerer] | None = None

    async def setup_hook(self) -> None:
        """Offer the commands, and open the articles meanwhile."""
        self.answerer = asyncio.create_task(self._open())
        self.tree.add_command(ask)
        await self.tree.sync()

    async def close(self) -> None:
        """Close the connection and what was opened."""
        await super().close()
        await self._opened.aclose()

    async def _open(self) -> "Answerer":
        store = await asyncio.to_thread(open_store, self.config, LOG.warning, lambda _: None)
        self._opened.callback(store.close)
        llm = await self._opened.enter_async_context(language_model(self.config))
        return await asyncio.to_thread(answerer_on, store, self.config, llm)


@app_commands.command()
@app_commands.describe(question="What you would like to know.", private="Only you see the answer.")
async def ask(
    interaction: discord.Interaction[DatelineBot], question: str, private: bool = False
) -> None:
    """Ask the articles."""
    await interaction.response.defer(ephemeral=private)
    assert interaction.client.answerer
    answerer = await interaction.client.answerer
    answer = await answerer.ask(question, as_of=interaction.client.config.today)
    await interaction.edit_original_response(content=answer.text[:2000])
