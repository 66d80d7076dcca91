"""What the buttons below an answer do, and the forms that they open.

Nothing here is remembered by the process: a button or a form works after a restart as before.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import discord
from discord.ui import Label, Modal, TextInput

from bot.answer import Citation
from bot.conversation.clarify import WHOM
from bot.conversation.record import Record, Watch, new_id, new_watch_id
from bot.conversation.watches import MOST
from bot.discord.cards import asked_by, cards_of, colour_of
from bot.discord.context import BotContext
from bot.discord.events import following, preceding, request_from
from bot.discord.formatting import left_out_text
from bot.discord.guild_index import GuildIndex
from bot.discord.i18n import Translations
from bot.discord.markup import shortened
from bot.discord.pagination import pages
from bot.discord.quotes import quote_text
from bot.discord.replies import InteractionReply, Post
from bot.discord.requests import QuestionRequest
from bot.discord.views import RecordButton, answer_posts, post_of, quote_row

REASON, MEANT = "dateline:reason:", "dateline:meant:"
"""What the names of forms begin with; the id of the answer follows."""
REASON_LIMIT, MEANT_LIMIT, TITLE_LIMIT = 1000, 200, 45
"""Characters of a reason, of what is meant, and of a form's title."""


OWN = ("option", "say")
"""What only the person who asked may press."""


@dataclass(frozen=True, slots=True)
class Press:
    """A button that was pressed below the answer of a record."""

    bot: BotContext
    interaction: discord.Interaction[Any]
    record: Record
    number: int | None
    words: Translations


async def press(
    bot: BotContext, button: RecordButton, interaction: discord.Interaction[Any]
) -> None:
    """Do what a button says, or say why not."""
    is_own = button.action in OWN
    if pressed := await _allowed(bot, interaction, button.record, is_own, button.number):
        await PRESSES[button.action](pressed)


async def submit(bot: BotContext, interaction: discord.Interaction[Any]) -> None:
    """Do what was written into a form says, or say why not: anybody can send one."""
    data: Any = interaction.data
    kind, _, record = data["custom_id"].rpartition(":")
    name = f"{kind}:"
    if name not in FORMS:
        await refuse(bot, interaction, "not_kept")
    elif sent := await _allowed(bot, interaction, record, name == MEANT):
        await FORMS[name](sent, _written(data["components"]))


async def refuse(bot: BotContext, interaction: discord.Interaction[Any], why: str) -> None:
    """Say privately why nothing is done."""
    words = bot.words_for(interaction)
    await InteractionReply(interaction, True, words).tell(words(why))


async def _allowed(
    bot: BotContext,
    interaction: discord.Interaction[Any],
    name: str,
    is_own: bool,
    number: int | None = None,
) -> Press | None:
    """What somebody may do with an answer; where they may not, they get to know why."""
    record = await bot.conversations.get(name)
    if record is None:
        await refuse(bot, interaction, "not_kept")
    elif interaction.user.id != record.person and (record.private or is_own):
        await refuse(bot, interaction, "not_yours")
    else:
        return Press(bot, interaction, record, number, bot.words_for(interaction))
    return None


async def _give_reason(press: Press, reason: str) -> None:
    """Keep the reason that was written into the form."""
    person = press.interaction.user.id
    await press.bot.conversations.rate(press.record.id, person, False, reason[:REASON_LIMIT])
    await InteractionReply(press.interaction, True, press.words).tell(press.words("thanks"))


async def _say_meant(press: Press, meant: str) -> None:
    """Go on with the question that was unclear, as it was meant."""
    await _ask(press, meant, following)


async def _quotes(press: Press) -> None:
    """Show the first quote in its paragraph."""
    reply = InteractionReply(press.interaction, True, press.words)
    await reply.begin()
    await reply.settle(await _quote_post(press, 1))


async def _quote(press: Press) -> None:
    """Show another quote in the place of the one that is shown."""
    post = await _quote_post(press, press.number or 1)
    shown, edit = press.interaction.message, press.interaction.response.edit_message
    if shown and shown.flags.components_v2:
        await edit(view=post.card)
    else:
        await edit(content=post.pages[0], view=post.view)


async def _quote_post(press: Press, number: int) -> Post:
    cited = press.record.citations or tuple(filter(None, [press.record.nearest]))
    number = max(1, min(number, len(cited)))
    store = await _room(press).store()
    article = await asyncio.to_thread(store.article, cited[number - 1].source)
    text = quote_text(cited, number, article, press.words)
    count = len(cited)
    return post_of(colour_of(press.record), [text], lambda: quote_row(press.record, number, count))


def _room(press: Press) -> GuildIndex:
    """The articles that an answer came from."""
    return press.bot.indexes.room(press.record.server, press.record.home)


