"""Documents of LlamaIndex as rows of a feed dump, each under a name that stays the same.

A reader gives most documents a random id whenever it runs. What names an article instead is its
address, an id of its own, or its file.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from index.paths import is_address
from index.readers.dates import find_date, parse_date
from index.readers.fields import published, readable
from index.readers.names import named, plain_name
from index.readers.wording import keepable, line, names, string, title_of, title_of_file

Row = dict[str, Any]

_URLS = ("source", "page_url", "web_view_link", "webviewlink", "html_url", "web_url", "uri")
_FILES = ("file_path", "path", "file_name", "filename", "key")
_IDS = ("page_id", "message_id", "document_id", "node_id", "issue_id", "thread_id", "channel")
_TITLES = ("page_title", "subject", "document_title", "issue_title", "name")
_AUTHORS = ("user", "sender", "from", "created_by", "owner")
_MADE = ("created_time", "create_time", "creation_time", "sent_at", "posted_at", "sent", "ts")
_EDITED = ("last_edited_time", "modified_time", "last_modified_time", "edited_at", "last_updated")
_PAGE = "page_label"
_RANDOM = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.I)
"""A UUID as LlamaIndex makes one where a reader gives no id."""


class _Named(NamedTuple):
    """A document's name, whether that is an address, and the rest of what is known of it."""

    name: str
    is_url: bool
    text: str
    id: str | None
    known: Mapping[str, Any]

    @property
    def page(self) -> str | None:
        """The label of the page that it is of its file."""
        return None if self.is_url else string(self.known.get(_PAGE))


def rows_of(documents: Iterable[Any], folders: Sequence[str] = ()) -> list[Row]:
    """Return the documents as rows, pages of one file joined; a path in a folder is relative to it.

    A document without text becomes a row with a `problem`.
    """
    found = [_named(document, folders) for document in documents]
    rows = [
        row
        for _, group in groupby(found, key=lambda d: (d.name, d.page is not None))
        for row in _rows([*group])
    ]
    return [*_each_named_once(rows)]


def _named(document: Any, folders: Sequence[str]) -> _Named:
    text = getattr(document, "text", None)
    metadata = getattr(document, "metadata", None)
    given: Mapping[Any, Any] = metadata if isinstance(metadata, Mapping) else {}
    known = {plain_name(str(key)): _plain(value) for key, value in given.items()}
    text = text if isinstance(text, str) else ""
    own = _own_id(document, known)
    url = _first(known, (*named(tuple(known)).get("url", ()), *_URLS), is_address)
    file = _first(known, _FILES)
    if url:
        return _Named(url, True, text, own, known)
    if file and (_PAGE in known or not own or file in own):
        return _Named(_relative(file, folders), False, text, None, known)
    name = own or _first(known, (*named(tuple(known)).get("id", ()), *_IDS))
    name = name or hashlib.sha256(text.encode(errors="replace")).hexdigest()[:16]
    return _Named(name, is_address(name), text, None, known)


def _plain(value: object) -> object:
    """A value as JSON has it: a date as it is written."""
    return value.isoformat() if isinstance(value, date | datetime) else value


def _own_id(document: Any, known: Mapping[str, Any]) -> str | None:
    """The id that its source has for it; None for a random one."""
    own = string(getattr(document, "id_", None))
    return own if own and (own in known.values() or not _RANDOM.fullmatch(own)) else None


def _first(
    known: Mapping[str, Any], keys: Iterable[str], fits: Callable[[str], bool] = bool
) -> str | None:
    found = (string(known.get(key)) for key in keys)
    return next((value for value in found if value and fits(value)), None)


def _relative(file: str, folders: Sequence[str]) -> str:
    path = Path(file)
    inside = (Path(f).absolute() for f in folders if f and path.is_relative_to(Path(f).absolute()))
    return next((path.relative_to(folder).as_posix() for folder in inside), file)


def _rows(group: Sequence[_Named]) -> Iterator[Row]:
    """The rows of documents of one name: pages are one article, others each their own."""
    if group[0].page is None:
        yield from (_row(document, document.text, []) for document in group)
        return
    text, places = "", []
    for page in group:
        said = keepable(readable(page.text)).strip()
        start = len(text) + 2 if text else 0
        text += f"\n\n{said}" if text else said
        places.append([start, len(text), f"page {page.page}"])
    yield _row(group[0], text, places)


def _row(document: _Named, text: str, places: list[Any]) -> Row:
    name = {"url" if document.is_url else "id": document.name}
    if not text.strip():
        return name | {"problem": "has no text"}
    about = {
        "title": _title(document, text),
        "published": _day(document.known, text),
        "author": _author(document.known),
        "guid": document.id,
        "places": places or None,
    }
    return name | {"text": text} | {key: value for key, value in about.items() if value}


def _title(document: _Named, text: str) -> str | None:
    fields = named(tuple(document.known)).get("title", ())
    title = line(_first(document.known, (*fields, *_TITLES)))
    title = title or title_of(text).lstrip("#").strip()  # many readers give Markdown
    return title or (None if document.is_url else title_of_file(Path(document.name)))


def _day(known: Mapping[str, Any], text: str) -> str | None:
    """The day in the metadata, else at the top of the text; when a file was written is no day."""
    row = {
        **known,
        "created_at": known.get("created_at") or _first_dated(known, _MADE),
        "updated_at": known.get("updated_at") or _first_dated(known, _EDITED),
    }
    day = published(row, named(tuple(row))) or find_date(text)
    return day.isoformat() if day else None


def _first_dated(known: Mapping[str, Any], keys: Iterable[str]) -> object:
    return next((known[key] for key in keys if parse_date(known.get(key))), None)


def _author(known: Mapping[str, Any]) -> str | None:
    fields = (*named(tuple(known)).get("author", ()), *_AUTHORS)
    return next(filter(None, (names(known.get(key)) for key in fields)), None)


def _each_named_once(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows; one that shares its name with an earlier one is numbered."""
    counts: dict[tuple[Any, ...], int] = {}
    for row in rows:
        key = row.get("url"), row.get("id"), row.get("guid")
        counts[key] = number = counts.get(key, 0) + 1
        if number == 1:
            yield row
        elif "url" in row:
            yield row | {"guid": f"{row['guid']}-{number}" if "guid" in row else str(number)}
        else:
            yield row | {"id": f"{row['id']}#{number}"}
