"""The collections of a store: which there are, what they are called, which one answers.

A collection is a set of folders, files and addresses that were indexed together.
"""

import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path

from bot.config import Config
from bot.factory import (
    articles_named,
    collection,
    open_directory,
    shipped_articles,
    store_directory,
)
from index.errors import StoreError, UsageError
from index.paths import (
    Label,
    Root,
    collection_directory,
    dump_of,
    is_address,
    label_of,
    put_label,
    remember_roots,
    remembered_roots,
)
from index.storage.records import Outline
from index.storage.write_lock import LOCK

SHIPPED = "shipped"
"""The name of the articles that ship with Dateline."""
_NOTHING = Outline()
_DIRECTORY = re.compile(r"[a-z0-9-]+-[0-9a-f]{8}")
_NAME = re.compile(r"[^\W_][\w .-]{0,59}")


@dataclass(frozen=True, slots=True)
class Collection:
    """One collection; `roots` is empty where its directory does not say which they are.

    `indexed` is when something was last written to it, None before it is indexed. `answers` is
    true of the one that answers where a command names no articles.
    """

    name: str
    directory: Path
    roots: tuple[Root, ...]
    answers: bool
    outline: Outline = _NOTHING
    indexed: datetime | None = None
    bytes: int = 0

    @property
    def missing(self) -> tuple[Path, ...]:
        """The folders and files that are not there."""
        return tuple(r for r in self.roots if isinstance(r, Path) and not os.access(r, os.F_OK))


def collections(config: Config) -> list[Collection]:
    """Every collection of the store, by name; the shipped articles first, indexed or not."""
    known = [_collection(config, directory, name) for directory, name in names(config).items()]
    return [known[0], *sorted(known[1:], key=lambda each: each.name.casefold())]


def names(config: Config) -> dict[Path, str]:
    """What each collection is called, by its directory, the shipped one first; opens nothing.

    A collection is called as its directory where several would be called the same.
    """
    shipped, *others = _directories(config)
    own = {each: label_of(each).name or each.name[:-9] for each in others}
    times = Counter([SHIPPED, *own.values()])
    apart = {each: name if times[name] == 1 else each.name for each, name in own.items()}
    return {shipped: SHIPPED, **apart}


def collection_named(config: Config, name: str) -> Collection:
    """The collection with this name, directory, folder or address.

    Raises UsageError where there is none.
    """
    known = collections(config)
    for each in known:
        if name in (each.name, each.directory.name) or _same(config, each, name):
            return each
    near = get_close_matches(name, [each.name for each in known], n=1)
    hint = f"did you mean {near[0]}?" if near else "`dateline articles` lists them"
    raise UsageError(f"there is no collection {name!r}; {hint}")


def expanded(config: Config, roots: Iterable[Root]) -> tuple[Root, ...]:
    """The roots, with those of a collection where one is called so and no file is."""
    return tuple(root for each in roots for root in _meant(config, each))


def _meant(config: Config, root: Root) -> tuple[Root, ...]:
    if isinstance(root, str) or os.access(root, os.F_OK) or str(root) not in names(config).values():
        return (root,)
    return collection_named(config, str(root)).roots or (root,)


def use(config: Config, chosen: Collection) -> None:
    """Answer from this collection where a command names no articles."""
    if not chosen.roots:
        raise UsageError(f"nothing says where the articles of {chosen.name} are; index them again")
    remember_roots(store_directory(config), () if chosen.name == SHIPPED else chosen.roots)


def rename(config: Config, chosen: Collection, name: str) -> None:
    """Give a collection another name."""
    if chosen.name == SHIPPED:
        raise UsageError("the articles that ship with Dateline are always called shipped")
    if not _NAME.fullmatch(name) or _DIRECTORY.fullmatch(name):
        raise UsageError(f"{name!r} will not do as a name; take letters, digits, spaces and . - _")
    others = [each for each in collections(config) if each.directory != chosen.directory]
    if name in [each.name for each in others]:
        raise UsageError(f"another collection is called {name} already")
    put_label(chosen.directory, Label(chosen.roots, name))


def forget(config: Config, chosen: Collection) -> None:
    """Delete the index of a collection, and what was fetched for it alone; its files stay.

    If it was the one that answers, the shipped articles do from now on.
    """
    addresses = fetched_for(config, chosen)
    if chosen.directory.is_dir():
        open_directory(config, chosen.directory).delete()
    for address in addresses:
        _delete(dump_of(store_directory(config), address))
    if chosen.answers:
        remember_roots(store_directory(config), ())


def fetched_for(config: Config, chosen: Collection) -> list[str]:
    """The addresses that were fetched for this collection, and for no other."""
    store = store_directory(config)
    kept = [each for each in collections(config) if each.directory != chosen.directory]
    others = {root for each in kept for root in each.roots}
    mine = [r for r in chosen.roots if isinstance(r, str) and r not in others]
    return [root for root in mine if dump_of(store, root).exists()]


def _delete(dump: Path) -> None:
    try:
        dump.unlink(missing_ok=True)
        dump.with_suffix(".json").unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"cannot delete {dump}: {error.strerror}") from error


def _directories(config: Config) -> list[Path]:
    """Where the collections are: the shipped one, the one that answers, and all that are there."""
    store = store_directory(config)
    try:
        found = sorted(path for path in store.iterdir() if _DIRECTORY.fullmatch(path.name))
    except OSError:
        found = []
    indexed = [path for path in found if (path / LOCK).exists()]
    shipped = collection_directory(store, [shipped_articles()])
    return list(dict.fromkeys([shipped, collection(config), *indexed]))


def _collection(config: Config, directory: Path, name: str) -> Collection:
    answers = directory == collection(config)
    if not directory.is_dir():
        roots = articles_named(config) if answers else (shipped_articles(),)
        return Collection(name, directory, roots, answers)
    outline = _outline(config, directory)
    roots = _roots(config, directory, outline)
    facts = (outline, _indexed(directory), _size(directory))
    return Collection(name, directory, roots, answers, *facts)


def _outline(config: Config, directory: Path) -> Outline:
    try:
        with open_directory(config, directory) as store:
            return store.outline()
    except StoreError:  # damaged, or from a newer version: still to be listed and forgotten
        return Outline()


def _roots(config: Config, directory: Path, outline: Outline) -> tuple[Root, ...]:
    """The articles of a directory: those of which its name is made."""
    store, label = store_directory(config), label_of(directory)
    origins = tuple(o if is_address(o) else Path(o) for o in outline.origins)
    for roots in (label.roots, origins, articles_named(config), remembered_roots(store)):
        if roots and collection_directory(store, _paths(config, roots)) == directory:
            return roots
    return ()


def _paths(config: Config, roots: Iterable[Root]) -> Sequence[Path]:
    store = store_directory(config)
    return [dump_of(store, root) if isinstance(root, str) else root for root in roots]


def _indexed(directory: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp((directory / LOCK).stat().st_mtime).astimezone()
    except OSError:
        return None


def _size(directory: Path) -> int:
    with suppress(OSError):  # somebody may be writing there
        return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())
    return 0


def _same(config: Config, each: Collection, typed: str) -> bool:
    """Whether a folder, file or address that was typed is all that a collection holds."""
    root = typed if is_address(typed) else Path(typed).expanduser()
    directory = collection_directory(store_directory(config), _paths(config, [root]))
    return directory == each.directory
