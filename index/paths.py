"""Which folder of the user's store belongs to which set of articles.

It knows nothing of what is in those folders, and fetches nothing. Every set of named folders
has one of its own, so that different articles never mix and never push each other out.
"""

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from index.errors import StoreError

CURRENT = "current.json"
FETCHED = "fetched"

READER = "llamaindex:"
"""Before the class of a LlamaIndex reader that articles come from."""
SECRETS = ("key", "token", "secret", "password", "credential")
"""Words in the names of options that are secret, and say nothing of which articles are meant."""

Root = Path | str
"""A folder or file, or as text the address of a feed or page, or "llamaindex:CLASS"."""


def collection_directory(store: Path, roots: Sequence[Path]) -> Path:
    """The folder for these articles, whatever order they are named in."""
    paths = sorted({os.path.realpath(root) for root in roots})
    digest = hashlib.sha256("\0".join(paths).encode("utf-8", "surrogateescape")).hexdigest()
    slug = re.sub(r"[^a-z0-9]+", "-", Path(paths[0]).name.lower()).strip("-")[:40]
    return store / f"{slug or 'articles'}-{digest[:8]}"


def is_address(text: str) -> bool:
    """Whether articles are named by an address of the web rather than a path."""
    return text.lower().startswith(("http://", "https://"))


def is_reader(text: str) -> bool:
    """Whether articles are named by the class of a LlamaIndex reader."""
    return text.startswith(READER)


def is_fetched(text: str) -> bool:
    """Whether articles are fetched and kept as a dump, rather than read where they are."""
    return is_address(text) or is_reader(text)


def dump_of(store: Path, root: str, options: Mapping[str, Any] = {}) -> Path:
    """The feed dump that keeps what is fetched from an address, or by a reader with `options`.

    Other options are other articles; another key or token is not.
    """
    named = root
    if is_reader(root):
        kept = {k: v for k, v in options.items() if not is_secret(k)}
        named += json.dumps(kept, sort_keys=True, default=str)
    digest = hashlib.sha256(named.encode()).hexdigest()[:8]
    plain = root.removeprefix(READER) if is_reader(root) else root.partition("://")[2]
    slug = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:60]
    return store / FETCHED / f"{slug}-{digest}.jsonl"


def is_secret(option: str) -> bool:
    """Whether an option of this name holds a secret."""
    return any(word in option.lower() for word in SECRETS)


def address_of(dump: Path) -> str | None:
    """The address or reader that a dump in a store comes from, as far as it was noted."""
    if dump.parent.name != FETCHED:
        return None
    try:
        noted = json.loads(dump.with_suffix(".json").read_bytes()).get("address")
    except (OSError, ValueError, AttributeError):
        return None
    return noted if isinstance(noted, str) else None


def remember_roots(store: Path, roots: Sequence[Root]) -> None:
    """Note that these were the articles last indexed by name.

    Raises StoreError when the store cannot be written.
    """
    draft = store / f"{CURRENT}.{os.getpid()}"
    try:
        store.mkdir(parents=True, exist_ok=True)
        noted = [root if isinstance(root, str) else os.path.realpath(root) for root in roots]
        draft.write_text(json.dumps({"roots": noted}))
        draft.replace(store / CURRENT)
    except OSError as error:
        raise StoreError(f"cannot write the store in {store}: {error}") from error


def remembered_roots(store: Path) -> tuple[Root, ...]:
    """The articles last indexed by name; none when there are none, or the note is damaged."""
    try:
        noted = json.loads((store / CURRENT).read_text())["roots"]
        return tuple(root if is_fetched(root) else Path(root) for root in noted)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ()
