"""What rows of dumps and tables call the facts of an article, and how their texts are written."""

import html
import re
from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache
from html.parser import HTMLParser
from itertools import chain

from index.readers.dates import day_in_address, parse_date
from index.readers.outline import Block, laid_out
from index.readers.wording import string

NAMES = {
    "text": (
        *("text", "body", "content", "article_body", "article", "full_text", "article_text"),
        *("maintext", "main_text", "story", "content_text", "content_html", "body_text"),
        *("body_html", "inhalt", "artikel", "artikeltext", "texte", "contenu", "corps", "texto"),
        *("contenido", "cuerpo", "description", "summary", "beschreibung", "descripción"),
    ),
    "title": ("title", "headline", "heading", "titel", "überschrift", "titre", "título", "titulo"),
    "url": (
        *("url", "link", "source_url", "article_url", "permalink", "canonical_url", "web_url"),
        *("quelle", "adresse", "lien", "enlace", "href"),
    ),
    "id": ("id", "doc_id", "article_id", "guid", "uuid", "nr", "nummer"),
    "author": (
        *("author", "authors", "byline", "creator", "writer", "autor", "autorin", "auteur"),
        *("verfasser", "dc_creator"),
    ),
    "published": (
        *("published", "date", "published_at", "publish_date", "publication_date", "pub_date"),
        *("pubdate", "published_date", "date_published", "published_on", "published_time"),
        *("first_published", "datetime", "date_time", "timestamp", "datum", "veröffentlicht"),
        *(
            "veröffentlicht_am",
            "erschienen",
            "fecha",
            "publicado",
            "publié",
            "publié_le",
            "dc_date",
        ),
        *("created", "created_at", "date_created"),
    ),
    "modified": (
        *("date_modified", "modified", "modified_at", "updated", "updated_at", "last_modified"),
        *("aktualisiert", "actualizado"),
    ),
}
"""What a column or key may be called that holds a field of a feed dump; the first count most."""

_MARKUP = re.compile(
    r"</?(?:p|div|br|b|i|u|em|strong|a|span|ul|ol|li|h[1-6]|table|tr|td|th|img|figure|blockquote"
    r"|script|style|section|article|font|sup|sub|small|pre|hr)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_LAID_OUT = re.compile(r"<(?:p|div|br|li|h[1-6]|tr)\b", re.IGNORECASE)
_ESCAPED = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{2,6}|#x[0-9a-fA-F]{2,5});")
_LITERAL_BREAK = re.compile(r"[.!?…\"”’»)]\\n|\\n\\n|\\r\\n")
_PARAGRAPHS = (
    "address article aside blockquote body div dd dl dt figcaption figure footer h1 h2 h3 h4 h5 h6"
    " header hr li main nav ol p pre section table tr ul"
)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_UNSEEN = frozenset(("script", "style", "template", "noscript", "iframe", "svg", "title"))


@cache
def plain_name(written: str) -> str:
    """A column's name in small letters: "datePublished" and "Date published" are one."""
    split = re.sub(r"(?<=[a-zäöüß])(?=[A-Z])", "_", written.strip())
    return re.sub(r"[\W_]+", "_", split.lower()).strip("_")


@lru_cache(maxsize=1_000)
def named(names: tuple[str, ...]) -> dict[str, list[str]]:
    """Which of these names hold which field, those that count most first."""
    written: dict[str, str] = {}
    for name in names:
        written.setdefault(plain_name(name), name)
    return {
        field: found
        for field, known in NAMES.items()
        if (found := [written[name] for name in known if name in written])
    }


def published(row: Mapping[str, object], fields: Mapping[str, list[str]]) -> date | None:
    """The day of a row; when it was changed, and then what its address says, come last."""
    given = chain(fields.get("published", ()), fields.get("modified", ()))
    days = filter(None, (parse_date(row.get(name)) for name in given))
    addresses = (string(row.get(name)) for name in fields.get("url", ()))
    return next(days, None) or next(filter(None, map(day_in_address, addresses)), None)


def readable(text: str) -> str:
    """A text as a person reads it: without tags, and with what was escaped; else as it is."""
    if "\\n" in text and "\n" not in text and _LITERAL_BREAK.search(text):
        text = text.replace("\\r\\n", "\n").replace("\\n", "\n")
    if "<" in text and _MARKUP.search(text):
        return laid_out(_blocks(text))[0]
    return html.unescape(text) if "&" in text and _ESCAPED.search(text) else text


def _blocks(text: str) -> list[Block]:
    if _LAID_OUT.search(text):
        text = re.sub(r"\s+", " ", text)
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
