"""Where articles are managed: in a server, or in one of its channels."""

from dataclasses import dataclass

from bot.discord.context import BotContext
from bot.discord.guild_index import GuildIndex
from bot.discord.settings import ServerSettings
from bot.discord.uploads import GuildUploads


@dataclass(frozen=True, slots=True)
class Place:
    """A server, or a channel of it, whose articles somebody manages."""

    bot: BotContext
    server: int
    channel: int | None = None

    def __str__(self) -> str:
        return f"server {self.server}" + (f", channel {self.channel}" if self.channel else "")

    @property
    def room(self) -> GuildIndex:
        """The articles that answer here, its own or others."""
        return self.bot.indexes.room(self.server, self.channel)

    @property
    def uploads(self) -> GuildUploads:
        """The files of its own articles."""
        return self.bot.indexes.uploads(self.server, self.channel)

    @property
    def has_own(self) -> bool:
        """Whether its own articles answer."""
        settings = self.bot.servers[self.server]
        return self.channel in settings.own_channels if self.channel else settings.own_articles

    async def own(self, has_own: bool) -> ServerSettings:
        """Have its own articles answer, or those that others share."""
        if not self.channel:
            return await self.bot.servers.change(self.server, own_articles=has_own)
        others = self.bot.servers[self.server].own_channels - {self.channel}
        channels = others | {self.channel} if has_own else others
        return await self.bot.servers.change(self.server, own_channels=channels)
