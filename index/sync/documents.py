"""Articles that a reader of LlamaIndex loads, kept as a dump that is read like any other.

The dump holds what the reader gave last, so that articles that it no longer gives are removed.
When it fails, the dump stays as it was but for a line that says why.
"""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from index.errors import ArticlesError, StoreError, UsageError
from index.paths import READER
from index.providers.integration import made, without_secrets
from index.readers.documents import Row, rows_of
from index.sync.files import replace_file

BASE = "llama_index.core.readers.base.BaseReader"
DOCUMENT = "llama_index.core.schema.Document"
CALL = "load_data"
"""The key of the options whose value is given to `load_data`, and not to the class."""
KEPT = "what was read before is kept"
LONGEST = 300
"""Characters of what a reader says went wrong."""


def load_articles(name: str, options: Mapping[str, Any], dump: Path) -> None:
    """Bring the dump of the reader "llamaindex:CLASS" up to date. Blocks.

    `options` are the keywords of the class; their `load_data` has those of that method. Raises
    ArticlesError where a reader that never worked fails, UsageError where there is no such
    reader, and StoreError where the dump cannot be written.
    """
    path = name.removeprefix(READER)
    folders = [value for value in options.values() if isinstance(value, str)]
    try:
        rows = rows_of(_loaded(path, options), folders)
    except (ArticlesError, UsageError) as problem:
        if not dump.exists():
            raise
        rows = [*_held(dump), {"id": path, "problem": f"{problem}; {KEPT}"}]
    write_rows(dump, rows, name)


def write_rows(dump: Path, rows: Iterable[Row], name: str | None = None) -> None:
    """Write a dump, unless it says the same; beside it, note where it comes from.

    Raises StoreError.
    """
    from filelock import FileLock  # noqa: PLC0415  (folders need none)

    data = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    try:
        dump.parent.mkdir(parents=True, exist_ok=True)
        if name is None:
            return _replace(dump, data)
        with FileLock(dump.with_suffix(".lock")):
            _replace(dump, data)
            _replace(dump.with_suffix(".json"), json.dumps({"address": name}).encode())
    except OSError as error:
        raise StoreError(f"cannot write {dump}: {error.strerror}") from error


def _replace(path: Path, data: bytes) -> None:
    if not path.exists() or path.read_bytes() != data:
        replace_file(path, data)


def _loaded(path: str, options: Mapping[str, Any]) -> Sequence[Any]:
    """The documents that the reader gives. Raises ArticlesError."""
    asked = options.get(CALL, {})
    if not isinstance(asked, Mapping):
        raise UsageError(f"DATELINE_ARTICLES_OPTIONS: {CALL} takes a JSON object")
    reader = made(path, BASE, {key: value for key, value in options.items() if key != CALL})
    try:
        with redirect_stdout(sys.stderr):  # standard output is for results
            documents = [*reader.load_data(**asked)]
    except Exception as problem:  # readers raise whatever their clients do
        said = without_secrets(f"{type(problem).__name__}: {problem}", _flat(options))
        raise ArticlesError(f"{path} fails ({said[:LONGEST]})") from problem
    if not documents:
        raise ArticlesError(f"{path} gave no documents")
    return documents


def _flat(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options with those of `load_data` among them."""
    asked = options.get(CALL)
    return {**options, **(asked if isinstance(asked, Mapping) else {})}


def _held(dump: Path) -> list[Row]:
    """The articles of a dump."""
    try:
        rows = [json.loads(line) for line in dump.read_bytes().splitlines()]
    except (OSError, ValueError) as error:
        raise StoreError(f"cannot read {dump} ({error}): remove it") from error
    return [row for row in rows if "problem" not in row]
