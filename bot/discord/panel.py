"""The menus below a server's settings, in which channels and roles are chosen.

They work through restarts. Everything else is set by the options of `/dateline settings`.
"""

from typing import Any

import discord
from discord.ui import ChannelSelect, RoleSelect, View

from bot.discord.admin_text import settings_text
from bot.discord.context import BotContext, may_manage
from bot.discord.excuses import NotAllowedError
from bot.discord.i18n import Translations
from bot.discord.settings import ServerSettings

MOST = 25
"""Channels or roles in a menu."""
ASKABLE = [
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.forum,
    discord.ChannelType.voice,
    discord.ChannelType.stage_voice,
    discord.ChannelType.category,
]


LISTENED = [
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.forum,
    discord.ChannelType.category,
]


class Panel(View):
    """Four menus; made without anything, it hears those that were sent before a restart."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @classmethod
    def of(
        cls, settings: ServerSettings, guild: discord.Guild | None, words: Translations
    ) -> "Panel":
        """The menus as a server has set them, without what it has no more."""
        panel = cls()
        if guild:
            chosen = [c for c in sorted(settings.channels) if guild.get_channel(c)]
            panel.channels.default_values = [_default(c, "channel") for c in chosen[:MOST]]
            chosen = [r for r in sorted(settings.roles) if guild.get_role(r)]
            panel.roles.default_values = [_default(r, "role") for r in chosen[:MOST]]
            listened = (
                (panel.sure, settings.sure_channels),
                (panel.always, settings.always_channels),
            )
            for menu, kept in listened:
                chosen = [c for c in sorted(kept) if guild.get_channel(c)]
                menu.default_values = [_default(c, "channel") for c in chosen[:MOST]]
        panel.channels.placeholder = words("choose_channels")
        panel.roles.placeholder = words("choose_roles")
        panel.sure.placeholder = words("choose_sure")
        panel.always.placeholder = words("choose_always")
        panel.stop()  # choices find their way by the custom_id
        return panel

    @discord.ui.select(
        cls=ChannelSelect,
        custom_id="dateline-settings:channels",
        channel_types=ASKABLE,
        min_values=0,
        max_values=MOST,
    )
    async def channels(
        self, interaction: discord.Interaction[Any], chosen: ChannelSelect[Any]
    ) -> None:
        """Set the channels in which may be asked."""
        await _set(interaction, channels=frozenset(c.id for c in chosen.values))

    @discord.ui.select(
        cls=RoleSelect, custom_id="dateline-settings:roles", min_values=0, max_values=MOST
    )
    async def roles(self, interaction: discord.Interaction[Any], chosen: RoleSelect[Any]) -> None:
        """Set the roles that may ask."""
        await _set(interaction, roles=frozenset(role.id for role in chosen.values))

    @discord.ui.select(
        cls=ChannelSelect,
        custom_id="dateline-settings:sure",
        channel_types=LISTENED,
        min_values=0,
        max_values=MOST,
    )
    async def sure(self, interaction: discord.Interaction[Any], chosen: ChannelSelect[Any]) -> None:
        """Set the channels in which messages are answered when the answer is sure."""
        await _set(interaction, sure_channels=frozenset(c.id for c in chosen.values))

    @discord.ui.select(
        cls=ChannelSelect,
        custom_id="dateline-settings:always",
        channel_types=LISTENED,
        min_values=0,
        max_values=MOST,
    )
    async def always(
        self, interaction: discord.Interaction[Any], chosen: ChannelSelect[Any]
    ) -> None:
        """Set the channels in which every message is answered."""
        await _set(interaction, always_channels=frozenset(c.id for c in chosen.values))

    async def on_error(
        self, interaction: discord.Interaction[Any], error: Exception, item: Any
    ) -> None:
        """Tell the person who chose."""
        await interaction.client.excuse(error, interaction)


async def _set(interaction: discord.Interaction[Any], **changes: frozenset[int]) -> None:
    bot: BotContext = interaction.client
    words = bot.words_for(interaction)
    if not may_manage(interaction):
        raise NotAllowedError(words("managers_only"))
    assert interaction.guild_id
    settings = await bot.servers.change(interaction.guild_id, **changes)
    view = Panel.of(settings, interaction.guild, words)
    text = settings_text(settings, words, reads=bot.intents.message_content)
    await interaction.response.edit_message(content=text, view=view)


def _default(number: int, kind: str) -> discord.SelectDefaultValue:
    return discord.SelectDefaultValue(id=number, type=discord.SelectDefaultValueType(kind))
