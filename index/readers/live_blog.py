"""The posts of a live blog, where its page lists them for search engines (JSON-LD)."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from index.article import Article
from index.paths import is_address
from index.readers.dates import parse_date
from index.readers.markup import blocks_of, tree_of
from index.readers.outline import Block, laid_out
from index.readers.page_date import DEEPEST, articles_in, json_ld
from index.readers.wording import flat, names, string

KIND = "LiveBlogPosting"
_TAG = re.compile(r"<[a-zA-Z/!]")


def posts(page: Any, source: str) -> list[Article]:
    """The posts that a page's tree lists, each an article; none where it is no live blog."""
    found: dict[str, Article] = {}
    for data in json_ld(page):
        for blog in articles_in(data, DEEPEST):
            if KIND in str(blog.get("@type")):
                found |= {post.source: post for post in _posts(blog, source)}
    return [*found.values()]


def _posts(blog: dict[str, Any], source: str) -> Iterator[Article]:
    updates = blog.get("liveBlogUpdate")
    for number, post in enumerate(updates if isinstance(updates, list) else [updates], 1):
        if isinstance(post, dict) and (article := _post(post, blog, number, source)):
            yield article


def _post(post: dict[str, Any], blog: dict[str, Any], number: int, source: str) -> Article | None:
    shown = flat(string(post.get("headline")) or "")
    text, places = laid_out(_blocks(string(post.get("articleBody")) or ""), shown)
    if not text:
        return None
    title = shown or flat(string(blog.get("headline")) or "") or flat(text)[:100]
    address = string(post.get("url")) or string(post.get("@id")) or ""
    url = address if is_address(address) else None
    author = _authors(post) or _authors(blog)
    name = f"{source}#{_mark(address, post, number)}"
    return Article(name, title, text, _day(post) or _day(blog), url, author, places)


def _mark(address: str, post: dict[str, Any], number: int) -> str:
    """What tells a post from others: what its address ends with, or else its time or number."""
    try:
        mark = urlsplit(address).fragment
    except ValueError:
        mark = ""
    return mark or flat(string(post.get("datePublished")) or "") or str(number)


def _authors(said: dict[str, Any]) -> str | None:
    author = said.get("author")
    given = author if isinstance(author, list) else [author]
    return names([a.get("name") if isinstance(a, dict) else a for a in given])


def _day(said: dict[str, Any]) -> date | None:
    return parse_date(said.get("datePublished"))


def _blocks(body: str) -> Iterator[Block]:
    if not _TAG.search(body):
        return (Block(line) for line in body.splitlines())
    tree = tree_of(body.encode("utf-8", "replace"), "utf-8")
    return iter(()) if tree is None else blocks_of(tree)
