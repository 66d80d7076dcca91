"""The list of what somebody waits for, with a button to cancel each."""

import re
from collections.abc import Sequence
from typing import Any, Self

import discord
from discord.ui import Button, DynamicItem, Item

from bot.conversation.record import Watch
from bot.discord.cards import Colour
from bot.discord.context import BotContext
from bot.discord.i18n import Translations
from bot.discord.markup import one_line, shortened
from bot.discord.replies import Post
from bot.discord.views import Row, post_of

SHOWN = 200
"""Characters shown of a question."""
IN_A_ROW = 5


class WatchButton(
    DynamicItem[Button[Any]], template=r"dateline-watch:cancel:(?P<watch>[0-9a-f]{16})"
):
    """Cancels a watch, and shows those that are left."""

    def __init__(self, watch: str, label: str = "-") -> None:
        super().__init__(Button(custom_id=f"dateline-watch:cancel:{watch}", label=label))
        self.watch = watch

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: Item[Any], match: re.Match[str]
    ) -> Self:
        """The button that was pressed."""
        return cls(match["watch"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Cancel it if it is theirs."""
        bot: BotContext = interaction.client
        try:
            await bot.watches.end(self.watch, interaction.user.id)
            waiting = await bot.watches.of(interaction.user.id)
            post = watches_post(waiting, bot.words_for(interaction))
            if interaction.message and interaction.message.flags.components_v2:
                await interaction.response.edit_message(view=post.card)
            else:
                await interaction.response.edit_message(content=post.pages[0], view=post.view)
        except Exception as problem:
            await bot.excuse(problem, interaction)


def watches_post(waiting: Sequence[Watch], words: Translations) -> Post:
    """What somebody waits for, numbered."""
    if not waiting:
        return post_of(Colour.LIST, [words("watches_none")], lambda: [])
    lines = [f"{n}. {one_line(shortened(w.question, SHOWN))}" for n, w in enumerate(waiting, 1)]
    blocks = [words("watches_title"), "\n".join(lines)]
    return post_of(Colour.LIST, blocks, lambda: _rows(waiting, words))


def _rows(waiting: Sequence[Watch], words: Translations) -> list[Row]:
    buttons = [
        WatchButton(watch.id, words("watch_cancel", number=n)) for n, watch in enumerate(waiting, 1)
    ]
    return [[*buttons[n : n + IN_A_ROW]] for n in range(0, len(buttons), IN_A_ROW)]
