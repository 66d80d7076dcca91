"""Feed dumps: one article a line, as JSON.

It also reads the rows of other tables that name their columns alike.
"""

import gzip
import io
import json
import zlib
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from index.article import Article, Place
from index.readers.bounded import open_bounded
from index.readers.encoding import Encoding, encoding_of_lines, marked
from index.readers.fields import address, first, published, readable, written
from index.readers.names import flattened, named
from index.readers.problem import MAX_BYTES, Problem
from index.readers.wording import keepable, names, string, title_of
from index.readers.wording import line as one_line

MOST_SKIPPED = 10 * MAX_BYTES
"""Bytes of one line that are read over to come to the next."""
GROWS = "was written to while it was read; what came last is read the next time"
LOOKED_AT = 100_000
"""Lines from which the encoding of a file is guessed that is not in UTF-8."""


def read_dump(path: Path, source: str) -> Iterator[Article | Problem]:
    """The articles of a feed dump, gzipped or not."""
    try:
        with _opened(path) as stream:
            yield from _Rows(path, source).read(stream)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        yield Problem(source, f"broken gzip file ({error})", incomplete=True)


def _opened(path: Path) -> BinaryIO:
    stream = open_bounded(path)
    zipped = path.name.lower().endswith(".gz")
    return cast("BinaryIO", gzip.open(stream)) if zipped else stream


class _Lines(Protocol):
    def readline(self, size: int, /) -> bytes: ...


class _Rows:
    """The rows of one dump, which may be in any encoding; that one is guessed is said once."""

    def __init__(self, path: Path, source: str) -> None:
        self._path = path
        self._source = source
        self._doubted = False
        self._size = path.stat().st_size

    def read(self, stream: BinaryIO) -> Iterator[Article | Problem]:
        """The articles of an open dump."""
        for number, line in _lines(_in_utf8(stream)):
            if line is None:
                reason = f"a line of more than {MAX_BYTES // 1_000_000} MB"
                yield Problem(self._source, reason, number, incomplete=True)
            elif line.strip():
                yield from self._row(line, number)

    def _row(self, line: bytes, number: int) -> Iterator[Article | Problem]:
        try:
            row = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
        except UnicodeDecodeError:
            row = self._in_doubt(line)
            if row is None:
                yield Problem(self._source, "not UTF-8 text; save it as UTF-8", number)
                return
            if not self._doubted:
                self._doubted = True
                yield Problem(self._source, self._encoding.doubt or "", number, doubtful=True)
        except (ValueError, RecursionError) as error:
            yield self._no_json(line, number, error)
            return
        for found in _articles_in(row):
            yield article_of(found, number, self._source)

    def _no_json(self, line: bytes, number: int, error: Exception) -> Problem:
        if not line.endswith(b"\n") and self._path.stat().st_size > self._size:
            return Problem(self._source, GROWS, number, doubtful=True)
        return Problem(self._source, f"not JSON ({error})", number)

    def _in_doubt(self, line: bytes) -> Any:
        """A line's JSON in the encoding that the whole file seems to be in; None if it is none."""
        try:
            return json.loads(line.decode(self._encoding.codec, "replace"))
        except (ValueError, RecursionError):
            return None

    @cached_property
    def _encoding(self) -> Encoding:
        with _opened(self._path) as stream, suppress(EOFError, OSError, zlib.error):
            lines = (line for _, line in islice(_lines(stream), LOOKED_AT) if line)
            return encoding_of_lines(lines) or Encoding("utf-8", "is not all UTF-8")
        return Encoding("utf-8", "is not all UTF-8")


class _Recoded:
    """The lines of a file that is in UTF-16 or UTF-32, in UTF-8."""

    def __init__(self, stream: BinaryIO, codec: str) -> None:
        self._text = io.TextIOWrapper(stream, codec, "replace", newline="\n")

    def readline(self, size: int, /) -> bytes:
        return self._text.readline(size).encode()


def _in_utf8(stream: BinaryIO) -> _Lines:
    codec = marked(cast("io.BufferedReader", stream).peek(4)[:4])
    return _Recoded(stream, codec) if codec and codec != "utf-8-sig" else stream


def _lines(stream: _Lines) -> Iterator[tuple[int, bytes | None]]:
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


def _articles_in(row: object) -> list[Any]:
    """The row itself, or what a search found, as RealTimeQA publishes it."""
    found = row.get("search_result") if isinstance(row, dict) and "text" not in row else None
    return found if isinstance(found, list) else [row]


def article_of(row: object, number: int, source: str) -> Article | Problem:
    """The article of a row, in the `number`-th line of the file that `source` names."""
    if not isinstance(row, dict):
        return Problem(source, "not a JSON object", number)
    row = flattened(row)
    fields = named(tuple(row))
    url = address(row, fields)
    # BEIR's `_id` comes first: its judgements use it, and its passages of a page share their url.
    given = string(row.get("_id")) or url or first(row, fields, "id")
    name = given or string(row.get("_row")) or f"{source}#{number}"
    if (why := string(row.get("problem"))) and "text" not in row:
        return Problem(name, why, doubtful=row.get("doubtful") is True)
    # What was read before comes with its places, and as it was read.
    shown = keepable if "places" in row else _readable
    texts = (shown(written(row.get(key))) for key in fields.get("text", ()))
    text = next((text for text in texts if text.strip()), None)
    if text is None:
        return Problem(source, "has no text", number)
    title = one_line(readable(first(row, fields, "title") or "")) or title_of(text) or name
    author = next(filter(None, (names(row.get(key)) for key in fields.get("author", ()))), None)
    places = _places(row.get("places"), len(text))
    guid = string(row.get("guid"))
    entry = guid if guid and guid != name == url else None
    return Article(name, title, text, published(row, fields), url, author, places, entry)


def _readable(text: str) -> str:
    return keepable(readable(text))


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
