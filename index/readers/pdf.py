"""PDF files, page by page."""

import re
from collections import Counter
from collections.abc import Container, Iterator
from pathlib import Path

import pypdfium2 as pdfium
from pypdfium2 import raw

from index.article import Article, Place
from index.readers.dates import find_date
from index.readers.pdf_page import SOFT_HYPHEN, PageLine, lines_of
from index.readers.problem import Problem, read_bytes
from index.readers.unwrap import ending
from index.readers.wording import flat, given_title, title_of, title_of_file

_NUMBER = re.compile(
    r"(?:[-–—|·] ?)?(?:(?:page|p\.|seite|s\.|página|pagina|strona|pág\.) ?)?\d{1,4}"
    r"(?: ?(?:of|/|von|de|di|sur|z|\|) ?\d{1,4})?(?: ?[-–—|·])?",
    re.IGNORECASE,
)
MARGIN = 0.12
"""The part of a page, above and below, where its head and foot and number are."""
OFTEN = 0.4
"""The share of pages that a head is on, at least: left and right pages may have their own."""
WIDEST_HEAD = 100
"""Characters of a head or foot that has the number of its page, at most."""
_END = re.compile(r"[.!?:…][\"'”’»)\]]*$")
MAX_BYTES = 100_000_000
_CUT_WITHIN = re.compile(r"\w[-–]$")
"""What ends a line within a word or a range: "2023-"."""
FULL = 0.8
"""How much of the widest line a line takes that may go on in the next one."""


def read(path: Path, source: str) -> Iterator[Article | Problem]:
    """The one article of a PDF file, and a problem where pages of it are pictures."""
    data = read_bytes(path, source, MAX_BYTES)
    if isinstance(data, Problem):
        yield data
        return
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        locked = error.err_code == raw.FPDF_ERR_PASSWORD
        reason = "protected by a password; save it without one" if locked else "not a whole PDF"
        yield Problem(source, reason)
        return
    with document:
        pages = [lines_of(page) for page in document]
        pictures = [n for n, page in enumerate(document, 1) if not pages[n - 1] and _shows(page)]
        wanted = flat(document.get_metadata_value("Title"))
        author = flat(document.get_metadata_value("Author")) or None
    text, places = _joined(_without_margins(pages))
    advice = "; have its text recognised (OCR) first"
    if not text:
        yield Problem(source, f"holds no text, only pictures{advice}" if pictures else "empty")
        return
    title = given_title(wanted) or title_of(text) or title_of_file(path)
    yield Article(source, title, text, find_date(text), None, author, places)
    if pictures:
        named = ", ".join(str(n) for n in pictures[:5]) + (", …" if len(pictures) > 5 else "")
        yield Problem(source, f"pages without text, only pictures: {named}{advice}")


def _shows(page: pdfium.PdfPage) -> bool:
    """Whether there is anything on a page."""
    return next(iter(page.get_objects(max_depth=2)), None) is not None


def _without_margins(pages: list[list[PageLine]]) -> list[list[str]]:
    """The lines of each page without its number, and without the heads and feet of all."""
    heads = Counter(head for page in pages for head in {*filter(None, map(_as_head, page))})
    often = max(2.0, OFTEN * len(pages))
    running = {head for head, count in heads.items() if count >= often}
    first = _first_number(pages)
    return [
        [line.text for line in page if not _is_outside(line, running, _number(first, count))]
        for count, page in enumerate(pages)
    ]


def _first_number(pages: list[list[PageLine]]) -> int | None:
    """The number of the first page, where margins of most pages count on from it."""
    firsts = Counter(
        first
        for count, page in enumerate(pages)
        for first in {number - count for line in page for number in _numbers_at_ends(line)}
    )
    first, pages_so = max(firsts.items(), key=lambda item: item[1], default=(0, 0))
    return first if pages_so >= max(2, len(pages) / 2) else None


def _number(first: int | None, count: int) -> int | None:
    return None if first is None else first + count


def _numbers_at_ends(line: PageLine) -> Iterator[int]:
    """The numbers that begin or end a line in a margin, as "2 The Coast Weekly" does."""
    if _as_head(line) and len(line.text) <= WIDEST_HEAD:
        yield from map(int, re.findall(r"^\d{1,4}(?=\s)|(?<=\s)\d{1,4}$", line.text))


def _as_head(line: PageLine) -> str:
    """A line as it is on every page, or nothing where it is not in the margins."""
    in_margin = not MARGIN < line.height < 1 - MARGIN
    return re.sub(r"\d+", "0", line.text) if in_margin else ""


def _is_outside(line: PageLine, running: Container[str], number: int | None) -> bool:
    head = _as_head(line)
    numbered = number is not None and number in _numbers_at_ends(line)
    return bool(head) and (head in running or numbered or bool(_NUMBER.fullmatch(line.text)))


def _joined(pages: list[list[str]]) -> tuple[str, tuple[Place, ...]]:
    """The text in paragraphs, which may go on over the page."""
    lengths = sorted(len(line) for page in pages for line in page) or [0]
    width = lengths[int(0.9 * len(lengths))]
    parts, places, length = list[str](), list[Place](), 0
    for number, page in enumerate(pages, 1):
        begun = None
        for line in page:
            if parts:
                last = parts[-1]
                goes_on = _goes_on(last, line, width)
                parts[-1] = ending(last, line) if goes_on else f"{last}\n\n"
                length += len(parts[-1]) - len(last)
            begun = length if begun is None else begun
            parts.append(line)
            length += len(line)
        if begun is not None:
            places.append(Place(begun, length, f"page {number}"))
    return "".join(parts), tuple(places)


def _goes_on(line: str, following: str, width: int) -> bool:
    """Whether a paragraph goes on after a line, where full lines are about so wide."""
    return (
        line.endswith(SOFT_HYPHEN)
        or _CUT_WITHIN.search(line) is not None
        or len(line) >= FULL * width
        or (following[0].islower() and not _END.search(line))
    )
