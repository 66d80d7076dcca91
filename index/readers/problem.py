"""What a reader gives back for what it cannot read, and how long a file may be."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from index.article import Article

MAX_BYTES = 20_000_000
"""The longest text file, and the longest line of a feed dump or row of a table."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read, and why.

    `line` counts from 1, in a feed dump. `incomplete` says that the rest of the file is
    unknown, so that what was read from it at an earlier time still counts. `doubtful` says
    that the article was read all the same, in a way that a person should look at.
    """

    source: str
    reason: str
    line: int | None = None
    incomplete: bool = False
    doubtful: bool = False


Reader = Callable[[Path, str], Iterator[Article | Problem]]
"""Reads the file at a path, whose source is given, into articles and problems."""


def read_bytes(path: Path, source: str, most: int) -> bytes | Problem:
    """What the file holds, unless that is more than `most` bytes."""
    with path.open("rb") as stream:
        data = stream.read(most + 1)
    if len(data) > most:
        return Problem(source, f"longer than {most // 1_000_000} MB; split it")
    return data


def reason_of(error: OSError) -> str:
    """What the system said, in the words of a sentence."""
    return (error.strerror or str(error)).lower()


def broken(error: Exception) -> str:
    """What to say where a reader met with something that it does not know."""
    what = f"{type(error).__name__}: {' '.join(str(error).split())[:100]}"
    return f"broken, or not what its name says ({what})"
