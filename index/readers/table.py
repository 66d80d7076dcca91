"""Tables of articles (.csv, .tsv), one a row, whatever its columns are called."""

import csv
import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from index.article import Article
from index.readers.bounded import open_bounded
from index.readers.dump import article_of
from index.readers.encoding import encoding_of_lines
from index.readers.names import named
from index.readers.problem import MAX_BYTES, Problem

PREAMBLE = 20
"""Lines before the one that names the columns, at most."""


def read_table(path: Path, source: str) -> Iterator[Article | Problem]:
    """The articles of a table; one without url and id is named by its row, such as "a.csv#7"."""
    csv.field_size_limit(MAX_BYTES)  # for the whole process; nothing else in it reads tables
    with open_bounded(path) as lines:
        encoding = encoding_of_lines(iter(lambda: lines.readline(MAX_BYTES), b""))
    if encoding is None:
        yield Problem(source, "in no encoding that is known; save it as UTF-8", incomplete=True)
        return
    if encoding.doubt:
        yield Problem(source, encoding.doubt, doubtful=True)
    try:
        codec = "utf-8-sig" if encoding.codec == "utf-8" else encoding.codec
        with (
            open_bounded(path) as written,
            io.TextIOWrapper(written, codec, "replace", newline="") as stream,
        ):
            yield from _rows(stream, source)
    except csv.Error as error:
        yield Problem(source, f"not a table ({error})", incomplete=True)


def _rows(stream: io.TextIOWrapper, source: str) -> Iterator[Article | Problem]:
    lines = _Lines(stream)
    head = _head(lines)
    if head is None:
        yield Problem(source, "has no column of texts; call it text, body or content, for example")
        return
    before, names, delimiter = head
    rows = csv.reader(lines, delimiter=delimiter)
    for number, cells in enumerate(rows, 1):
        lines.left = MAX_BYTES
        if any(map(str.strip, cells)):
            written = [*zip(names, map(str.strip, cells), strict=False)]
            row = dict(reversed(written))  # of two columns of one name, the first
            row["_row"] = f"{source}#{number}"
            yield article_of(row, rows.line_num + before, source)


def _head(lines: "_Lines") -> tuple[int, list[str], str] | None:
    """How many lines come up to the one that names the columns, the names, and the delimiter.

    What Excel puts before them ("sep=;"), and empty lines and comments, are passed over.
    """
    for number, line in enumerate(islice(lines, PREAMBLE), 1):
        delimiter = max(",;\t|", key=line.count)
        names = next(csv.reader([line], delimiter=delimiter), [])
        if "text" in named(tuple(names)):
            return number, names, delimiter
    return None


class _Lines:
    """The lines of a stream; `left` is how many characters the row under way may still take."""

    def __init__(self, stream: io.TextIOWrapper) -> None:
        self.left = MAX_BYTES
        self._stream = stream

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._stream.readline(self.left + 1)
        self.left -= len(line)
        if self.left < 0:
            raise csv.Error(f"a row of more than {MAX_BYTES // 1_000_000} MB")
        if not line:
            raise StopIteration
        return line
