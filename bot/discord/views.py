"""The buttons below an answer, which work as long as the answer is kept, through restarts too.

Each carries the id of the answer's record. What pressing one does is in `callbacks.py`.
"""

import re
from typing import Any, Literal, Self

import discord
from discord import ButtonStyle
from discord.ui import Button, DynamicItem, Item, View

from bot.answer import Status
from bot.conversation.clarify import options_of
from bot.discord.formatting import label
from bot.discord.i18n import Translations
from bot.discord.records import Record

Action = Literal["option", "quotes", "up", "down", "again", "share"]


class RecordButton(
    DynamicItem[Button[Any]],
    template=r"dateline:(?P<action>option|quotes|up|down|again|share)"
    r":(?P<record>[\w-]{1,40})(?::(?P<option>\d))?",
):
    """A button that belongs to the record of an answer; `option` counts options from 1."""

    def __init__(self, action: Action, record: str, option: int | None = None, **look: Any) -> None:
        named = f"dateline:{action}:{record}" + (f":{option}" if option else "")
        super().__init__(Button(custom_id=named, **look))
        self.action = action
        self.record = record
        self.option = option

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: Item[Any], match: re.Match[str]
    ) -> Self:
        """The button that was pressed."""
        option = match["option"]
        return cls(match["action"], match["record"], int(option) if option else None)  # type: ignore[arg-type]  # the template names them

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what was pressed."""
        interaction.client.dispatch("record_button", self, interaction)


def buttons(record: Record, words: Translations) -> View | None:
    """What can be done with an answer; nothing with a reply to small talk."""
    if record.status is Status.REPLY:
        return None
    view = View(timeout=None)
    options = options_of(record.answer) if record.status is Status.CLARIFY else ()
    for number, option in enumerate(options, 1):
        look = {"label": label(f"{number}. {option.title}"), "style": ButtonStyle.primary, "row": 0}
        view.add_item(RecordButton("option", record.id, number, **look))
    if record.citations:
        view.add_item(RecordButton("quotes", record.id, label=words("quotes"), row=1))
    if not options:
        view.add_item(RecordButton("up", record.id, emoji="👍", row=1))
        view.add_item(RecordButton("down", record.id, emoji="👎", row=1))
    view.add_item(RecordButton("again", record.id, label=words("ask_again"), row=1))
    if record.private and not options:
        view.add_item(RecordButton("share", record.id, label=words("share"), row=1))
    view.stop()  # presses find their way by the template, so the library need not keep the view
    return view
