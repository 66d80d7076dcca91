"""Plain text (.txt), whose wrapped lines are joined into paragraphs."""

from collections.abc import Iterator
from pathlib import Path

from index.article import Article
from index.dates import find_date
from index.readers.problem import MAX_BYTES, Problem, read_bytes
from index.readers.unwrap import unwrapped
from index.readers.wording import clean, title_of, title_of_file


def read(path: Path, source: str) -> Iterator[Article | Problem]:
    """The one article of a text file."""
    text = text_of(path, source)
    if isinstance(text, Problem):
        yield text
    else:
        text = unwrapped(text)
        yield Article(source, title_of(text) or title_of_file(path), text, find_date(text))


def text_of(path: Path, source: str) -> str | Problem:
    """The file's text with "\\n" line ends and no control characters."""
    data = read_bytes(path, source, MAX_BYTES)
    if isinstance(data, Problem):
        return data
    if b"\0" in data[:8192]:
        return Problem(source, "binary, not text")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Problem(source, "not UTF-8 text; save it as UTF-8")
    text = clean(text)
    return text if text.strip() else Problem(source, "empty")
