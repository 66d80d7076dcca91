"""Which part of the articles does a question ask about: one article, or those since a day?

Members choose from lists that Discord shows while they type, or type it themselves.
"""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from itertools import islice

from discord.app_commands import Choice

from bot.discord.context import Interaction
from bot.discord.guild_index import GuildIndex
from bot.discord.i18n import Translations
from bot.discord.markup import shortened
from index.errors import DatelineError
from index.search.time_expressions import period_in
from index.storage.records import CatalogueRow

MOST, LONGEST = 25, 100
"""Choices that Discord shows, and characters of each."""
SINCE = {"today": 0, "yesterday": 1, "last_week": 7, "last_month": 30}
"""Days back of the choices that are offered before somebody types."""


def article_named(rows: Iterable[CatalogueRow], typed: str) -> CatalogueRow | None:
    """The article with this source, or else the first with these words in its title."""
    first = None
    for row in rows:
        if row.source == typed:
            return row
        is_meant = row.source.startswith(typed) or typed.casefold() in row.title.casefold()
        first = first or (row if is_meant else None)
    return first


def day_named(typed: str, today: date) -> date | None:
    """The day in "2024-10-24", "last week" or "Monday"; None where there is none."""
    with suppress(ValueError):
        return date.fromisoformat(typed.strip())
    period = period_in(typed, today) or period_in(f"since {typed}", today)
    return period.start if period else None


async def article_choices(interaction: Interaction, typed: str) -> list[Choice[str]]:
    """The newest articles whose title or file has what was typed."""
    room = interaction.client.room(interaction)
    if not room.is_open:
        return []
    with suppress(DatelineError):
        rows = await asyncio.to_thread(_matching, await room.catalogue(), typed)
        return [Choice(name=_label(row), value=row.source[:LONGEST]) for row in rows]
    return []


async def day_choices(interaction: Interaction, typed: str) -> list[Choice[str]]:
    """The day that was typed, or a few that are often wanted."""
    bot = interaction.client
    return [*_days(typed, bot.config.today, bot.words_for(interaction))][:MOST]


async def chosen_article(room: GuildIndex, typed: str) -> CatalogueRow | None:
    """The article that was chosen or typed."""
    return await asyncio.to_thread(article_named, await room.catalogue(), typed)


def _matching(rows: Iterable[CatalogueRow], typed: str) -> list[CatalogueRow]:
    wanted = typed.casefold()
    found = (row for row in rows if wanted in f"{row.title} {row.source}".casefold())
    return [*islice(found, MOST)]


def _days(typed: str, today: date, words: Translations) -> Iterator[Choice[str]]:
    if typed.strip():
        if day := day_named(typed, today):
            yield Choice(name=day.isoformat(), value=day.isoformat())
        return
    for key, days in SINCE.items():
        since = (today - timedelta(days)).isoformat()
        yield Choice(name=f"{words(key)} ({since})", value=since)


def _label(row: CatalogueRow) -> str:
    day = f"{row.published:%Y-%m-%d} · " if row.published else ""
    return shortened(f"{day}{row.title or row.source}", LONGEST)
