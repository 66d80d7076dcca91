"""Posts each server's new articles once a day, where and when the server wants it.

Nothing is posted when there is nothing new. What was posted is kept, so that a restart posts
nothing twice.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from bot.discord.cards import Colour
from bot.discord.context import BotContext
from bot.discord.i18n import translations_for
from bot.discord.news import new_articles, news_blocks
from bot.discord.replies import REFUSALS, Post, insisting, is_invalid
from bot.discord.settings import ServerSettings
from bot.discord.views import post_of
from index.errors import DatelineError
from index.storage.records import CatalogueRow

LOG = logging.getLogger(__name__)
POLL = 20.0
"""Seconds between two looks at the clock."""
KEPT = 500
"""Articles that are known to have been posted."""


@cache
def zones() -> list[str]:
    """Return the names of all time zones; reads files."""
    return sorted(available_timezones())


class Digest:
    """Posts what is due until it is stopped."""

    def __init__(
        self, bot: BotContext, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._bot = bot
        self._clock = clock

    async def run(self) -> None:
        """Post what is due, without end."""
        await self._bot.wait_until_ready()
        while True:
            for server, settings in self._bot.servers.all().items():
                if settings.digest_channel and self._bot.hears(server):
                    await self._look(server, settings)
            await asyncio.sleep(POLL)

    async def _look(self, server: int, settings: ServerSettings) -> None:
        try:
            await self.post_if_due(server, settings)
        except DatelineError as problem:
            LOG.warning("server %s: the digest could not be made: %s", server, problem)
        except REFUSALS as problem:
            LOG.warning("server %s: the digest could not be posted (%s)", server, problem)
        except Exception:  # other servers' digests go on
            LOG.exception("server %s: the digest failed", server)

    async def post_if_due(self, server: int, settings: ServerSettings) -> bool:
        """Post a server's digest if its hour has come; whether one was posted."""
        now = self._clock().astimezone(ZoneInfo(settings.digest_zone))
        kept = json.loads(await self._bot.conversations.fact(_fact(server)) or "{}")
        if now.hour < settings.digest_hour or kept.get("day") == now.date().isoformat():
            return False
        since = date.fromisoformat(kept["day"]) if kept else now.date() - timedelta(days=1)
        store = await self._bot.indexes.room(server, settings.digest_channel).store()
        known = frozenset(kept.get("posted", ()))
        new = await asyncio.to_thread(lambda: new_articles(store.catalogue(), since, known))
        posted = [*(row.source for row in new), *kept.get("posted", ())][:KEPT]
        if new:
            await self._send(server, settings, new, since)
        fact = {"day": now.date().isoformat(), "posted": posted}
        await self._bot.conversations.keep_fact(_fact(server), json.dumps(fact))
        return bool(new)

    async def _send(
        self, server: int, settings: ServerSettings, new: list[CatalogueRow], since: date
    ) -> None:
        guild = self._bot.get_guild(server)
        language = settings.language or (str(guild.preferred_locale) if guild else None)
        blocks = news_blocks(new, since, translations_for(language))
        assert settings.digest_channel
        await _post(self._bot, settings.digest_channel, post_of(Colour.LIST, blocks, lambda: []))


async def _post(bot: BotContext, channel: int, post: Post) -> None:
    place, card = bot.get_partial_messageable(channel), post.card
    assert card
    try:
        await insisting(lambda: place.send(view=card))
    except REFUSALS as problem:
        if not is_invalid(problem):
            raise
        for page in post.pages:
            await place.send(page, suppress_embeds=True)


def _fact(server: int) -> str:
    return f"digest {server}"
