"""Plain text (.txt), with what stands above it as fields and its wrapped lines joined."""

from collections.abc import Iterator
from pathlib import Path

from index.article import Article
from index.readers.dates import find_date
from index.readers.encoding import decode
from index.readers.facts import facts_of, lines_above
from index.readers.problem import MAX_BYTES, Problem, read_bytes
from index.readers.unwrap import unwrapped
from index.readers.wording import flat, tidy, title_of, title_of_file


def read(path: Path, source: str) -> Iterator[Article | Problem]:
    """The one article of a text file."""
    text = text_of(path, source)
    if isinstance(text, Problem):
        yield text
    else:
        fields, body = lines_above(text) or ({}, text)
        text = unwrapped(body if body.strip() else text)
        facts = facts_of(fields)
        title = flat(facts.title) or title_of(text) or title_of_file(path)
        day = facts.published or find_date(text)
        yield Article(source, title, text, day, facts.url, facts.author)


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
