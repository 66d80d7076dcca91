"""Tables of articles (.csv), one a row, whatever its columns are called."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from index.article import Article
from index.readers.dump import article_of
from index.readers.problem import MAX_BYTES, Problem

COLUMNS = {
    "text": ("text", "body", "content", "article", "full_text", "maintext", "story"),
    "title": ("title", "headline", "heading"),
    "url": ("url", "link", "source_url", "article_url"),
    "id": ("id", "doc_id", "article_id", "guid"),
    "author": ("author", "authors", "byline", "creator", "writer"),
    "published": (
        *("published", "date", "published_at", "publish_date", "publication_date"),
        *("pub_date", "pubdate", "published_date", "datetime"),
    ),
}
"""What a column may be called that holds a field of a feed dump."""


def read_table(path: Path, source: str) -> Iterator[Article | Problem]:
    """The articles of a table; one without url and id is named by its row, such as "a.csv#7"."""
    csv.field_size_limit(MAX_BYTES)  # for the whole process; nothing else in it reads tables
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            yield from _rows(stream, source)
    except UnicodeDecodeError:
        yield Problem(source, "not UTF-8 text; save it as UTF-8", incomplete=True)
    except csv.Error as error:
        yield Problem(source, f"not a table ({error})", incomplete=True)


def _rows(stream: io.TextIOWrapper, source: str) -> Iterator[Article | Problem]:
    lines = _Lines(stream)
    head = next(lines, "")
    delimiter = max(",;\t|", key=head.count)
    columns = _columns(next(csv.reader([head], delimiter=delimiter), []))
    if "text" not in columns:
        yield Problem(
            source, f"has no column of texts; call it one of {', '.join(COLUMNS['text'])}"
        )
        return
    rows = csv.reader(lines, delimiter=delimiter)
    for number, cells in enumerate(rows, 1):
        lines.left = MAX_BYTES
        if any(map(str.strip, cells)):
            row = {field: cells[n].strip() for field, n in columns.items() if n < len(cells)}
            row["id"] = row.get("id") or f"{source}#{number}"
            yield article_of(row, rows.line_num + 1, source)


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


def _columns(head: list[str]) -> dict[str, int]:
    """Which column holds a field of a feed dump; the first of its names counts most."""
    written = [re.sub(r"[\W_]+", "_", cell.strip().lower()).strip("_") for cell in head]
    return {
        field: written.index(name)
        for field, names in COLUMNS.items()
        for name in reversed(names)
        if name in written
    }
