"""The buttons below an answer, which work as long as the answer is kept, through restarts too.

Each carries the id of the answer's record. What pressing one does is in `callbacks.py`.
"""

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal, Self, get_args

import discord
from discord import ButtonStyle
from discord.ui import (
    ActionRow,
    Button,
    Container,
    DynamicItem,
    Item,
    LayoutView,
    Separator,
    TextDisplay,
    View,
)

from bot.answer import Status
from bot.conversation.clarify import WHOM
from bot.conversation.record import Record
from bot.discord.cards import Card, Colour
from bot.discord.formatting import label
from bot.discord.i18n import Translations
from bot.discord.replies import Post

Action = Literal[
    "option", "quotes", "quote", "up", "down", "again", "share", "left", "say", "watch"
]
Row = list[Item[Any]]


class RecordButton(
    DynamicItem[Button[Any]],
    template=rf"dateline:(?P<action>{'|'.join(get_args(Action))})"
    r":(?P<record>[\w-]{1,40})(?::(?P<number>\d{1,3}))?",
):
    """A button that belongs to the record of an answer; `number` counts options or quotes."""

    def __init__(self, action: Action, record: str, number: int | None = None, **look: Any) -> None:
        named = f"dateline:{action}:{record}" + (f":{number}" if number is not None else "")
        super().__init__(Button(custom_id=named, **look))
        self.action = action
        self.record = record
        self.number = number

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: Item[Any], match: re.Match[str]
    ) -> Self:
        """The button that was pressed."""
        number = match["number"]
        return cls(match["action"], match["record"], int(number) if number else None)  # type: ignore[arg-type]  # the template names them

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Have the bot do what was pressed."""
        interaction.client.dispatch("record_button", self, interaction)


def answer_posts(
    record: Record, cards: Sequence[Card], words: Translations, *, varies: bool
) -> list[Post]:
    """The messages that show an answer; `varies`: asking again may give another answer."""

    def rows(card: Card) -> list[Row]:
        return answer_rows(record, card, words, varies=varies) if card.is_last else []

    return [post_of(card.colour, card.blocks, partial(rows, card)) for card in cards]


def answer_rows(record: Record, card: Card, words: Translations, *, varies: bool) -> list[Row]:
    """What can be done with an answer, in rows of buttons."""
    if record.status is Status.CLARIFY:
        return [*_options(record), [_say(record, words)]]
    links: Row = [Button(style=ButtonStyle.link, label=name, url=url) for name, url in card.links]
    quoted = record.citations or record.nearest
    votes: Row = [
        *([RecordButton("quotes", record.id, label=words("quotes"))] if quoted else []),
        RecordButton("up", record.id, emoji="👍"),
        RecordButton("down", record.id, emoji="👎"),
    ]
    wanted: dict[Action, tuple[str, object]] = {
        "again": (words("ask_again"), varies),
        "watch": (words("watch"), record.status is Status.ABSTAINED),
        "left": (words("left_out"), record.left_out),
        "share": (words("share"), record.private),
    }
    rest: Row = [
        RecordButton(action, record.id, label=name)
        for action, (name, is_wanted) in wanted.items()
        if is_wanted
    ]
    return [row for row in (links, votes, rest) if row]


def quote_row(record: Record, number: int, count: int) -> list[Row]:
    """Buttons that lead to the quote before and the one after."""
    if count < 2:
        return []
    before = RecordButton("quote", record.id, number - 1, emoji="◀️", disabled=number == 1)
    after = RecordButton("quote", record.id, number + 1, emoji="▶️", disabled=number == count)
    return [[before, after]]


def post_of(colour: Colour, blocks: Sequence[str], rows: Callable[[], Sequence[Row]]) -> Post:
    """A card, and the same as text; each has buttons of its own, made by `rows`."""
    return Post("\n\n".join(blocks), plain_view(rows()), card_view(colour, blocks, rows()))


def card_view(colour: Colour, blocks: Sequence[str], rows: Sequence[Row]) -> LayoutView:
    """A card: blocks of text with lines between them, and rows of buttons."""
    box: Container[Any] = Container(accent_colour=int(colour))
    for n, block in enumerate(blocks):
        if n:
            box.add_item(Separator())
        box.add_item(TextDisplay(block))
    for row in rows:
        box.add_item(ActionRow(*row))
    view = LayoutView(timeout=None)
    view.add_item(box)
    view.stop()  # presses find their way by the template, so the library need not keep the view
    return view


def plain_view(rows: Sequence[Row]) -> View | None:
    """The same buttons below plain text."""
    if not rows:
        return None
    view = View(timeout=None)
    for n, row in enumerate(rows):
        for item in row:
            item.row = n
            view.add_item(item)
    view.stop()
    return view


def _options(record: Record) -> list[Row]:
    return [
        [
            RecordButton(
                *("option", record.id, number),
                label=label(f"{number}. {option.title}"),
                style=ButtonStyle.primary,
            )
        ]
        for number, option in enumerate(record.options, 1)
    ]


def _say(record: Record, words: Translations) -> RecordButton:
    """Opens a form for what none of the options says."""
    if record.options:
        named = words("say_what")
    else:
        named = words("say_whom") if record.answer.startswith(WHOM) else words("say_it")
    return RecordButton("say", record.id, label=named)
