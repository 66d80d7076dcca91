"""EPUB files: the chapters in the order in which they are to be read.

Everything is found by its name within the archive, so that no path leads out of it.
"""

import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from zipfile import ZipFile

from lxml import etree

from index.article import Article
from index.readers.archive import opened
from index.readers.dates import find_date, parse_date
from index.readers.markup import blocks_of, tree_of
from index.readers.outline import Block, laid_out
from index.readers.problem import Problem
from index.readers.wording import flat, given_title, title_of_file

CONTAINER = "META-INF/container.xml"
RIGHTS = "META-INF/rights.xml"
"""Is there where a bookseller has locked the text."""


def read(path: Path, source: str) -> Iterator[Article | Problem]:
    """The one article of an EPUB file."""
    archive = opened(path, source)
    if isinstance(archive, Problem):
        yield archive
        return
    with archive:
        if CONTAINER not in archive.namelist():
            yield Problem(source, "no EPUB file; save it anew")
            return
        if RIGHTS in archive.namelist():
            yield Problem(source, "protected against copying; ask its publisher for an open one")
            return
        package_name = _xml(archive, CONTAINER).xpath(
            "string(//*[local-name()='rootfile']/@full-path)"
        )
        package = _xml(archive, package_name)
        chapters = [posixpath.join(posixpath.dirname(package_name), h) for h in _spine(package)]
        blocks = [block for chapter in chapters for block in _blocks(archive, chapter)]
    title = given_title(_fact(package, "title")) or title_of_file(path)
    text, places = laid_out(blocks, title)
    if not text:
        yield Problem(source, "empty")
        return
    published = parse_date(_fact(package, "date")) or find_date(text)
    yield Article(source, title, text, published, None, _fact(package, "creator"), places)


def _xml(archive: ZipFile, name: str) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return etree.fromstring(archive.read(name), parser)


def _fact(package: Any, name: str) -> str | None:
    found = package.xpath(f"//*[local-name()='metadata']/*[local-name()='{name}']")
    return ", ".join(filter(None, (flat("".join(e.itertext())) for e in found))) or None


def _spine(package: Any) -> list[str]:
    """The chapters' addresses as the package file gives them, in reading order, once each."""
    files = {item.get("id"): item.get("href", "") for item in package.iter("{*}item")}
    named = (files.get(item.get("idref"), "") for item in package.iter("{*}itemref"))
    return [unquote(urlsplit(href).path) for href in dict.fromkeys(named) if href]


def _blocks(archive: ZipFile, chapter: str) -> Iterator[Block]:
    """What a chapter holds; nothing if it is not there."""
    name = posixpath.normpath(chapter)
    if name in archive.namelist():
        tree = tree_of(archive.read(name), "utf-8")
        yield from () if tree is None else blocks_of(tree)
