"""The day that a web page gives for its own article, and never a neighbour's.

Where what the page says cannot be told from what it says of others, it has no day.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from itertools import chain
from typing import Any

from index.readers.dates import parse_date
from index.readers.wording import flat

PUBLISHED = {
    *("article:published_time", "citation_publication_date", "date", "datepublished", "dc.date"),
    *("dc.date.issued", "dcterms.created", "dcterms.date", "og:published_time", "parsely-pub-date"),
    *("pubdate", "publication_date", "publish-date", "publishdate", "sailthru.date"),
    *("cxenseparse:recs:publishtime", "article.published", "og:article:published_time"),
}
"""What pages call the day in their metadata."""
MODIFIED = {
    *("article:modified_time", "datemodified", "dcterms.modified", "last-modified"),
    *("og:updated_time", "lastmod", "revised"),
}
ELSEWHERE = {"aside", "footer", "nav"}
ELSEWHERE_NAMES = (
    *("related", "teaser", "recommend", "promo", "more", "sidebar", "comment", "read-also"),
    *("latest", "trending", "popular", "most-"),
)
"""What boxes around an article are, and are called."""
DEEPEST = 8
"""Levels of JSON-LD in which articles are looked for."""


def published(page: Any) -> date | None:
    """The day on which the article in a page's tree was published, as the page says."""
    article = _article(page)
    facts = (article.get(key) for key in ("datePublished", "uploadDate", "dateCreated"))
    given = chain(_metadata(page, PUBLISHED), facts, _own_times(page))
    return next(filter(None, map(parse_date, given)), None)


def modified(page: Any) -> date | None:
    """The day on which it was last changed, as the page says."""
    given = chain(_metadata(page, MODIFIED), [_article(page).get("dateModified")])
    return next(filter(None, map(parse_date, given)), None)


def _metadata(page: Any, names: set[str]) -> Iterator[str]:
    """What the page's own metadata say, not those of boxes in it."""
    main = _main(page)
    for meta in page.iter("meta"):
        called = {(meta.get(key) or "").lower() for key in ("property", "name", "itemprop")}
        if names & called and _is_own(meta, main):
            yield meta.get("content", "")


def _own_times(page: Any) -> Iterator[str]:
    """The times that are marked as the article's, and then the first in it."""
    main = _main(page)
    times = [time for time in page.iter("time") if _is_own(time, main)]
    marked = [t for t in times if "pubdate" in t.attrib or t.get("itemprop") == "datePublished"]
    for time in (*marked, *[t for t in times if _nearest(t) is not None][:1]):
        yield time.get("datetime") or flat("".join(time.itertext()))


def _main(page: Any) -> Any:
    """The longest of a page's articles, if there is one."""
    return max(page.iter("article"), key=lambda a: len("".join(a.itertext())), default=None)


def _nearest(element: Any) -> Any:
    """The article that an element is in."""
    return next(element.iterancestors("article"), None)


def _is_own(element: Any, main: Any) -> bool:
    """Whether an element is in the page's own article, or in none, and in no box of others."""
    nearest = _nearest(element)
    if nearest is not None and nearest is not main:
        return False
    return not any(_is_box(above) for above in element.iterancestors())


def _is_box(element: Any) -> bool:
    """Whether an element is a box about other articles; one with the headline is none."""
    called = f"{element.get('class', '')} {element.get('id', '')}".lower().split()
    named = any(name.startswith(ELSEWHERE_NAMES) for name in called)
    return (element.tag in ELSEWHERE or named) and next(element.iter("h1"), None) is None


def json_ld(page: Any) -> Iterator[Any]:
    """What a page says of itself for search engines, as far as it is JSON."""
    for script in page.xpath("//script[contains(@type, 'ld+json')]/text()"):
        with suppress(ValueError, RecursionError):
            yield json.loads(script, strict=False)


def _article(page: Any) -> dict[str, Any]:
    """What JSON-LD says of the page's article; nothing where several might be it."""
    articles = [article for data in json_ld(page) for article in articles_in(data, DEEPEST)]
    titles, addresses = _titles(page), _addresses(page)
    own = [a for a in articles if _is_of(a, titles, addresses)] or articles
    days = {parse_date(article.get("datePublished")) for article in own}
    return own[0] if len(days) == 1 else {}


def _titles(page: Any) -> str:
    """All that the page calls itself."""
    heads = [flat("".join(e.itertext())) for tag in ("title", "h1") for e in page.iter(tag)]
    named = page.xpath("//meta[@property='og:title' or @name='twitter:title']/@content")
    return "\n".join([*heads, *map(flat, named)]).casefold()


def _addresses(page: Any) -> set[str]:
    """The addresses that the page gives as its own."""
    canonical = page.xpath("//link[@rel='canonical']/@href")
    return {*canonical, *page.xpath("//meta[@property='og:url']/@content")}


def articles_in(data: Any, depth: int) -> Iterator[dict[str, Any]]:
    """The articles that data are about: those at the top, in a graph, or that a page is about."""
    if isinstance(data, list) and depth:
        for part in data:
            yield from articles_in(part, depth - 1)
    elif isinstance(data, dict) and depth:
        kinds = data.get("@type")
        kinds = kinds if isinstance(kinds, list) else [kinds]
        is_article = any(str(kind).endswith(("Article", "Posting", "Report")) for kind in kinds)
        if is_article or ("@type" not in data and "datePublished" in data):
            yield data
        else:
            yield from articles_in([data.get("@graph"), data.get("mainEntity")], depth - 1)


def _is_of(article: dict[str, Any], titles: str, addresses: set[str]) -> bool:
    page = article.get("mainEntityOfPage")
    given = (page.get("@id") if isinstance(page, dict) else page, article.get("url"))
    named = (flat(str(article.get(key) or "")).casefold() for key in ("headline", "name"))
    return not addresses.isdisjoint(a for a in given if isinstance(a, str)) or any(
        name in titles for name in named if name
    )
