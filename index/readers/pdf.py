"""PDF files, page by page."""

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pypdfium2 as pdfium
from pypdfium2 import raw

from index.article import Article, Place
from index.dates import find_date
from index.readers.problem import Problem, read_bytes
from index.readers.wording import flat, title_of, title_of_file

_HYPHEN = re.compile("[\x02\ufffe\u00ad]\\s*")
"""How PDFium marks a hyphen that is only there because its line was full."""
_UNTITLED = re.compile(r"untitled|microsoft word|powerpoint|\.\w{2,4}$", re.IGNORECASE)
_END = re.compile(r"[.!?:…][\"'”’»)\]]*$")
MAX_BYTES = 100_000_000
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
        pages = [_lines(page) for page in document]
        pictures = [n for n, page in enumerate(document, 1) if not pages[n - 1] and _shows(page)]
        wanted = flat(document.get_metadata_value("Title"))
        author = flat(document.get_metadata_value("Author")) or None
    text, places = _joined(_without_margins(pages))
    advice = "; have its text recognised (OCR) first"
    if not text:
        yield Problem(source, f"holds no text, only pictures{advice}" if pictures else "empty")
        return
    title = wanted if wanted and not _UNTITLED.search(wanted) else title_of(text)
    yield Article(source, title or title_of_file(path), text, find_date(text), None, author, places)
    if pictures:
        named = ", ".join(str(n) for n in pictures[:5]) + (", …" if len(pictures) > 5 else "")
        yield Problem(source, f"pages without text, only pictures: {named}{advice}")


def _lines(page: pdfium.PdfPage) -> list[str]:
    text = _HYPHEN.sub("", page.get_textpage().get_text_bounded())
    return [line for line in map(flat, re.split(r"[\r\n]+", text)) if line]


def _shows(page: pdfium.PdfPage) -> bool:
    """Whether there is anything on a page."""
    return next(iter(page.get_objects(max_depth=2)), None) is not None


def _without_margins(pages: list[list[str]]) -> list[list[str]]:
    """The pages without page numbers, and without the line that stands on top or foot of most."""
    for edge in (0, -1):
        lines = [re.sub(r"\d+", "0", page[edge]) for page in pages if page]
        often = {line for line, same in groupby(sorted(lines)) if len([*same]) > len(lines) / 2}
        running = {line for line in often if len(lines) > 2} | {"0"}
        for page in pages:
            if page and re.sub(r"\d+", "0", page[edge]) in running:
                del page[edge]
    return pages


def _joined(pages: list[list[str]]) -> tuple[str, tuple[Place, ...]]:
    """The text in paragraphs, which may go on over the page."""
    text, places, last = "", list[Place](), ""
    lengths = sorted(len(line) for page in pages for line in page)
    for number, page in enumerate(pages, 1):
        begun = None
        for line in page:
            if text:
                text += " " if _goes_on(last, line, lengths[int(0.9 * len(lengths))]) else "\n\n"
            begun = len(text) if begun is None else begun
            text += line
            last = line
        if begun is not None:
            places.append(Place(begun, len(text), f"page {number}"))
    return text, tuple(places)


def _goes_on(line: str, following: str, width: int) -> bool:
    """Whether a paragraph goes on after a line, where full lines are about so wide."""
    return len(line) >= FULL * width or (following[0].islower() and not _END.search(line))
