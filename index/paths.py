"""Which folder of the user's store belongs to which set of articles.

Every set of named folders has one of its own, so that different articles never mix and never push
each other out.
"""

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from index.errors import StoreError

CURRENT = "current.json"
LABEL = "articles.json"
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


def host_of(address: str) -> str:
    """The name of an address's site, without www; empty where it has none."""
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:  # such as brackets that do not close
        return ""


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
    """Note that these articles answer from now on, where a command names none.

    Without roots, the articles that ship with Dateline do. Raises StoreError when the store
    cannot be written.
    """
    _write(store / CURRENT, {"roots": _written(roots)})


def remembered_roots(store: Path) -> tuple[Root, ...]:
    """The articles that answer where a command names none.

    Returns none where nothing was noted, or the note is damaged.
    """
    return _roots(_read(store / CURRENT))


class Label(NamedTuple):
    """What a collection's directory says about it: its articles, and a name somebody gave it."""

    roots: tuple[Root, ...] = ()
    name: str | None = None


def label_of(directory: Path) -> Label:
    """The label of a collection's directory; an empty one where there is none."""
    written = _read(directory / LABEL)
    name = written.get("name")
    return Label(_roots(written), name if isinstance(name, str) else None)


def put_label(directory: Path, label: Label) -> None:
    """Write the label of a collection, unless it says so already.

    Raises StoreError when the store cannot be written.
    """
    wanted = {"roots": _written(label.roots), "name": label.name}
    if _read(directory / LABEL) != wanted:
        _write(directory / LABEL, wanted)


def _written(roots: Sequence[Root]) -> list[str]:
    return [root if isinstance(root, str) else os.path.realpath(root) for root in roots]


def _roots(written: Mapping[str, Any]) -> tuple[Root, ...]:
    try:
        return tuple(root if is_fetched(root) else Path(root) for root in written["roots"])
    except (KeyError, TypeError, AttributeError):
        return ()


def _read(path: Path) -> dict[str, Any]:
    try:
        written = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return written if isinstance(written, dict) else {}


def _write(path: Path, value: object) -> None:
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps(value))
        draft.replace(path)
    except OSError as error:
        raise StoreError(f"cannot write the store in {path.parent}: {error}") from error
