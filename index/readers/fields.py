"""The facts and the text of an article's row in a dump or table, as a person reads them."""

import html
import re
from collections.abc import Mapping
from datetime import date
from html.parser import HTMLParser
from itertools import chain

from index.paths import is_address
from index.readers.dates import day_in_address, parse_date
from index.readers.outline import Block, laid_out
from index.readers.wording import string

_TAGS = (
    r"(?:p|div|br|b|i|u|em|strong|a|span|ul|ol|li|h[1-6]|table|tr|td|th|img|figure|blockquote"
    r"|script|style|section|article|font|sup|sub|small|pre|hr)"
)
_MARKUP = re.compile(rf"</?{_TAGS}(?:\s[^<>]*)?/?>|<!--(?:\s|\[)", re.IGNORECASE)
_SURE_MARKUP = re.compile(rf"</{_TAGS}>|<(?:p|br|div)(?:\s[^<>]*)?/?>|<!--\s", re.IGNORECASE)
_LAID_OUT = re.compile(r"<(?:p|div|br)\b", re.IGNORECASE)
_IN_BLOCKS = re.compile(r"<(?:li|h[1-6]|tr)\b", re.IGNORECASE)
_ESCAPED = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{2,6}|#x[0-9a-fA-F]{2,5});")
_LITERAL_BREAK = re.compile(r"[.!?…\"”’»)]\\n|\\n\\n|\\r\\n")
_CUT = re.compile(r"\s*\[\+\d+ chars\]\s*$")
"""How NewsAPI ends the beginning of a text, which is all that it gives."""
_SHORTCODE = re.compile(
    r"\[/?(?:gallery|embed|audio|video|playlist|youtube|(?:vc|et_pb|su|wp|fusion|av)_\w+)"
    r"(?:\s[^\]\n]*)?\]"
)
"""WordPress's, but for the captions of pictures."""
_CAPTION = re.compile(r"\[(/?)caption[^\]\n]*\]")
_MISSING = frozenset(("nan", "null", "none", "n/a", "\\n", "undefined"))
"""What programs write into a cell that is empty."""
ESCAPED_AT_MOST = 3
_PARAGRAPHS = (
    "address article aside blockquote body div dd dl dt figcaption figure footer h1 h2 h3 h4 h5 h6"
    " header hr li main nav ol p pre section table tr ul"
)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_UNSEEN = frozenset(("script", "style", "template", "noscript", "iframe", "svg", "title"))
Fields = Mapping[str, list[str]]


def published(row: Mapping[str, object], fields: Fields) -> date | None:
    """The day of a row; when it was changed, and then what its address says, come last."""
    given = chain(fields.get("published", ()), fields.get("modified", ()))
    days = filter(None, (parse_date(row.get(name)) for name in given))
    addresses = (string(row.get(name)) for name in fields.get("url", ()))
    return next(days, None) or next(filter(None, map(day_in_address, addresses)), None)


def first(row: Mapping[str, object], fields: Fields, field: str) -> str | None:
    """The first text that a row has for a field."""
    found = (string(row.get(name)) for name in fields.get(field, ()))
    return next((text for text in found if text and text.lower() not in _MISSING), None)


def address(row: Mapping[str, object], fields: Fields) -> str | None:
    """The address of a row's article; what is none counts only where the field is called "url"."""
    found = (string(row.get(name)) for name in fields.get("url", ()))
    return next((text for text in found if text and is_address(text)), None) or string(
        row.get("url")
    )


def written(value: object) -> str:
    """A text as it is written in a row, or in parts in a list; empty where it is none."""
    if isinstance(value, list):
        parts = (_part(part) for part in value)
        return "\n\n".join(filter(None, parts))
    return value if isinstance(value, str) and value.strip().lower() not in _MISSING else ""


def _part(part: object) -> str:
    """A paragraph of a text that comes in parts, as the Washington Post's do."""
    told = part.get("content") or part.get("text") if isinstance(part, dict) else part
    return told if isinstance(told, str) else ""


def readable(text: str) -> str:
    """A text as a person reads it: without tags, and with what was escaped; else as it is."""
    text = text.replace("\r\n", "\n") if "\r" in text else text
    if "\\n" in text and "\n" not in text and _LITERAL_BREAK.search(text):
        text = text.replace("\\r\\n", "\n").replace("\\n", "\n")
    if "<" in text and _MARKUP.search(text):
        return _unmarked(text)
    for _ in range(ESCAPED_AT_MOST):
        if "&" not in text or not _ESCAPED.search(text):
            break
        text = html.unescape(text)
        if "<" in text and _SURE_MARKUP.search(text):
            return _unmarked(text)
    return _CUT.sub("", text) if text.endswith("chars]") else text


def marked_up(text: str) -> str:
    """The HTML of a text, where it was escaped once or twice more than it should be."""
    found = text
    for _ in range(ESCAPED_AT_MOST):
        if "<" in found or ("&lt;" not in found and "&amp;" not in found):
            break
        found = html.unescape(found)
    return found if _SURE_MARKUP.search(found) else text


def without_shortcodes(text: str) -> str:
    """The HTML of a text as WordPress keeps it, without what it replaces in it."""
    return _SHORTCODE.sub("", _CAPTION.sub(r"<\1figure>", text)) if "[" in text else text


def _unmarked(text: str) -> str:
    text = without_shortcodes(text.replace("<![CDATA[", "").replace("]]>", ""))
    return _CUT.sub("", laid_out(_blocks(text))[0])


def _blocks(text: str) -> list[Block]:
    if _LAID_OUT.search(text):
        text = re.sub(r"\s+", " ", text)
    elif _IN_BLOCKS.search(text):  # and paragraphs between blank lines, as WordPress keeps them
        text = re.sub(r"[^\S\n]*\n(?!\s*\n)(?<!\n\n)", " ", text)
    parser = _Blocks()
    parser.feed(text)
    parser.close()
    return parser.ended()


class _Blocks(HTMLParser):
    """The paragraphs of a cell; parsed in Python, since its sender may mean harm."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._blocks: list[Block] = []
        self._words: list[str] = []
        self._is_heading = False
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in _UNSEEN
        if tag in _PARAGRAPHS.split():
            self._end()
            self._is_heading = tag in _HEADINGS
        elif tag == "br":
            self._words.append("\n")
        elif tag in ("td", "th") and "".join(self._words).strip():
            self._words.append(" | ")

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in _UNSEEN and self._unseen > 0
        if tag in _PARAGRAPHS.split():
            self._end()

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._words.append(data)

    def ended(self) -> list[Block]:
        self._end()
        return self._blocks

    def _end(self) -> None:
        text = "".join(self._words)
        self._words.clear()
        if text.strip(" |\n"):
            self._blocks += (Block(part, self._is_heading) for part in text.split("\n\n"))
        self._is_heading = False
