"""What the buttons below an answer do, and the form that asks for a reason.

Nothing here is remembered by the process: a button or a form works after a restart as before.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import discord
from discord.ui import Label, Modal, TextInput

from bot.answer import Citation
from bot.discord.context import BotContext
from bot.discord.events import request_from
from bot.discord.formatting import quotes_text, shared_text
from bot.discord.i18n import Translations
from bot.discord.pagination import pages
from bot.discord.records import Record, new_id
from bot.discord.replies import InteractionReply
from bot.discord.views import RecordButton, buttons

FORM = "dateline:reason:"
REASON_LIMIT = 1000
"""Characters of a reason."""


@dataclass(frozen=True, slots=True)
class Press:
    """A button that was pressed below the answer of a record."""

    bot: BotContext
    interaction: discord.Interaction[Any]
    record: Record
    option: int | None
    words: Translations

    @property
    def by_asker(self) -> bool:
        """Whether it was pressed by who asked the question."""
        return self.interaction.user.id == self.record.person


async def press(
    bot: BotContext, button: RecordButton, interaction: discord.Interaction[Any]
) -> None:
    """Do what a button says, or say why not."""
    words = bot.words_for(interaction)
    record = await bot.records.get(button.record)
    if record is None:
        await InteractionReply(interaction, True, words).tell(words("not_kept"))
    elif interaction.user.id != record.person and (record.private or button.action == "option"):
        await InteractionReply(interaction, True, words).tell(words("not_yours"))
    else:
        pressed = Press(bot, interaction, record, button.option, words)
        await PRESSES[button.action](pressed)


async def give_reason(bot: BotContext, interaction: discord.Interaction[Any]) -> None:
    """Keep the reason that was written into the form."""
    words = bot.words_for(interaction)
    data: Any = interaction.data
    reason = _written(data["components"])[:REASON_LIMIT]
    await bot.records.rate(data["custom_id"].removeprefix(FORM), interaction.user.id, False, reason)
    await InteractionReply(interaction, True, words).tell(words("thanks"))


async def _quotes(press: Press) -> None:
    reply = InteractionReply(press.interaction, True, press.words)
    await reply.begin()
    gone = await _withdrawn(press)
    await reply.settle(pages(quotes_text(press.record.citations, gone, press.words)))


async def _up(press: Press) -> None:
    await press.bot.records.rate(press.record.id, press.interaction.user.id, True)
    await InteractionReply(press.interaction, True, press.words).tell(press.words("thanks"))


async def _down(press: Press) -> None:
    """Count it, whether or not a reason comes."""
    say = press.words
    form = Modal(title=say("reason_title"), custom_id=f"{FORM}{press.record.id}")
    field: TextInput[Any] = TextInput(
        style=discord.TextStyle.paragraph,
        custom_id="reason",
        required=False,
        max_length=REASON_LIMIT,
    )
    form.add_item(Label(text=say("reason"), component=field))
    form.stop()  # `give_reason` hears of it, so the library need not wait for it
    await press.interaction.response.send_modal(form)
    await press.bot.records.rate(press.record.id, press.interaction.user.id, False)


async def _again(press: Press) -> None:
    """The same question in the light of what went before it; for others, of nothing."""
    record = press.record
    before: dict[str, Any] = {"until": record.asked} if press.by_asker else {"history": ()}
    await _ask(press, record.question, before)


async def _option(press: Press) -> None:
    """Go on with the question that was unclear."""
    await _ask(press, str(press.option), {"until": press.record.answered})


async def _ask(press: Press, question: str, before: dict[str, Any]) -> None:
    asked = request_from(press.bot, press.interaction, question, press.record.private)
    asked = replace(asked, **before)
    if press.by_asker:
        asked = replace(asked, conversation=press.record.conversation)
    reply = InteractionReply(press.interaction, asked.private, press.words)
    await press.bot.service.take(asked, reply)


async def _share(press: Press) -> None:
    """Show everybody the answer, unless its articles no longer say what it quotes."""
    reply = InteractionReply(press.interaction, False, press.words)
    await reply.begin()
    if await _withdrawn(press):
        await reply.tell(press.words("outdated"))
        return
    shared = replace(press.record, id=new_id(), private=False)
    await press.bot.records.add(shared)
    shown = await reply.settle(
        pages(shared_text(shared, press.words)), buttons(shared, press.words)
    )
    await press.bot.records.show(shared.id, shown)


async def _withdrawn(press: Press) -> Sequence[Citation]:
    """The answer's quotes that stand in their articles no more."""
    answerer = await press.bot.indexes.of(press.record.server)
    return await answerer.withdrawn(press.record.citations)


PRESSES: dict[str, Callable[[Press], Awaitable[None]]] = {
    "quotes": _quotes,
    "up": _up,
    "down": _down,
    "again": _again,
    "option": _option,
    "share": _share,
}


def _written(components: list[dict[str, Any]]) -> str:
    """What stands in the form's one field, however deep that is."""
    for component in components:
        if "value" in component:
            return str(component["value"])
        inside = component.get("components") or [component.get("component") or {}]
        if written := _written([part for part in inside if part]):
            return written
    return ""
