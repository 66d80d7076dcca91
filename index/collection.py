"""Which folder of the user's store belongs to which set of articles.

It knows nothing of what is in those folders. Every set of named folders has one of its
own, so that different articles never mix and never push each other out.
"""

import hashlib
import json
import os
import re
from collections.abc import Sequence
from pathlib import Path

from index.errors import StoreError

CURRENT = "current.json"


def collection_directory(store: Path, roots: Sequence[Path]) -> Path:
    """The folder for these articles, whatever order they are named in."""
    paths = sorted({os.path.realpath(root) for root in roots})
    digest = hashlib.sha256("\0".join(paths).encode("utf-8", "surrogateescape")).hexdigest()
    slug = re.sub(r"[^a-z0-9]+", "-", Path(paths[0]).name.lower()).strip("-")[:40]
    return store / f"{slug or 'articles'}-{digest[:8]}"


def remember_roots(store: Path, roots: Sequence[Path]) -> None:
    """Note that these were the articles last indexed by name.

    Raises StoreError when the store cannot be written.
    """
    draft = store / f"{CURRENT}.{os.getpid()}"
    try:
        store.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps({"roots": [os.path.realpath(root) for root in roots]}))
        draft.replace(store / CURRENT)
    except OSError as error:
        raise StoreError(f"cannot write the store in {store}: {error}") from error


def remembered_roots(store: Path) -> tuple[Path, ...]:
    """The articles last indexed by name; none when there are none, or the note is damaged."""
    try:
        noted = json.loads((store / CURRENT).read_text())["roots"]
        return tuple(Path(root) for root in noted)
    except (OSError, ValueError, KeyError, TypeError):
        return ()
