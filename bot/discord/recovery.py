"""Tells those whose questions were being answered when the bot was last killed.

People who were waiting when it was merely stopped have heard so already.
"""

import logging
from typing import Any

import discord

from bot.discord.context import BotContext
from bot.discord.i18n import Translations, translations_for
from bot.discord.replies import REFUSALS

LOG = logging.getLogger("bot.discord.interrupted")  # as in older logs
INTERACTION, MESSAGE = "interaction", "message"
"""How an answer is awaited."""


def awaited(kind: str, words: Translations, where: str | int) -> str:
    """Where an answer is awaited, and in which language: a channel, or an interaction's token."""
    return f"{kind} {words.language} {where}"


async def tell_interrupted(bot: BotContext) -> None:
    """Say of every question left open that it was not answered.

    Those of other processes' servers may be being answered there.
    """
    for event, place, server in await bot.conversations.unsettled():
        if not bot.hears(server):
            continue
        kind, language, where = place.split(" ", 2)
        line = translations_for(language)("stopped")
        try:
            if kind == INTERACTION:
                await _respond(bot, where, line)
            else:
                await _reply(bot, int(where), event, line)
        except REFUSALS as problem:
            LOG.warning("event %s: cannot tell that it was interrupted (%s)", event, problem)
        await bot.conversations.settle(event)


async def _respond(bot: BotContext, token: str, line: str) -> None:
    assert bot.application_id
    response = discord.Webhook.partial(bot.application_id, token, client=bot)
    original: Any = "@original"
    if not (await response.fetch_message(original)).components:  # else it is the answer
        await response.edit_message(original, content=line)


async def _reply(bot: BotContext, channel: int, message: int, line: str) -> None:
    asked = discord.MessageReference(
        message_id=message, channel_id=channel, fail_if_not_exists=False
    )
    place = bot.get_partial_messageable(channel)
    first = f"{message}-1"  # if it is shown already, Discord gives it back, and sends nothing
    shown = await place.send(line, reference=asked, mention_author=False, nonce=first)
    if shown.content != line and not shown.components:
        await shown.edit(content=line)
