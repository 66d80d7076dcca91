"""Feeds: RSS, Atom and JSON Feed, told apart by what they hold."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax import SAXException

import feedparser

from index.article import Article
from index.paths import is_address
from index.readers.dates import day_in_address, parse_date
from index.readers.dump import article_of
from index.readers.encoding import declared_in, decode
from index.readers.fields import marked_up, without_shortcodes
from index.readers.markup import blocks_of, tree_of
from index.readers.names import flattened, named
from index.readers.outline import Block, laid_out
from index.readers.problem import Problem, read_bytes
from index.readers.wording import flat, names, string

MAX_BYTES = 20_000_000
JSON_FEED = "https://jsonfeed.org/version/"
DEEPEST = 4
"""Levels of an answer of a service in which its list of articles is looked for."""
UTF8 = {"content-type": "application/xml; charset=utf-8"}
_VERSION = re.compile(r"#\d{1,2}")
_DECLARED = re.compile(r"<\?xml[^>]*\?>")
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
NO_FEED = "holds no feed; RSS, Atom and JSON Feed are read"
NO_TEXT = "the feed holds no text of it; index the feed by its address to have its pages fetched"


def read(path: Path, source: str) -> Iterator[Article | Problem]:
    """The entries of a feed, each an article whose source is its address, or its id."""
    data = read_bytes(path, source, MAX_BYTES)
    if isinstance(data, Problem):
        yield data
        return
    decoded = decode(data, declared_in(data))
    text = decoded[0].lstrip("\ufeff\0 \t\r\n") if decoded else ""
    if text[:1] in ("{", "["):
        yield from _told_apart([*_json(text, source)])
    elif "<!ENTITY" in text:
        yield Problem(source, "defines entities, as no feed has to and bombs do")
    else:
        yield from _told_apart([*_xml_feed(text, source)])
    if decoded and decoded[1]:
        yield Problem(source, decoded[1], doubtful=True)


def _told_apart(found: list[Article | Problem]) -> Iterator[Article | Problem]:
    """The entries of a feed; those that share a link and have no ids go by their titles.

    An id that is the link and a number behind it, as the BBC has them, counts versions.
    """
    links = Counter(item.source for item in found if isinstance(item, Article))
    for item in found:
        if isinstance(item, Article) and is_address(item.source):
            shared = links[item.source] > 1
            if shared and not item.entry:
                yield replace(item, entry=item.title)
                continue
            if not shared and _VERSION.fullmatch((item.entry or "").removeprefix(item.source)):
                yield replace(item, entry=None)
                continue
        yield item


def _xml_feed(text: str, source: str) -> Iterator[Article | Problem]:
    # It is in UTF-8 from here on, whatever it says; feedparser looks for nothing else.
    data = _UNFIT.sub("", _DECLARED.sub("", text, count=1)).encode("utf-8", "replace")
    feed = feedparser.parse(BytesIO(data), response_headers=UTF8)
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
            entry.get("link"),
            entry.get("id"),
            entry.get("title"),
            blocks,
            days=[entry.get(name) for name in ("published", "created", "updated")],
            authors=[author.get("name") for author in entry.get("authors", [])],
            otherwise=f"{source}#{number}",
        )
    if isinstance(feed.get("bozo_exception"), SAXException):
        yield Problem(source, "broken XML; what could be read of it was", incomplete=True)


def _json(text: str, source: str) -> Iterator[Article | Problem]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        rows = _lines_of_json(text)
        if not rows:
            yield Problem(source, f"not JSON ({error})")
        for number, row in rows:
            yield article_of(row, number, source)
        return
    if isinstance(found, dict) and str(found.get("version")).startswith(JSON_FEED):
        entries = found.get("items")
        if isinstance(entries, list):
            yield from _json_feed(entries, source)
            return
    rows = _rows(found)
    if not rows:
        yield Problem(source, NO_FEED)
    for number, row in enumerate(rows, 1):
        if isinstance(row, dict):
            row["_row"] = f"{source}#{number}"
        yield article_of(row, number, source)


def _lines_of_json(text: str) -> list[tuple[int, Any]]:
    """The rows of a dump, one a line, that is called ".json"; none where it is something else."""
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    try:
        return [(number, json.loads(line)) for number, line in lines] if len(lines) > 1 else []
    except (ValueError, RecursionError):
        return []


def _rows(found: Any, depth: int = DEEPEST) -> list[Any]:
    """The articles in what a program saved: a list, one article, or the answer of a service."""
    if isinstance(found, list):
        return found if any(map(_is_row, found)) else []
    if not isinstance(found, dict) or not depth:
        return []
    lists = (
        _rows(inside, depth - 1) for inside in found.values() if isinstance(inside, list | dict)
    )
    inner = max(lists, key=len, default=[])
    return [found] if not inner and _is_row(found) else inner


def _is_row(found: Any) -> bool:
    """Whether it is an object that has a text, or what else an article has."""
    fields = named(tuple(flattened(found))) if isinstance(found, dict) else {}
    return ("text" in fields and len(fields) > 1) or {"title", "url"} <= fields.keys()


def _json_feed(entries: list[Any], source: str) -> Iterator[Article | Problem]:
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, dict):
            yield Problem(source, "not a JSON object", number)
            continue
        marked = string(entry.get("content_html"))
        plain = string(entry.get("content_text")) or string(entry.get("summary")) or ""
        given = entry.get("authors") or [entry.get("author")]
        authors = given if isinstance(given, list) else []
        yield _article(
            entry.get("url") or entry.get("external_url"),
            entry.get("id"),
            entry.get("title"),
            _marked_up(marked) if marked else _plain(plain),
            days=[entry.get("date_published"), entry.get("date_modified")],
            authors=[a.get("name") for a in authors if isinstance(a, dict)],
            otherwise=f"{source}#{number}",
        )


def _article(
    address: object,
    number: object,
    title: object,
    blocks: Iterator[Block],
    *,
    days: list[object],
    authors: list[Any],
    otherwise: str,
) -> Article | Problem:
    link, guid = string(address), string(number)
    name = link or guid or otherwise
    # Titles may be marked up too, and may be missing.
    shown = flat(" ".join(block.text for block in _marked_up(string(title) or "")))
    text, places = laid_out(blocks, shown)
    if not text:
        return Problem(name, NO_TEXT)
    shown = shown or flat(text)[:100]
    url = name if is_address(name) else None
    published = next(filter(None, map(parse_date, days)), None) or day_in_address(url)
    entry = guid if guid and guid != name else None
    return Article(name, shown, text, published, url, names(authors), places, entry)


def _marked_up(text: str) -> Iterator[Block]:
    text = without_shortcodes(marked_up(text))
    tree = tree_of(text.encode("utf-8", "replace"), "utf-8")
    return iter(()) if tree is None else blocks_of(tree)


def _plain(text: str) -> Iterator[Block]:
    return (Block(" ".join(paragraph.split())) for paragraph in text.split("\n\n"))
