"""Elements of HTML, or of what resembles it, into paragraphs and headings."""

import re
from collections.abc import Iterator
from typing import Any

from index.readers.outline import Block

_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6", "head"}
_BLOCKS = _HEADINGS | {
    *("address", "article", "aside", "blockquote", "body", "caption", "dd", "div", "dl", "dt"),
    *("figcaption", "figure", "footer", "header", "hr", "item", "li", "list", "main", "nav", "ol"),
    *("p", "pre", "quote", "row", "section", "table", "tbody", "tfoot", "thead", "tr", "ul"),
}
_CELLS = {"cell", "td", "th"}
_BREAKS = {"br", "lb"}
_UNSEEN = {
    *("audio", "canvas", "iframe", "math", "noscript", "object", "script", "style"),
    *("select", "svg", "template", "textarea", "title", "video"),
}


def tree_of(data: bytes, encoding: str | None) -> Any:
    """The elements of a page or of a piece of one, or None where there is none.

    With None as its encoding, it is read in what it says of itself.
    """
    from lxml import etree, html  # noqa: PLC0415 - costs start-up time

    if not data.strip():
        return None
    try:
        return html.document_fromstring(data, parser=html.HTMLParser(encoding=encoding))
    except (etree.ParserError, etree.XMLSyntaxError):
        return None


def blocks_of(root: Any) -> Iterator[Block]:
    """The blocks under an element of lxml, in order."""
    from lxml import etree  # noqa: PLC0415 - costs start-up time

    words: list[str] = []
    heading = unseen = 0
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if event in ("comment", "pi"):
            words.append("" if unseen else element.tail or "")
            continue
        tag = re.sub(r"^\{.*\}", "", element.tag).lower() if isinstance(element.tag, str) else ""
        step = 1 if event == "start" else -1
        if tag in _BLOCKS and not unseen:
            yield from _flushed(words, bool(heading))
        heading += step * (tag in _HEADINGS)
        unseen += step * (tag in _UNSEEN)
        if event == "start":
            if tag in _CELLS and any(words):
                words.append(" | ")
            words.append("" if unseen else ("\n" if tag in _BREAKS else "") + _spaced(element.text))
        else:
            words.append("" if unseen or element is root else _spaced(element.tail))
    yield from _flushed(words, bool(heading))


def _spaced(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "")


def _flushed(words: list[str], is_heading: bool) -> Iterator[Block]:
    text = "".join(words).strip(" |\n")
    words.clear()
    if text:
        yield Block(text.replace("\n", " ") if is_heading else text, is_heading)
