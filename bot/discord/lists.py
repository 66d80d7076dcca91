"""Lists for one person, in pages: what a search found, and which articles there are.

The buttons hold what was looked for, so that they work after a restart.
"""

import asyncio
import re
from collections.abc import Sequence
from datetime import date
from typing import Any, Literal, NamedTuple, Self, TypeVar

import discord
from discord.ui import Button, DynamicItem, Item

from bot.discord.cards import Colour
from bot.discord.context import BotContext
from bot.discord.formatting import passage_text
from bot.discord.guild_index import GuildIndex
from bot.discord.i18n import Translations
from bot.discord.markup import aside, one_line
from bot.discord.pagination import length
from bot.discord.replies import Post
from bot.discord.sources import source_line
from bot.discord.views import Row, post_of
from index.article import Passage
from index.storage.records import CatalogueRow
from index.store import Store
from index.text.analyzer import terms

T = TypeVar("T")
Kind = Literal["search", "sources"]
FOUND = 50
"""Passages that a search finds."""
PAGE: dict[Kind, int] = {"search": 5, "sources": 10}
"""Passages or articles on a page."""
QUERY_LIMIT = 70
"""Characters of a query that a button holds; a longer one has no further pages."""


class Listing(NamedTuple):
    """One page of a list: its title, its lines, and the number of the page and of all."""

    title: str
    lines: Sequence[str]
    page: int
    pages: int


class ListButton(
    DynamicItem[Button[Any]],
    template=re.compile(
        r"dateline-list:(?P<kind>search|sources):(?P<page>\d{1,4}):(?P<query>.*)", re.DOTALL
    ),
):
    """A button that shows another page of a list."""

    def __init__(self, kind: Kind, page: int, query: str, **look: Any) -> None:
        super().__init__(Button(custom_id=f"dateline-list:{kind}:{page}:{query}", **look))
        self.kind: Kind = kind
        self.page = page
        self.query = query

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: Item[Any], match: re.Match[str]
    ) -> Self:
        """The button that was pressed."""
        return cls(match["kind"], int(match["page"]), match["query"])  # type: ignore[arg-type]  # as the template

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Show that page in the place of the one that is shown."""
        bot: BotContext = interaction.client
        try:
            post = await list_post(bot, interaction, self.kind, self.query, self.page)
            shown, edit = interaction.message, interaction.response.edit_message
            if shown and shown.flags.components_v2:
                await edit(view=post.card)
            else:
                await edit(content=post.pages[0], view=post.view)
        except Exception as problem:
            await bot.excuse(problem, interaction)


async def list_post(
    bot: BotContext, interaction: discord.Interaction[Any], kind: Kind, query: str, page: int = 1
) -> Post:
    """A page of a list."""
    words, room = bot.words_for(interaction), bot.room(interaction)
    look = _found if kind == "search" else _listed
    listing = await look(bot, room, query, page, words)
    lines = "\n".join(listing.lines)
    if listing.pages > 1:
        lines += "\n" + aside(words("page", number=listing.page, count=listing.pages))
    blocks = [listing.title, *([lines] if lines else [])]
    return post_of(Colour.LIST, blocks, lambda: paging_row(kind, query, listing))


async def _found(
    bot: BotContext, room: GuildIndex, query: str, page: int, words: Translations
) -> Listing:
    answerer = await room.answerer()
    async with bot.service.queue.turn(lambda _: None):
        found = await answerer.search(query, bot.config.today, FOUND)
    if not found:
        return Listing(words("search_nothing", query=one_line(query)), (), 1, 1)
    shown, page, count = page_of(
        await asyncio.to_thread(in_order, found, query), page, PAGE["search"]
    )
    lines = [passage_text(passage, query) for passage in shown]
    return Listing(words("search_title", query=one_line(query)), lines, page, count)


def in_order(found: Sequence[Passage], query: str) -> list[Passage]:
    """Order passages: those with every word of the query, the newest first, then the others.

    The others come best first, as they were found: a new one may have little to do with it.
    """
    wanted = set(terms(query))
    holding = [passage for passage in found if wanted <= set(_terms(passage))]
    others = [passage for passage in found if passage not in holding]
    return sorted(holding, key=_age) + others


def _terms(passage: Passage) -> list[str]:
    return terms(f"{passage.title} {passage.text}")


async def _listed(
    bot: BotContext, room: GuildIndex, query: str, page: int, words: Translations
) -> Listing:
    store = await room.store()
    rows = await asyncio.to_thread(_matching, store, query.casefold())
    if not rows:
        return Listing(words("no_sources"), (), 1, 1)
    shown, page, count = page_of(rows, page, PAGE["sources"])
    lines = [f"- {source_line(row)}" for row in shown]
    return Listing(words("sources_title", articles=len(rows)), lines, page, count)


def _matching(store: Store, query: str) -> list[CatalogueRow]:
    """The articles whose title or file matches, newest first."""
    rows = [r for r in store.catalogue() if query in f"{r.title} {r.source}".casefold()]
    return sorted(rows, key=_age)


def _age(item: Passage | CatalogueRow) -> int:
    """Smaller for what is newer; what has no date is oldest."""
    return -(item.published or date.min).toordinal()


def page_of(items: Sequence[T], page: int, size: int) -> tuple[Sequence[T], int, int]:
    """Return the items of a page, its number, and how many pages there are."""
    count = max(1, -(-len(items) // size))
    page = max(1, min(page, count))
    return items[(page - 1) * size : page * size], page, count


def paging_row(kind: Kind, query: str, listing: Listing) -> list[Row]:
    """Buttons that lead to the page before and the one after."""
    if listing.pages < 2 or length(query) > QUERY_LIMIT:
        return []
    page, last = listing.page, listing.page == listing.pages
    before = ListButton(kind, page - 1, query, emoji="◀️", disabled=page == 1)
    after = ListButton(kind, page + 1, query, emoji="▶️", disabled=last)
    return [[before, after]]
