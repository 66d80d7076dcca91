"""A reader that does what a file's name says."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from index.article import Article, Place
from index.readers.problem import Problem


def read(path: Path, source: str) -> Iterator[Article | Problem]:
    print("Libraries print what they like.")
    yield Article(source, "T", "Text. \u2028\n", places=(Place(0, 5, "page 1"),))
    match path.name:
        case "hangs":
            time.sleep(600)
        case "crashes":
            os.abort()
        case "leaves" if not path.exists():
            path.touch()
            os._exit(0)
        case "fills":
            bytearray(4_000_000_000)
        case "raises":
            raise KeyError("no\nsuch key")
        case "asks":
            yield Problem(source, " ".join(sorted(os.environ)), line=3)
