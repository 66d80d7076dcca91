"""The new articles in one line each, those of one story together."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from bot.discord.i18n import Translations
from bot.discord.markup import aside, day_stamp
from bot.discord.pagination import length
from bot.discord.sources import source_line
from bot.service.grouping import alike_together
from index.storage.records import CatalogueRow

ALIKE = 70.0
"""How much two titles share, of 100, where the articles tell one story."""
ROOM = 3500
"""Characters that the lines take."""


def new_articles(
    rows: Iterable[CatalogueRow], since: date, known: Collection[str] = ()
) -> list[CatalogueRow]:
    """Return the articles published since a day, newest first; of near-duplicates only one."""
    new = [
        row
        for row in rows
        if row.state == "current"
        and row.published
        and row.published >= since
        and row.source not in known
    ]
    return sorted(new, key=lambda row: row.published or since, reverse=True)


def by_story(rows: Sequence[CatalogueRow]) -> list[list[CatalogueRow]]:
    """Group articles whose titles tell of the same, in the order of the first of each."""
    return alike_together(rows, lambda row: row.title, ALIKE)


def news_blocks(rows: Sequence[CatalogueRow], since: date, words: Translations) -> list[str]:
    """A title, and a line for each article as long as there is room."""
    if not rows:
        return [words("new_none", day=day_stamp(since))]
    lines: list[str] = []
    size = shown = 0
    for line in _lines(by_story(rows)):
        size += length(line) + 1
        if size > ROOM:
            break
        lines.append(line)
        shown += 1
    if more := len(rows) - shown:
        lines.append(aside(words("more", count=more)))
    return [words("new_title", count=len(rows), day=day_stamp(since)), "\n".join(lines)]


def _lines(stories: Sequence[Sequence[CatalogueRow]]) -> list[str]:
    return [
        f"{'  ' * bool(n)}- {source_line(row)}" for story in stories for n, row in enumerate(story)
    ]
