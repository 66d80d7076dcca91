"""Plain text and Markdown."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from index.article import Article
from index.dates import find_date, parse_date
from index.readers.encoding import decode
from index.readers.problem import MAX_BYTES, Problem, read_bytes
from index.readers.wording import clean, line, names, string, title_of, title_of_file

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?\n)?---[ \t]*(?:\n|$)", re.DOTALL)
MOST_FIELDS = 100_000
"""Characters of front matter; YAML takes some hundred times its length of memory."""
_HEADING = re.compile(r"^#[ \t]+(.+?)[ \t#]*$", re.MULTILINE)


def read_text(path: Path, source: str) -> Iterator[Article | Problem]:
    """The one article of a text file."""
    text = _text_of(path, source)
    if isinstance(text, Problem):
        yield text
    else:
        yield Article(source, title_of(text) or title_of_file(path), text, find_date(text))


def read_markdown(path: Path, source: str) -> Iterator[Article | Problem]:
    """The one article of a Markdown file, which may begin with front matter in YAML."""
    text = _text_of(path, source)
    if isinstance(text, Problem):
        yield text
        return
    fields, body = _front_matter(text)
    if not body.strip():
        yield Problem(source, "empty")
        return
    heading = _HEADING.search(body)
    title = line(fields.get("title")) or (heading[1] if heading else title_of(body))
    published = parse_date(fields.get("published")) or parse_date(fields.get("date"))
    yield Article(
        source,
        title or title_of_file(path),
        body,
        published or find_date(body),
        string(fields.get("url")),
        names(fields.get("author")),
    )


def _text_of(path: Path, source: str) -> str | Problem:
    """The file's text with "\\n" line ends and no control characters."""
    data = read_bytes(path, source, MAX_BYTES)
    if isinstance(data, Problem):
        return data
    found = decode(data)
    if found is None or "\0" in found[0][:8192]:
        return Problem(source, "binary, not text")
    text = clean(found[0])
    return text if text.strip() else Problem(source, "empty")


def _front_matter(text: str) -> tuple[dict[str, Any], str]:
    """The YAML fields at the top, and the text after them."""
    block = _FRONT_MATTER.match(text)
    if block is None:
        return {}, text
    if len(block.group()) > MOST_FIELDS:
        return {}, text[block.end() :]
    import frontmatter  # noqa: PLC0415 - costs start-up time
    from frontmatter.default_handlers import YAMLHandler  # noqa: PLC0415

    try:
        fields, _ = frontmatter.parse(block.group(), handler=YAMLHandler())
    except Exception:  # YAML has many ways to be wrong; the article itself is still good
        fields = {}
    return (fields if isinstance(fields, dict) else {}), text[block.end() :]
