"""Which reader reads which kind of file.

To read another kind, write a module with a reader, a function from a path and a source to
articles and problems, and name it in READERS. One that takes apart files which may do harm
(bombs, loops, broken structures) is named through `confined` and runs in a process of its own.
"""

from collections.abc import Iterator
from pathlib import Path

from index.article import Article
from index.readers.confined import confined
from index.readers.dump import read_dump
from index.readers.plain import read_markdown, read_text
from index.readers.problem import Problem, Reader, reason_of
from index.readers.table import read_table

READERS: dict[str, Reader] = {
    ".txt": read_text,
    ".md": read_markdown,
    ".jsonl": read_dump,
    ".jsonl.gz": read_dump,
    ".csv": read_table,
    ".tsv": read_table,
    ".html": confined("index.readers.page"),
    ".htm": confined("index.readers.page"),
    ".pdf": confined("index.readers.pdf"),
    ".docx": confined("index.readers.word"),
    ".epub": confined("index.readers.epub"),
    ".rss": confined("index.readers.feed"),
    ".atom": confined("index.readers.feed"),
    ".xml": confined("index.readers.feed"),
    ".json": confined("index.readers.feed"),
}


def read_file(path: Path, source: str) -> Iterator[Article | Problem]:
    """The articles of one file, in order, with a Problem for each that cannot be read."""
    reader = reader_of(path.name)
    if reader is None:
        yield Problem(source, f"not a kind of file that is read ({', '.join(READERS)})")
        return
    try:
        yield from reader(path, source)
    except OSError as error:
        yield Problem(source, f"cannot be read: {reason_of(error)}", incomplete=True)


def reader_of(name: str) -> Reader | None:
    """The reader for a file of this name, or None."""
    return READERS.get(ending_of(name))


def ending_of(name: str) -> str:
    """What a name ends with, from its last dot on, or the last but one of a zipped file's."""
    lower = name.lower()
    ending = lower[lower.rfind(".") :]
    return lower[lower.rfind(".", 0, -len(ending)) :] if ending == ".gz" else ending
