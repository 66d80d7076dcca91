"""OpenDocument texts (.odt), without what was deleted and what is only remarked."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from lxml import etree

from index.article import Article
from index.readers.archive import opened
from index.readers.dates import find_date
from index.readers.outline import Block, laid_out
from index.readers.problem import Problem
from index.readers.wording import flat, given_title, title_of, title_of_file

CONTENT, FACTS = "content.xml", "meta.xml"
LOCKED = "META-INF/manifest.xml"
_GONE = {
    *("tracked-changes", "annotation", "annotation-end", "ruby-text", "forms", "note-citation"),
    *("sequence-decls", "table-of-content", "variable-decls", "user-field-decls", "desc", "title"),
}
_ASIDE = {"note-body", "text-box"}
_LETTERS = {"tab": " ", "line-break": "\n", "s": " "}


def read(path: Path, source: str) -> Iterator[Article | Problem]:
    """The one article of an OpenDocument text."""
    archive = opened(path, source)
    if isinstance(archive, Problem):
        yield archive
        return
    with archive:
        names = archive.namelist()
        if CONTENT not in names:
            yield Problem(source, "no OpenDocument text; save it anew")
            return
        if LOCKED in names and b"encryption-data" in archive.read(LOCKED):
            yield Problem(source, "protected by a password; save it without one")
            return
        body = _xml(archive, CONTENT).find(".//{*}body/{*}text")
        facts = _xml(archive, FACTS) if FACTS in names else None
    blocks = [*_blocks(() if body is None else body)]
    first = title_of("\n\n".join(block.text for block in blocks[:2]))
    title = given_title(_fact(facts, "title")) or first
    text, places = laid_out(blocks, title)
    if not text:
        yield Problem(source, "empty")
        return
    author = _fact(facts, "initial-creator") or _fact(facts, "creator") or None
    title = title or title_of_file(path)
    yield Article(source, title, text, find_date(text), None, author, places)


def _xml(archive: ZipFile, name: str) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return etree.fromstring(archive.read(name), parser)


def _fact(facts: Any, name: str) -> str:
    return flat(facts.findtext(f".//{{*}}{name}") or "") if facts is not None else ""


def _blocks(parent: Any) -> Iterator[Block]:
    """The paragraphs, headings and rows of tables under an element."""
    for element in parent:
        name = _name(element)
        if name in ("p", "h"):
            words: list[str] = []
            aside: list[Block] = []
            _gather(element, words, aside)
            yield Block("".join(words), name == "h")
            yield from aside
        elif name == "table-row":
            cells = (" ".join(flat(b.text) for b in _blocks([cell])) for cell in element)
            yield Block(" | ".join(filter(None, map(str.strip, cells))))
        elif name not in _GONE:
            yield from _blocks(element)


def _gather(element: Any, words: list[str], aside: list[Block]) -> None:
    words.append(_spaced(element.text))
    for inner in element:
        name = _name(inner)
        if name in _ASIDE:
            aside += _blocks(inner)
        elif name in _LETTERS:
            words.append(_LETTERS[name])
        elif name not in _GONE:
            _gather(inner, words, aside)
        words.append(_spaced(inner.tail))


def _spaced(text: str | None) -> str:
    """Text with its line ends as blanks: those that count are elements."""
    return (text or "").replace("\n", " ")


def _name(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else "annotation"