async def _watch(press: Press) -> None:
    """Notify the person when an article answers."""
    record, asked = press.record, press.interaction
    reply = InteractionReply(asked, True, press.words)
    await reply.begin()
    is_public = record.server is not None and not record.private
    store = await _room(press).store()
    watch = Watch(
        id=new_watch_id(),
        person=asked.user.id,
        server=record.server,
        channel=asked.channel_id if is_public else None,
        language=press.words.language,
        question=record.question,
        record=record.id,
        after=await asyncio.to_thread(store.last_number),
        home=record.home,
    )
    has_room = await press.bot.watches.add(watch)
    said = press.words("watching") if has_room else press.words("watch_full", count=MOST)
    await reply.settle(Post([said]))


async def _left(press: Press) -> None:
    """Show what the model wrote and was not delivered."""
    reply = InteractionReply(press.interaction, True, press.words)
    await reply.begin()
    await reply.settle(Post(pages(left_out_text(press.record.left_out, press.words))))


async def _up(press: Press) -> None:
    await press.bot.conversations.rate(press.record.id, press.interaction.user.id, True)
    await InteractionReply(press.interaction, True, press.words).tell(press.words("thanks"))


async def _down(press: Press) -> None:
    """Count it, whether or not a reason comes."""
    field: TextInput[Any] = TextInput(
        style=discord.TextStyle.paragraph,
        custom_id="reason",
        required=False,
        max_length=REASON_LIMIT,
    )
    await _open_form(press, REASON, press.words("reason_title"), press.words("reason"), field)
    await press.bot.conversations.rate(press.record.id, press.interaction.user.id, False)


async def _say(press: Press) -> None:
    """Ask for what was meant, where none of the options says it."""
    field: TextInput[Any] = TextInput(custom_id="meant", max_length=MEANT_LIMIT)
    asked_for = "whom" if press.record.answer.startswith(WHOM) else "what"
    title = shortened(press.record.question, TITLE_LIMIT)
    await _open_form(press, MEANT, title, press.words(asked_for), field)


async def _open_form(
    press: Press, kind: str, title: str, asked: str, field: TextInput[Any]
) -> None:
    form = Modal(title=title, custom_id=f"{kind}{press.record.id}")
    form.add_item(Label(text=asked, component=field))
    form.stop()  # `submit` hears of it, so the library need not wait for it
    await press.interaction.response.send_modal(form)


async def _again(press: Press) -> None:
    """Ask the same question in the light of what went before it."""
    record = press.record
    notes = record.notes[:1] if record.within else ()
    asked = request_from(press.bot, press.interaction, record.question, record.private)
    narrowed = replace(preceding(asked, record), within=record.within, notes=notes)
    reply = InteractionReply(press.interaction, asked.private, press.words)
    await press.bot.service.take(narrowed, reply)


async def _option(press: Press) -> None:
    """Go on with the question that was unclear."""
    await _ask(press, str(press.number), following)


async def _ask(
    press: Press, question: str, leaning: Callable[[QuestionRequest, Record], QuestionRequest]
) -> None:
    asked = request_from(press.bot, press.interaction, question, press.record.private)
    reply = InteractionReply(press.interaction, asked.private, press.words)
    await press.bot.service.take(leaning(asked, press.record), reply)


async def _share(press: Press) -> None:
    """Show everybody the answer, unless its articles no longer say what it quotes."""
    reply = InteractionReply(press.interaction, False, press.words)
    await reply.begin()
    if await _withdrawn(press):
        await reply.tell(press.words("outdated"))
        return
    shared = replace(press.record, id=new_id(), private=False, follows=None)
    await press.bot.conversations.add(shared)
    cards = await asyncio.to_thread(cards_of, shared, press.words, asked_by(shared, press.words))
    varies = press.bot.config.chat_model is not None
    shown = await reply.settle(*answer_posts(shared, cards, press.words, varies=varies))
    await press.bot.conversations.show(shared.id, shown)


async def _withdrawn(press: Press) -> Sequence[Citation]:
    """The answer's quotes that are no longer in their articles."""
    answerer = await _room(press).answerer()
    return await answerer.withdrawn(press.record.citations)


PRESSES: dict[str, Callable[[Press], Awaitable[None]]] = {
    "quotes": _quotes,
    "quote": _quote,
    "left": _left,
    "watch": _watch,
    "say": _say,
    "up": _up,
    "down": _down,
    "again": _again,
    "option": _option,
    "share": _share,
}


FORMS: dict[str, Callable[[Press, str], Awaitable[None]]] = {
    REASON: _give_reason,
    MEANT: _say_meant,
}


def _written(components: list[dict[str, Any]]) -> str:
    """The text of the form's one field, however deep that is."""
    for component in components:
        if "value" in component:
            return str(component["value"])
        inside = component.get("components") or [component.get("component") or {}]
        if written := _written([part for part in inside if part]):
            return written
    return ""
