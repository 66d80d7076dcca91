"""The files under the folders that were named, as they are at this moment.

It reads no article and knows nothing of stores, beyond what one last saw of a file.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from index.errors import ArticlesError
from index.paths import address_of
from index.readers import Problem, find_files, reason_of


class Found(NamedTuple):
    """A file that can hold articles, as it was when it was found.

    `changed_ns` moves with every change, `written_ns` with those to its content. `origin` is
    the folder or file that was named, or the address that it was fetched from.
    """

    path: str
    source: str
    size: int
    changed_ns: int
    written_ns: int
    origin: str = ""


class Known(Protocol):
    """A file as it was when its articles were last read."""

    @property
    def path(self) -> str: ...  # noqa: D102
    @property
    def source(self) -> str: ...  # noqa: D102
    @property
    def size(self) -> int: ...  # noqa: D102
    @property
    def changed_ns(self) -> int: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Listing:
    """What was found, and what could not be looked at.

    `away` are the roots that cannot be read or hold no file, each with the reason;
    `unknown` are the folders and files of which nobody can say what they hold now.
    """

    roots: tuple[str, ...]
    found: tuple[Found, ...]
    problems: tuple[Problem, ...]
    unknown: tuple[str, ...]
    away: dict[str, str]

    def hides(self, path: str) -> bool:
        """Whether a file that was not found may be there all the same."""
        return any(_is_in(path, folder) for folder in self.unknown)

    def root_of(self, path: str) -> str | None:
        """The first root that a file is in."""
        return next((root for root in self.roots if _is_in(path, root)), None)


def list_files(roots: Sequence[Path], allow_empty: bool = False) -> Listing:
    """The files under all roots, in order, each with a source of its own.

    Raises ArticlesError when not one root can be read and holds a file; with `allow_empty`
    such roots are as they should be, and hold nothing.
    """
    bases = [Path(os.path.realpath(root)) for root in roots]
    found: dict[str, Found] = {}
    sources: set[str] = set()
    problems: list[Problem] = []
    unknown: list[str] = []
    away: dict[str, str] = {}
    for base in bases:
        try:
            _list_root(base, found, sources, problems, unknown)
        except ArticlesError as error:
            away[str(base)] = str(error)
    if away and not allow_empty:
        if len(away) == len({*bases}):
            raise ArticlesError(next(iter(away.values())))
        unknown += away
    return Listing(
        tuple(map(str, bases)), tuple(found.values()), tuple(problems), tuple(unknown), away
    )


def is_current(found: Found, known: Known | None) -> bool:
    """Whether the file is as it was when its articles were last read."""
    return known is not None and (known.path, known.source, known.size, known.changed_ns) == (
        found.path,
        found.source,
        found.size,
        found.changed_ns,
    )


def _list_root(
    base: Path,
    found: dict[str, Found],
    sources: set[str],
    problems: list[Problem],
    unknown: list[str],
) -> None:
    def on_problem(problem: Problem) -> None:
        problems.append(problem)
        if problem.incomplete:
            unknown.append(str(base / problem.source))

    origin = address_of(base) or str(base)
    for path, relative in find_files(base, on_problem):
        if str(path) in found:
            continue
        source = relative if relative not in sources else f"{base.name}/{relative}"
        if source in sources:
            problems.append(Problem(source, f"{path} has the same name in another folder"))
            continue
        try:
            facts = path.stat()
        except FileNotFoundError:  # gone since it was found
            continue
        except OSError as error:
            on_problem(Problem(relative, f"cannot be read: {reason_of(error)}", incomplete=True))
            continue
        sources.add(source)
        # The second time moves too when a file of the same size is put in with its old date.
        changed_ns = max(facts.st_mtime_ns, facts.st_ctime_ns)
        found[str(path)] = Found(
            str(path), source, facts.st_size, changed_ns, facts.st_mtime_ns, origin
        )


def _is_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
