"""Word files (.docx)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
from docx.table import Table

from index.article import Article
from index.dates import find_date
from index.readers.archive import opened
from index.readers.outline import Block, laid_out
from index.readers.problem import Problem
from index.readers.wording import flat, title_of, title_of_file


def read(path: Path, source: str) -> Iterator[Article | Problem]:
    """The one article of a Word file."""
    archive = opened(path, source)
    if isinstance(archive, Problem):
        yield archive
        return
    with archive:
        document = docx.Document(str(path))
    blocks = list(_blocks(document))
    facts = document.core_properties
    named = (block.text for block, style in blocks if style == "Title")
    first = title_of("\n\n".join(block.text for block, _ in blocks[:2]))
    title = flat(facts.title or next(named, "") or first) or title_of_file(path)
    text, places = laid_out((block for block, _ in blocks), title)
    if not text:
        yield Problem(source, "empty")
        return
    author = flat(facts.author or "")
    # The day a file was made is not the one its article was published on.
    author_known = author if author and author != "python-docx" else None
    yield Article(source, title, text, find_date(text), None, author_known, places)


def _blocks(document: Any) -> Iterator[tuple[Block, str]]:
    """The paragraphs, headings and rows of tables, each with the name of its style."""
    for item in document.iter_inner_content():
        if isinstance(item, Table):
            for row in item.rows:
                cells = dict.fromkeys(cell.text for cell in row.cells)  # wide ones come twice
                yield Block(" | ".join(filter(None, map(flat, cells)))), ""
        else:
            style = (item.style and item.style.name) or ""
            yield Block(item.text, style.startswith("Heading")), style
