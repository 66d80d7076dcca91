"""The buttons below what is to be added or removed, and what they do once it is confirmed.

They work through restarts: what was confirmed is named by the button, and waits among the uploads.
Where a channel has articles of its own, the button names the channel, too.
"""

import asyncio
import logging
import re
from typing import Any, Literal, Self

import discord
from discord.ui import Button, DynamicItem, Item, View

from bot.discord.admin_text import article_line
from bot.discord.context import BotContext, may_manage
from bot.discord.excuses import NotAllowedError
from bot.discord.i18n import Translations
from bot.discord.pagination import escaped
from bot.discord.place import Place
from index.errors import DatelineError

Action = Literal["add", "remove", "cancel"]
LOG = logging.getLogger("bot.discord.confirm")  # as in older logs
STYLES: dict[Action, discord.ButtonStyle] = {
    "add": discord.ButtonStyle.success,
    "remove": discord.ButtonStyle.danger,
    "cancel": discord.ButtonStyle.secondary,
}


class ConfirmButton(
    DynamicItem[Button[Any]],
    template=r"dateline-(?:confirm|own:(?P<channel>\d{1,19})):(?P<action>add|remove|cancel):"
    r"(?P<subject>.{1,80})",
):
    """Adds what waits by a ticket, removes a file by its name, or leaves it."""

    def __init__(
        self, action: Action, subject: str, channel: int | None = None, label: str = ""
    ) -> None:
        kind = f"own:{channel}" if channel else "confirm"
        named = f"dateline-{kind}:{action}:{subject}"
        super().__init__(Button(custom_id=named, label=label or action, style=STYLES[action]))
        self.action = action
        self.subject = subject
        self.channel = channel

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: Item[Any], match: re.Match[str]
    ) -> Self:
        """The button that was pressed."""
        channel = int(match["channel"]) if match["channel"] else None
        return cls(match["action"], match["subject"], channel)  # type: ignore[arg-type]  # as the template

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what was confirmed, and say so in the place of the question."""
        bot: BotContext = interaction.client
        words = bot.words_for(interaction)
        try:
            if not bot.is_new(interaction.id):
                return
            if not may_manage(interaction):
                raise NotAllowedError(words("managers_only"))
            assert interaction.guild_id
            await interaction.response.edit_message(content=words("working"), view=None)
            act = {"add": _added, "remove": _removed, "cancel": _cancelled}[self.action]
            place = Place(bot, interaction.guild_id, self.channel)
            said = await act(place, self.subject, words)
            await interaction.edit_original_response(content=said)
        except Exception as problem:
            await bot.excuse(problem, interaction)


def confirmation(action: Action, subject: str, channel: int | None, words: Translations) -> View:
    """A button to go on, and one to leave it."""
    view = View(timeout=None)
    view.add_item(ConfirmButton(action, subject, channel, words(f"{action}_button")))
    view.add_item(ConfirmButton("cancel", subject, channel, words("cancel_button")))
    view.stop()  # presses find their way by the template
    return view


async def _added(place: Place, ticket: str, words: Translations) -> str:
    name = await asyncio.to_thread(place.uploads.accept, ticket)
    if name is None:
        return words("expired")
    LOG.info("%s: an article was added", place)
    await place.own(True)
    try:
        await place.room.sync()
        article = await asyncio.to_thread((await place.room.store()).article, name)
    except DatelineError as problem:
        LOG.warning("%s: an article could not be indexed: %s", place, problem)
        return words("added_later", article=f"**{escaped(name)}**")
    line = article_line(article, words) if article else f"**{escaped(name)}**"
    return words("added", article=line)


async def _removed(place: Place, name: str, words: Translations) -> str:
    if not await asyncio.to_thread(place.uploads.remove, name):
        return words("no_such")
    LOG.info("%s: an article was removed", place)
    said = [words("removed", article=f"**{escaped(name)}**")]
    room = place.room
    try:
        await room.sync()
    except DatelineError as problem:
        LOG.warning("%s: an article could not be taken out: %s", place, problem)
        said.append(words("sync_failed"))
    if not await asyncio.to_thread(place.uploads.files):
        await room.close()  # the next question then hears that there are none
        said.append(await _emptied(place, words))
    return "\n".join(said)


async def _emptied(place: Place, words: Translations) -> str:
    """What holds now that no article is left; a channel has its server's again."""
    if not place.channel:
        return words("none_left")
    await place.own(False)
    return words("channel_none_left", channel=f"<#{place.channel}>")


async def _cancelled(place: Place, ticket: str, words: Translations) -> str:
    await asyncio.to_thread(place.uploads.refuse, ticket)
    return words("cancelled")
