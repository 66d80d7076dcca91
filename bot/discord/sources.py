"""The articles that an answer cites, each once and numbered, however many quotes are of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.answer import Citation
from bot.discord.i18n import Translations
from bot.discord.markup import (
    TITLE,
    aside,
    day_stamp,
    link,
    one_line,
    shortened,
    superscript,
    web_address,
)
from bot.discord.pagination import length
from index.article import Passage
from index.paths import host_of
from index.storage.records import CatalogueRow

SOURCES = 1600
"""Characters that the lines of the sources take."""
READABLE = 3
"""Articles with a button to read them."""
BETWEEN = "\u202f"
"""Between two small numbers, which would read as one."""


@dataclass(frozen=True, slots=True)
class CitedArticle:
    """An article, numbered by where it is first cited; `first` is its first citation."""

    number: int
    first: Citation

    @property
    def url(self) -> str | None:
        """Where it can be read."""
        return web_address(self.first.url)

    @property
    def line(self) -> str:
        """Its number, title, day, and where it is from."""
        return f"**{self.number}** {source_line(self.first)}"


def cited_articles(citations: Sequence[Citation]) -> list[CitedArticle]:
    """The articles, in the order in which they are cited."""
    first: dict[str, Citation] = {}
    for citation in citations:
        first.setdefault(citation.source, citation)
    return [CitedArticle(n, c) for n, c in enumerate(first.values(), 1)]


def by_citation(
    articles: Sequence[CitedArticle], citations: Sequence[Citation]
) -> dict[int, CitedArticle]:
    """The article of each citation, by the citation's number."""
    by_source = {article.first.source: article for article in articles}
    return {citation.n: by_source[citation.source] for citation in citations}


def marks(numbers: Sequence[int], cited: Mapping[int, CitedArticle], linked: bool) -> str:
    """Small numbers for citations, one for each article."""
    articles = {cited[n].number: cited[n] for n in numbers}
    shown = [
        link(superscript(n), article.url) if linked else superscript(n)
        for n, article in articles.items()
    ]
    return BETWEEN.join(shown)


def source_line(item: Citation | Passage | CatalogueRow) -> str:
    """Title, day and origin of an article in one line; the title leads to the article."""
    url = web_address(item.url)
    origin = host_of(url) if url else item.source
    title = shortened(item.title, TITLE) or origin
    place = item.place if isinstance(item, Citation) else None
    facts = [
        link(title, url),
        day_stamp(item.published) if item.published else "",
        one_line(shortened(origin, TITLE)) if origin != title else "",
        one_line(shortened(place or "", TITLE)),
    ]
    return " · ".join(filter(None, facts))


def sources_block(articles: Sequence[CitedArticle], words: Translations) -> str:
    """A line for each article, as long as there is room."""
    lines: list[str] = []
    for article in articles:
        if length("\n".join([*lines, article.line])) > SOURCES:
            break
        lines.append(article.line)
    if more := len(articles) - len(lines):
        lines.append(aside(words("more", count=more)))
    return "\n".join(lines)


def read_links(articles: Sequence[CitedArticle], words: Translations) -> list[tuple[str, str]]:
    """Labels and addresses of the first articles that can be read."""
    readable = [(article.number, article.url) for article in articles if article.url]
    alone = len(articles) == 1
    return [
        (words("read_it") if alone else words("read", number=number), url)
        for number, url in readable[:READABLE]
        if url
    ]
