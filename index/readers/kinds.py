"""Which reader reads which kind of file.

To read another kind, write a module with a reader, a function from a path and a source to
articles and problems, and name it in READERS. One that takes apart files which may do harm
(bombs, loops, broken structures) is named through `confined` and runs in a process of its own.
"""

import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from index.article import Article
from index.readers import plain
from index.readers.confined import confined
from index.readers.dates import is_ahead
from index.readers.dump import read_dump
from index.readers.encoding import decode, is_garbled
from index.readers.problem import MAX_BYTES, Problem, Reader, broken, reason_of
from index.readers.table import read_table


def _guessing(read: Reader) -> Reader:
    """A reader of text that says, too, where its encoding was guessed."""

    def reader(path: Path, source: str) -> Iterator[Article | Problem]:
        for found in read(path, source):
            yield found
            if isinstance(found, Article):
                with path.open("rb") as stream:
                    decoded = decode(stream.read(MAX_BYTES))
                if decoded and decoded[1]:
                    yield Problem(source, decoded[1], doubtful=True)

    return reader


DUMPS = (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz", ".jsonlines", ".jl", ".jl.gz")
"""What files of one JSON object a line end with."""
READERS: dict[str, Reader] = {
    ".txt": _guessing(plain.read),
    ".text": _guessing(plain.read),
    ".md": _guessing(confined("index.readers.markdown")),
    ".markdown": _guessing(confined("index.readers.markdown")),
    **dict.fromkeys(DUMPS, read_dump),
    ".csv": read_table,
    ".tsv": read_table,
    ".tab": read_table,
    ".html": confined("index.readers.page"),
    ".htm": confined("index.readers.page"),
    ".xhtml": confined("index.readers.page"),
    ".pdf": confined("index.readers.pdf"),
    ".docx": confined("index.readers.word"),
    ".odt": confined("index.readers.opendocument"),
    ".rtf": confined("index.readers.rtf"),
    ".eml": confined("index.readers.mail"),
    ".epub": confined("index.readers.epub"),
    ".rss": confined("index.readers.feed"),
    ".atom": confined("index.readers.feed"),
    ".rdf": confined("index.readers.feed"),
    ".xml": confined("index.readers.feed"),
    ".json": confined("index.readers.feed"),
}
READ_HERE = (".txt", ".text", *DUMPS, ".csv", ".tsv", ".tab")
"""Read in this process: plain enough to be quick, and large where they are many articles."""


READING = "3"
"""Raised when files are read in another way than before, so that every one is read again."""


def read_file(path: Path, source: str) -> Iterator[Article | Problem]:
    """The articles of one file, in order, with a Problem for each that cannot be read."""
    reader = reader_of(path.name)
    if reader is None:
        yield Problem(source, f"not a kind of file that is read ({', '.join(READERS)})")
        return
    today = date.today()
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # not since it was found
            yield Problem(source, "no regular file", incomplete=True)
            return
        for found in reader(path, source):
            yield from _checked(found, source, today) if isinstance(found, Article) else [found]
    except OSError as error:
        yield Problem(source, f"cannot be read: {reason_of(error)}", incomplete=True)
    except Exception as error:  # one file must not keep all others from being read
        yield Problem(source, broken(error), incomplete=True)


def read_untrusted(path: Path, source: str) -> Iterator[Article | Problem]:
    """The same for a file from people unknown: whatever its kind, it is read in the other process.

    There the time and memory that it takes are bounded, and what ends the process ends no more.
    """
    reader = confined(__name__) if ending_of(path.name) in READ_HERE else read_file
    yield from reader(path, source)


read = read_file
"""What the other process calls."""


def _checked(article: Article, source: str, today: date) -> Iterator[Article | Problem]:
    """The article, without a day that has not come yet; none whose letters cannot be read."""
    name = "" if article.source == source else f"{article.source[:100]}: "
    if is_garbled(article.title + article.text):
        yield Problem(source, f"{name}its letters cannot be read; save it as UTF-8")
    elif is_ahead(article.published, today):
        reason = f"{name}is dated {article.published}, which is yet to come; taken as undated"
        yield replace(article, published=None)
        yield Problem(source, reason, doubtful=True)
    else:
        yield article


def reader_of(name: str) -> Reader | None:
    """The reader for a file of this name, or None."""
    return READERS.get(ending_of(name))


def ending_of(name: str) -> str:
    """What a name ends with, from its last dot on, or the last but one of a zipped file's."""
    lower = name.lower()
    ending = lower[lower.rfind(".") :]
    return lower[lower.rfind(".", 0, -len(ending)) :] if ending == ".gz" else ending
