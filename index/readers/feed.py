"""Feeds: RSS, Atom and JSON Feed, told apart by what they hold.

It knows nothing of the network: an entry is what the feed itself says of an article.
"""

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax import SAXException

import feedparser

from index.article import Article
from index.dates import parse_date
from index.readers.markup import blocks_of, tree_of
from index.readers.outline import Block, laid_out
from index.readers.problem import Problem, read_bytes
from index.readers.wording import flat, names, string

MAX_BYTES = 20_000_000
JSON_FEED = "https://jsonfeed.org/version/"
NO_FEED = "holds no feed; RSS, Atom and JSON Feed are read"
NO_TEXT = "the feed holds no text of it; index the feed by its address to have its pages fetched"


def read(path: Path, source: str) -> Iterator[Article | Problem]:
    """The entries of a feed, each an article whose source is its address, or its id."""
    data = read_bytes(path, source, MAX_BYTES)
    if isinstance(data, Problem):
        yield data
    elif data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        yield from _json_feed(data, source)
    elif b"<!ENTITY" in data.replace(b"\0", b""):  # it may come in UTF-16
        yield Problem(source, "defines entities, as no feed has to and bombs do")
    else:
        yield from _xml_feed(data, source)


def _xml_feed(data: bytes, source: str) -> Iterator[Article | Problem]:
    feed = feedparser.parse(BytesIO(data))
    if not feed.get("version"):
        yield Problem(source, NO_FEED)
        return
    for number, entry in enumerate(feed.entries, 1):
        # Of the forms in which a feed gives an article, the longest says most.
        given = [*entry.get("content", []), entry.get("summary_detail", {})]
        longest = max(given, key=lambda form: len(form.get("value", "")))
        text = longest.get("value", "")
        blocks = _plain(text) if longest.get("type") == "text/plain" else _marked_up(text)
        yield _article(
            entry.get("link") or entry.get("id"),
            entry.get("title"),
            blocks,
            entry.get("published") or entry.get("updated"),
            [author.get("name") for author in entry.get("authors", [])],
            otherwise=f"{source}#{number}",
        )
    if isinstance(feed.get("bozo_exception"), SAXException):
        yield Problem(source, "broken XML; what could be read of it was", incomplete=True)


def _json_feed(data: bytes, source: str) -> Iterator[Article | Problem]:
    try:
        feed = json.loads(data)
    except (ValueError, RecursionError) as error:
        yield Problem(source, f"not JSON ({error})")
        return
    entries = feed.get("items")
    if not str(feed.get("version")).startswith(JSON_FEED) or not isinstance(entries, list):
        yield Problem(source, NO_FEED)
        return
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, dict):
            yield Problem(source, "not a JSON object", number)
            continue
        marked = string(entry.get("content_html"))
        plain = string(entry.get("content_text")) or string(entry.get("summary")) or ""
        authors = entry.get("authors") or [entry.get("author")]
        yield _article(
            entry.get("url") or entry.get("external_url") or entry.get("id"),
            entry.get("title"),
            _marked_up(marked) if marked else _plain(plain),
            entry.get("date_published"),
            [a.get("name") for a in authors if isinstance(a, dict)]
            if isinstance(authors, list)
            else [],
            otherwise=f"{source}#{number}",
        )


def _article(
    address: object,
    title: object,
    blocks: Iterator[Block],
    published: object,
    authors: list[Any],
    *,
    otherwise: str,
) -> Article | Problem:
    name = string(address) or otherwise
    # Titles may be marked up too, and may be missing.
    shown = flat(" ".join(block.text for block in _marked_up(string(title) or "")))
    text, places = laid_out(blocks, shown)
    if not text:
        return Problem(name, NO_TEXT)
    shown = shown or flat(text)[:100]
    url = name if name.startswith(("http://", "https://")) else None
    return Article(name, shown, text, parse_date(published), url, names(authors), places)


def _marked_up(text: str) -> Iterator[Block]:
    tree = tree_of(text.encode("utf-8", "replace"), "utf-8")
    return iter(()) if tree is None else blocks_of(tree)


def _plain(text: str) -> Iterator[Block]:
    return (Block(" ".join(paragraph.split())) for paragraph in text.split("\n\n"))
