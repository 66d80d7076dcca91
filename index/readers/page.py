"""Web pages: the article that stands in one, without what stands around it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree
from trafilatura import bare_extraction

from index.article import Article
from index.dates import parse_date
from index.readers.markup import blocks_of, tree_of
from index.readers.outline import laid_out
from index.readers.problem import Problem, read_bytes
from index.readers.wording import flat, title_of_file

MAX_BYTES = 10_000_000
"""The longest page; the longest articles come to a tenth of it."""
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME = re.compile(r"[a-zA-Z][\w-]*", re.ASCII)
NO_ARTICLE = "holds no article; save the page with its text"


def read(path: Path, source: str) -> Iterator[Article | Problem]:
    """The one article of a page."""
    data = read_bytes(path, source, MAX_BYTES)
    if isinstance(data, Problem):
        yield data
        return
    page = _parsed(data)
    # Dates that stand anywhere in a page are those of its copyright, or of other articles.
    found: Any = page is not None and bare_extraction(
        page,
        with_metadata=True,
        include_comments=False,
        date_extraction_params={"original_date": True, "extensive_search": False},
    )
    if not found or found.body is None:
        yield Problem(source, NO_ARTICLE)
        return
    title = flat(found.title or "") or title_of_file(path)
    text, places = laid_out(blocks_of(found.body), title)
    if not text:
        yield Problem(source, NO_ARTICLE)
        return
    author = flat(found.author or "").replace("; ", ", ") or None
    yield Article(source, title, text, parse_date(found.date), found.url or None, author, places)


def _parsed(data: bytes) -> Any:
    """The page's tree, in UTF-8 if it can be that, and else in what it says of itself."""
    try:
        data.decode("utf-8")
        page = tree_of(data, "utf-8")
    except UnicodeDecodeError:
        page = tree_of(data, None)
    for element in () if page is None else page.iter(etree.Element):
        _mend(element)
    return page


def _mend(element: Any) -> None:
    """Take out the characters that no XML may hold, which trafilatura gives up at."""
    if _UNFIT.search(element.tag):
        element.tag = "span"
    element.text = element.text and _UNFIT.sub("", element.text)
    element.tail = element.tail and _UNFIT.sub("", element.tail)
    facts = element.items()
    if any(_UNFIT.search(name + value) for name, value in facts):
        element.attrib.clear()
        for name, value in facts:
            if _NAME.fullmatch(name):
                element.set(name, _UNFIT.sub("", value))
