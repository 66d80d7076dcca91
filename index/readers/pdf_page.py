"""The lines of one page of a PDF, column by column, each with its height on the page."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

import pypdfium2 as pdfium

from index.readers.wording import flat

SOFT_HYPHEN = "\u00ad"
"""Ends a line whose last word goes on in the next one."""
_HYPHEN = re.compile("[\x02\ufffe\u00ad][ \r\n]*")
"""How PDFium marks a hyphen at the end of a line."""
GUTTER = 8.0
"""Points between two columns, at least."""
ROWS = 4
"""Lines that columns have beside each other, at least; fewer are a table or a picture's."""
LONG = 15
"""Characters of a column's lines, at least; less is a table's."""


class PageLine(NamedTuple):
    """A line; `height` is 1.0 at the upper edge of the page and 0.0 at the lower one."""

    text: str
    height: float


class _Piece(NamedTuple):
    left: float
    bottom: float
    right: float
    top: float
    text: str


def lines_of(page: pdfium.PdfPage) -> list[PageLine]:
    """The lines of a page, in the order in which they are read."""
    page.set_rotation(0)  # else PDFium orders the words by how the page lies
    text_page = page.get_textpage()
    pieces = [*_pieces(text_page)]
    _, low, _, high = page.get_mediabox()
    tall = max(high - low, 1.0)
    columns = _columns(pieces)
    if len(columns) > 1:
        found = [line for column in columns for line in _rows(column)]
    else:
        found = [*_as_drawn(text_page)]
    return [PageLine(text, (bottom - low) / tall) for text, bottom in found if flat(text)]


def _as_drawn(page: pdfium.PdfTextPage) -> Iterator[tuple[str, float]]:
    """The lines as PDFium makes them, in the order of the file."""
    text, most = page.get_text_range(), page.count_chars()
    marked = _HYPHEN.sub(lambda m: SOFT_HYPHEN + "\n" * max(1, len(m.group()) - 1), text)
    for line in re.finditer(r"[^\r\n]+", marked):
        first = line.start() + len(line.group()) - len(line.group().lstrip())
        if first < most:
            yield _plain(line.group()), page.get_charbox(first)[1]


def _pieces(page: pdfium.PdfTextPage) -> Iterator[_Piece]:
    """The runs of letters of one kind on one line."""
    for number in range(page.count_rects()):
        left, bottom, right, top = page.get_rect(number)
        text = page.get_text_bounded(left, bottom, right, top)
        if text.strip():
            yield _Piece(left, bottom, right, top, text)


def _columns(pieces: Sequence[_Piece]) -> list[list[_Piece]]:
    """The columns from left to right; what goes over several parts those above and below it."""
    gutter = _gutter(pieces)
    if gutter is None:
        return [[*pieces]]
    across = sorted(p.bottom for p in pieces if p.left < gutter < p.right)
    bands = groupby(
        sorted(pieces, key=lambda p: -p.bottom),
        key=lambda p: (p.left < gutter < p.right, sum(p.bottom < edge for edge in across)),
    )
    found: list[list[_Piece]] = []
    for (is_across, _), band in bands:
        held = [*band]
        if is_across:
            found.append(held)
            continue
        sides = [p for p in held if p.right <= gutter], [p for p in held if p.left >= gutter]
        found += [column for side in sides if side for column in _columns(side)]
    return found


def _gutter(pieces: Sequence[_Piece]) -> float | None:
    """Where an empty strip parts two columns that were drawn row by row."""
    beside = [
        (a, b)
        for a, b in pairwise(pieces)
        if a.right + GUTTER < b.left and min(a.top, b.top) > max(a.bottom, b.bottom)
        if min(len(a.text), len(b.text)) >= LONG
    ]
    left = max((a.right for a, _ in beside), default=0.0)
    right = min((b.left for _, b in beside), default=0.0)
    return (left + right) / 2 if len(beside) >= ROWS and left + GUTTER <= right else None


def _rows(column: Sequence[_Piece]) -> Iterator[tuple[str, float]]:
    """The lines of one column from above to below."""
    row: list[_Piece] = []
    for piece in sorted(column, key=lambda p: (-p.bottom, p.left)):
        if row and piece.top < row[0].bottom + (row[0].top - row[0].bottom) / 2:
            yield _row(row)
            row = []
        row.append(piece)
    if row:
        yield _row(row)


def _row(row: Sequence[_Piece]) -> tuple[str, float]:
    words = " ".join(p.text.strip() for p in sorted(row, key=lambda p: p.left))
    return _plain(_HYPHEN.sub(SOFT_HYPHEN, words)), row[0].bottom


def _plain(line: str) -> str:
    """The line in one, with a soft hyphen nowhere but at its end."""
    whole = flat(line)
    return whole[:-1].replace(SOFT_HYPHEN, "") + whole[-1:]
