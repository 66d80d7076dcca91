"""Feed dumps: one article a line, as JSON.

It also reads the rows of other tables that name their columns alike.
"""

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from index.article import Article, Place
from index.dates import parse_date
from index.readers.problem import MAX_BYTES, Problem
from index.readers.wording import keepable, names, string, title_of
from index.readers.wording import line as one_line

MOST_SKIPPED = 10 * MAX_BYTES
"""Bytes of one line that are read over to come to the next."""


def read_dump(path: Path, source: str) -> Iterator[Article | Problem]:
    """The articles of a feed dump, gzipped or not."""
    zipped = path.name.lower().endswith(".gz")
    try:
        with gzip.open(path) if zipped else path.open("rb") as stream:
            for number, line in _lines(stream):
                yield from _read_row(line, number, source)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        yield Problem(source, f"broken gzip file ({error})", incomplete=True)


def _lines(stream: BinaryIO | gzip.GzipFile) -> Iterator[tuple[int, bytes | None]]:
    """Each line with its number; None for one that is too long to hold.

    After one that comes to no end, as a bomb's does, nothing more is read.
    """
    number = 0
    while line := stream.readline(MAX_BYTES):
        number += 1
        if len(line) < MAX_BYTES or line.endswith(b"\n"):
            yield number, line
            continue
        skipped = 0
        while line and not line.endswith(b"\n") and skipped < MOST_SKIPPED:
            line = stream.readline(MAX_BYTES)
            skipped += len(line)
        yield number, None
        if skipped >= MOST_SKIPPED:
            return


def _read_row(line: bytes | None, number: int, source: str) -> Iterator[Article | Problem]:
    if line is None:
        reason = f"a line of more than {MAX_BYTES // 1_000_000} MB"
        yield Problem(source, reason, number, incomplete=True)
        return
    try:
        written = line.decode("utf-8-sig" if number == 1 else "utf-8")
        row = json.loads(written) if written.strip() else None
    except UnicodeDecodeError:
        yield Problem(source, "not UTF-8 text; save it as UTF-8", number)
        return
    except (ValueError, RecursionError) as error:
        yield Problem(source, f"not JSON ({error})", number)
        return
    if written.strip():
        for found in _articles_in(row):
            yield article_of(found, number, source)


def _articles_in(row: object) -> list[Any]:
    """The row itself, or what a search found, as RealTimeQA publishes it."""
    found = row.get("search_result") if isinstance(row, dict) and "text" not in row else None
    return found if isinstance(found, list) else [row]


def article_of(row: object, number: int, source: str) -> Article | Problem:
    """The article of a row, in the `number`-th line of the file that `source` names."""
    if not isinstance(row, dict):
        return Problem(source, "not a JSON object", number)
    url = string(row.get("url"))
    # BEIR's `_id` comes first: its judgements use it, and its passages of a page share their url.
    name = string(row.get("_id")) or url or string(row.get("id")) or string(row.get("doc_id"))
    text = row.get("text")
    if not name:
        return Problem(source, "has neither url nor id", number)
    if why := string(row.get("problem")):
        return Problem(name, why)
    if not isinstance(text, str) or not text.strip():
        return Problem(source, "has no text", number)
    text = keepable(text)
    title = one_line(row.get("title")) or title_of(text) or name
    published = parse_date(row.get("published")) or parse_date(row.get("publish_date"))
    places = _places(row.get("places"), len(text))
    return Article(name, title, text, published, url, names(row.get("author")), places)


def _places(written: object, length: int) -> tuple[Place, ...]:
    """The places of a text of that length, or none where they are not well written."""
    try:
        places = tuple(Place(*place) for place in written) if isinstance(written, list) else ()
        edges = [edge for place in places for edge in place[:2]]
        good = edges == sorted(edges) and all(0 <= edge <= length for edge in edges)
    except TypeError:
        return ()
    named = all(isinstance(place.label, str) and type(place.start) is int for place in places)
    return places if good and named else ()
