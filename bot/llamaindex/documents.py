"""Documents of LlamaIndex as articles for Dateline."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from index.errors import UsageError
from index.readers.documents import rows_of
from index.sync.documents import write_rows


def save_documents(documents: Iterable[Any], path: str | Path) -> Path:
    """Write documents as a feed dump, which is then indexed like any other file.

    `path` ends in ".jsonl". What it held before is replaced, so that the next sync sees what
    was added, changed and removed. An article is named by the `url` or the file in a document's
    metadata, or else by its id; give documents ids of their own, or a changed one is a new one.
    Raises UsageError for another ending, and StoreError where the file cannot be written.
    """
    path = Path(path).expanduser()
    if path.suffix != ".jsonl":
        raise UsageError(f"{path} will not do; give it a name that ends in .jsonl")
    write_rows(path, rows_of(documents))
    return path
