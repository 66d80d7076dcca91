"""What commands, views and events need of the bot: its services, and the language to speak.

`bot.py` fills the services in when the bot starts.
"""

from collections import OrderedDict
from typing import Any

import discord
from discord.ext import commands

from bot.config import Config
from bot.conversation.store import ConversationStore
from bot.conversation.watches import Watches
from bot.discord.excuses import excuse
from bot.discord.guild_index import GuildIndex, GuildIndexes
from bot.discord.i18n import Translations, translations_for
from bot.discord.metrics import Metrics
from bot.discord.replies import InteractionReply
from bot.discord.service import QuestionService
from bot.discord.settings import Servers

HEARD = 10_000
"""Messages and interactions that are known again when a connection that is resumed repeats them."""


class BotContext(commands.AutoShardedBot):
    """The bot as its commands, views and events see it."""

    config: Config
    conversations: ConversationStore
    servers: Servers
    indexes: GuildIndexes
    metrics: Metrics
    service: QuestionService

    def __init__(self, config: Config, **options: Any) -> None:
        super().__init__(**options)
        self.config = config
        self._heard: OrderedDict[int, None] = OrderedDict()

    @property
    def watches(self) -> Watches:
        """What people wait for."""
        return self.conversations.watches

    def is_new(self, event: int) -> bool:
        """Whether a message or interaction is heard of for the first time, as it is by this."""
        known = event in self._heard
        self._heard[event] = None
        while len(self._heard) > HEARD:
            self._heard.popitem(last=False)
        return not known

    def hears(self, server: int | None) -> bool:
        """Whether a server, or for None direct messages, are this process's to answer."""
        shards = self.config.discord_shards
        return shards is None or shards.has(server)

    def room(self, interaction: discord.Interaction[Any]) -> GuildIndex:
        """The articles of the place where an interaction began."""
        return self.indexes.room(interaction.guild_id, home(interaction.channel))

    def words_in(self, guild: discord.Guild | None) -> Translations:
        """The bot's words in a server's language."""
        chosen = self.servers[guild.id if guild else None].language
        return translations_for(chosen or (str(guild.preferred_locale) if guild else None))

    def words_for(self, interaction: discord.Interaction[Any]) -> Translations:
        """The bot's words for the person who began an interaction."""
        chosen = self.servers[interaction.guild_id].language
        return translations_for(chosen or str(interaction.guild_locale or interaction.locale))

    async def excuse(self, problem: BaseException, interaction: discord.Interaction[Any]) -> None:
        """Tell the person who waits for an interaction that it failed."""
        words = self.words_for(interaction)
        line = excuse(problem, interaction.id, words)
        await InteractionReply(interaction, True, words).tell(line)


Interaction = discord.Interaction[BotContext]


def home(channel: Any) -> int | None:
    """The channel whose articles answer in a channel: a thread has those of the one it is in."""
    return getattr(channel, "parent_id", None) or getattr(channel, "id", None)


def may_manage(interaction: discord.Interaction[Any]) -> bool:
    """Whether the person who began an interaction may manage the server it is in."""
    return bool(interaction.guild_id) and interaction.permissions.manage_guild
