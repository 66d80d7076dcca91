"""Rich text (.rtf), as text editors save it."""

import re
from collections.abc import Iterator
from pathlib import Path

from striprtf.striprtf import rtf_to_text

from index.article import Article
from index.readers.dates import find_date
from index.readers.outline import Block, laid_out
from index.readers.problem import MAX_BYTES, Problem, read_bytes
from index.readers.wording import flat, title_of, title_of_file

_FACT = r"\{{\\{name}\s+((?:[^{{}}]|\\[{{}}])*)\}}"


def read(path: Path, source: str) -> Iterator[Article | Problem]:
    """The one article of a file of rich text."""
    data = read_bytes(path, source, MAX_BYTES)
    if isinstance(data, Problem):
        yield data
        return
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{\\rtf"):
        yield Problem(source, "no rich text; save it anew")
        return
    written = data.decode("latin-1")
    lines = _plain(written).split("\n")
    title = _fact(written, "title")
    text, places = laid_out((Block(_row(line)) for line in lines), title)
    if not text:
        yield Problem(source, "empty")
        return
    title = title or title_of(text) or title_of_file(path)
    author = _fact(written, "author") or None
    yield Article(source, title, text, find_date(text), None, author, places)
    if "\\footnote" in written:
        yield Problem(source, "its footnotes are not read; save it as .docx or .odt")


def _plain(written: str) -> str:
    return str(rtf_to_text(written, errors="replace"))  # type: ignore[no-untyped-call]


def _fact(written: str, name: str) -> str:
    """What the file says of itself."""
    found = re.search(_FACT.format(name=name), written[:20_000])
    return flat(_plain(f"{{\\rtf1\\ansi {found[1]}}}")) if found else ""


def _row(line: str) -> str:
    """A line; the cells of a row, which end with a bar each, with bars between them."""
    cells = [flat(cell) for cell in line.split("|")]
    return " | ".join(filter(None, cells)) if len(cells) > 1 else line
