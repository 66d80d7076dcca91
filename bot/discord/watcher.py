"""Asks again what waits for an answer, whenever articles were added or changed.

The person who waits is notified once, where they asked or in a direct message.
"""

import asyncio
import logging
from dataclasses import replace
from weakref import WeakKeyDictionary

import discord

from bot.conversation.record import Record, Watch
from bot.discord.cards import cards_of
from bot.discord.context import BotContext
from bot.discord.events import context_of
from bot.discord.guild_index import GuildIndex
from bot.discord.i18n import translations_for
from bot.discord.markup import one_line, shortened
from bot.discord.replies import REFUSALS, ChannelReply, UndeliveredError
from bot.discord.views import answer_posts
from index.errors import DatelineError

LOG = logging.getLogger(__name__)
POLL = 2.0
"""Seconds between two looks at whether articles have changed."""
SHOWN = 200
"""Characters shown of a question."""


class Watcher:
    """Looks for changed articles until it is stopped."""

    def __init__(self, bot: BotContext) -> None:
        self._bot = bot
        self._checked: WeakKeyDictionary[GuildIndex, int] = WeakKeyDictionary()

    async def run(self) -> None:
        """Ask again after each change, without end."""
        await self._bot.wait_until_ready()
        while True:
            try:
                await self.check()
            except DatelineError as problem:
                LOG.warning("what waits for an answer could not be asked again: %s", problem)
            except Exception:  # the next change may go better
                LOG.exception("what waits for an answer could not be asked again")
            await asyncio.sleep(POLL)

    async def check(self) -> None:
        """Ask again what waits for articles that have changed since the last time."""
        waiting = [w for w in await self._bot.watches.all() if self._bot.hears(w.server)]
        changed = await self._changed(waiting)
        for watch in waiting:
            number = changed.get(self._room(watch))
            if number is not None:
                await self._look(watch, number)
        self._checked.update(changed)

    def _room(self, watch: Watch) -> GuildIndex:
        return self._bot.indexes.room(watch.server, watch.home)

    async def _changed(self, waiting: list[Watch]) -> dict[GuildIndex, int]:
        """The indexes with articles that are new since they were checked, and the last number.

        A process that indexes for this one shows only by the number.
        """
        changed = {}
        for index in {self._room(watch) for watch in waiting}:
            if index.is_open:
                number = await asyncio.to_thread((await index.store()).last_number)
                if self._checked.get(index) != number:
                    changed[index] = number
        return changed

    async def _look(self, watch: Watch, last: int) -> None:
        """Ask again, unless no article is new; `last` is the number of the newest."""
        if watch.after is None or watch.after > last:  # an earlier version, or an index made again
            await self._bot.watches.set_after(watch.id, last)
        elif watch.after < last:
            await self._ask(watch, watch.after)

    async def _ask(self, watch: Watch, after: int) -> None:
        record = await self._bot.conversations.get(watch.record)
        if record is None:  # expired or forgotten
            await self._bot.watches.end(watch.id, watch.person)
            return
        asked = replace(record, person=watch.person, private=watch.channel is None)
        words = translations_for(watch.language)
        try:
            found = await self._bot.service.look_again(asked, context_of(record), words, after)
        except DatelineError as problem:
            LOG.warning("a question that waits could not be asked again: %s", problem)
            return
        if found and await self._tell(watch, found):
            await self._bot.watches.end(watch.id, watch.person)

    async def _tell(self, watch: Watch, found: Record) -> bool:
        """Show the answer; whether there is nothing more to try."""
        words = translations_for(watch.language)
        question = one_line(shortened(watch.question, SHOWN))
        head = words("watch_answered", person=f"<@{watch.person}>", question=question)
        cards = await asyncio.to_thread(cards_of, found, words, head)
        posts = answer_posts(found, cards, words, varies=self._bot.config.chat_model is not None)
        try:
            person = await self._bot.fetch_user(watch.person)
            channel = self._bot.get_partial_messageable(watch.channel) if watch.channel else person
            reply = ChannelReply(
                channel, person, int(watch.id, 16), words=words, mentions=_only(person)
            )
            await self._bot.conversations.show(found.id, await reply.settle(*posts))
        except discord.NotFound:
            LOG.info("a person who waited for an answer is gone")
        except UndeliveredError:
            LOG.warning("a person who waited for an answer cannot be reached")
        except REFUSALS as problem:
            LOG.warning("a person who waited for an answer was not told (%s)", problem)
            return False
        return True


def _only(person: discord.User) -> discord.AllowedMentions:
    """They asked for it, so that they are notified."""
    return discord.AllowedMentions(everyone=False, roles=False, users=[person])
