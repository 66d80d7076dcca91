"""Rich text (.rtf), as text editors save it."""

import re
from collections.abc import Iterator
from pathlib import Path

from striprtf.striprtf import rtf_to_text

from index.article import Article
from index.readers.dates import find_date
from index.readers.outline import Block, laid_out
from index.readers.problem import MAX_BYTES, Problem, read_bytes
from index.readers.wording import flat, given_title, title_of, title_of_file

_NOTE = re.compile(r"\{(?:\\\*)?\\footnote(?:\\ftnalt)?(?![a-z])\s?")
_MARK = re.compile(r"\\[\\{}]|[{}]")
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
    lines = _plain(_with_notes(written)).split("\n")
    title = given_title(_fact(written, "title"))
    text, places = laid_out((Block(_row(line)) for line in lines), title)
    if not text:
        yield Problem(source, "empty")
        return
    title = title or title_of(text) or title_of_file(path)
    author = _fact(written, "author") or None
    yield Article(source, title, text, find_date(text), None, author, places)


def _plain(written: str) -> str:
    return str(rtf_to_text(written, errors="replace"))  # type: ignore[no-untyped-call]


def _with_notes(written: str) -> str:
    """The file with its footnotes as paragraphs at its end, as striprtf leaves them out."""
    body, notes, at = list[str](), list[str](), 0
    for note in _NOTE.finditer(written):
        if note.start() >= at:
            body.append(written[at : note.start()])
            at = _end_of_group(written, note.end())
            notes.append(written[note.end() : at - 1])
    whole = "".join([*body, written[at:]])
    end = whole.rfind("}")
    shown = "".join(rf"{{\par {note}}}" for note in notes)
    return whole[:end] + shown + whole[end:] if notes else written


def _end_of_group(written: str, start: int) -> int:
    """Where the group ends in which `start` is."""
    depth = 1
    for mark in _MARK.finditer(written, start):
        depth += {"{": 1, "}": -1}.get(mark[0], 0)
        if not depth:
            return mark.end()
    return len(written) + 1


def _fact(written: str, name: str) -> str:
    """What the file says of itself."""
    found = re.search(_FACT.format(name=name), written[:20_000])
    return flat(_plain(f"{{\\rtf1\\ansi {found[1]}}}")) if found else ""


def _row(line: str) -> str:
    """A line; the cells of a row, which end with a bar each, with bars between them."""
    cells = [flat(cell) for cell in line.split("|")]
    return " | ".join(filter(None, cells)) if len(cells) > 1 else line
