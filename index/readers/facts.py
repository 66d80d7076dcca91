"""What the fields of a text say of its article, those in the lines above it too."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import islice, takewhile
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from index.readers.dates import parse_date
from index.readers.names import field_above, flattened, named
from index.readers.wording import flat
from index.readers.wording import line as one_line

LEAST_ABOVE, MOST_ABOVE = 2, 50
"""Lines that a text has above it with what it is, and may have."""
LONGEST_ABOVE = 20_000
"""Characters of them."""
TELLING = {"title", "published", "author", "url"}
VALUES = 500
"""Of a list of names, how many are kept."""

_ABOVE = re.compile(r"(?P<name>[^\W\d][\w -]{0,30}?)[ \t]*[:：](?!//)[ \t]*(?P<value>.*)")
_LINE = re.compile(r"([^\n]*)(?:\n|$)")
_LETTER = re.compile(r"\w")
_QUOTE = {quote: re.compile(rf"(?<!\w){quote}|{quote}(?!\w)") for quote in "'\""}
_ADDRESSED = re.compile(r"\s*(?:<[^<>]*>|\S+@\S+\.\w+)\s*")

Fields = dict[str, Any]


class Facts(NamedTuple):
    """What fields say of the article."""

    title: str = ""
    published: date | None = None
    url: str | None = None
    author: str | None = None


def facts_of(fields: Fields, plain: Callable[[str], str] = flat) -> Facts:
    """What fields say of the article, whatever they are called; `plain` takes marks away."""
    row = flattened(fields)
    held = named(tuple(row))
    every = {field: [text for name in held.get(field, ()) for text in texts(row[name])]
             for field in ("title", "published", "author")}  # fmt: skip
    authors = (_ADDRESSED.sub("", plain(name)).strip(" ,\"'") for name in every["author"])
    day = next(filter(None, map(parse_date, every["published"])), None)
    addresses = (
        one_line(text) for name in (*held.get("url", ()), "source") for text in texts(row.get(name))
    )
    return Facts(
        next(iter(every["title"]), ""),
        day,
        next(filter(_is_page, addresses), None),
        ", ".join(filter(None, dict.fromkeys(authors))) or None,
    )


def _is_page(address: str) -> bool:
    """Whether it is the address of a page; that of a whole site is no article's."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https")
        and bool(parts.netloc)
        and (parts.path + parts.query) != "/"
    )


def texts(value: object) -> Iterator[str]:
    """The texts of a field: its own, those of its list, or the names in its tables."""
    for item in value[:VALUES] if isinstance(value, list) else [value]:
        named = item.get("name") or item.get("title") if isinstance(item, dict) else item
        if isinstance(named, date | datetime):
            named = named.isoformat()
        if isinstance(named, str) and named.strip():
            yield " ".join(named.split())


class _Above(NamedTuple):
    """A line above a text: the field that it is known to hold, and where its value begins."""

    field: str | None
    value: str
    start: int
    end: int

    def longer(self, line: re.Match[str]) -> "_Above":
        return self._replace(value=f"{self.value} {line[1].strip()}", end=line.end())


def lines_above(text: str) -> tuple[Fields, str] | None:
    """Part a text from the lines that letters and wires have above it, such as "Date: ..."."""
    lines, ends = _run_above(text)
    if not ends:  # what is no field may be the first line of the text
        lines = [*takewhile(lambda line: line.field, lines)]
    fields: Fields = {}
    for line in lines:
        if line.field:
            fields.setdefault(line.field, unquoted(line.value))
    known = sum(line.field is not None for line in lines)
    if known < LEAST_ABOVE or not TELLING & fields.keys():
        return None
    last = lines[-1]
    return (fields, text[last.start if last.field == "text" else last.end :])


def _run_above(text: str) -> tuple[list[_Above], bool]:
    """The lines above a text, and whether they end with an empty one."""
    found: list[_Above] = []
    start = len(text) - len(text.lstrip())
    for line in islice(_LINE.finditer(text, start, start + LONGEST_ABOVE), MOST_ABOVE):
        if found and line[1][:1] in (" ", "\t") and line[1].strip():
            found[-1] = found[-1].longer(line)
        elif field := _ABOVE.fullmatch(line[1]):
            begins = line.start() + field.start("value")
            found.append(_Above(field_above(field["name"]), field["value"], begins, line.end()))
        else:
            return found, not line[1].strip()
    return found, True


def unquoted(written: str) -> str:
    """A value without the quotes around it, and empty where it has no letter."""
    written = written.strip()
    quote = written[:1]
    whole = quote in ("'", '"') and len(written) > 1 and written.endswith(quote)
    plain = written[1:-1] if whole and _is_one(written[1:-1], quote) else written
    return plain if _LETTER.search(plain) else ""


def _is_one(inner: str, quote: str) -> bool:
    """Whether quotes around a text are a pair, though it has some of its own: 'It's over'."""
    marks = [mark.start() for mark in _QUOTE[quote].finditer(inner)]
    ends_first = bool(marks) and bool(inner[: marks[0]][-1:].strip())
    return len(marks) % 2 == 1 or not ends_first
