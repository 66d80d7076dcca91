"""Plain text (.txt), whose wrapped lines are joined into paragraphs."""

from collections.abc import Iterator
from pathlib import Path

from index.article import Article
from index.readers.dates import find_date
from index.readers.encoding import decode
from index.readers.problem import MAX_BYTES, Problem, read_bytes
from index.readers.unwrap import unwrapped
from index.readers.wording import tidy, title_of, title_of_file


def read(path: Path, source: str) -> Iterator[Article | Problem]:
    """The one article of a text file."""
    text = text_of(path, source)
    if isinstance(text, Problem):
        yield text
    else:
        text = unwrapped(text)
        yield Article(source, title_of(text) or title_of_file(path), text, find_date(text))


def text_of(path: Path, source: str) -> str | Problem:
    """The file's text with "\\n" line ends, without characters that are not seen."""
    data = read_bytes(path, source, MAX_BYTES)
    if isinstance(data, Problem):
        return data
    found = decode(data)
    if found is None or "\0" in found[0][:8192]:
        return Problem(source, "binary, not text")
    text = tidy(found[0])
    return text if text.strip() else Problem(source, "empty")
