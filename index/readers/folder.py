"""The files in a folder that can hold articles.

It knows their names and nothing of what is in them.
"""

import os
import stat
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from index.errors import ArticlesError
from index.readers.kinds import READERS, reader_of
from index.readers.problem import Problem, reason_of

KERNEL = frozenset(
    (
        *("proc", "sysfs", "devtmpfs", "devpts", "cgroup", "cgroup2", "debugfs", "tracefs", "bpf"),
        *("securityfs", "pstore", "mqueue", "configfs", "fusectl", "efivarfs", "nsfs"),
    )
)
"""File systems whose files are no files: some never end, some wait for ever."""
KERNEL_S = "it is part of the kernel, with files that may never end"
KINDS_SHOWN = 5
"""Endings that are named of files that are not read, at most."""


def find_files(
    root: Path, on_problem: Callable[[Problem], None] | None = None
) -> Iterator[tuple[Path, str]]:
    """The files under `root` that can hold articles, sorted, each with its source.

    The source is the path relative to `root`, or the name where `root` is a file itself.
    Hidden files and folders are left out. Raises ArticlesError when `root` cannot be read
    or holds no such file.
    """
    if str(root) != _utf8(str(root)):
        raise ArticlesError(f"cannot read {_utf8(str(root))}: its name is not UTF-8; rename it")
    try:
        facts = root.stat()
    except OSError as error:
        raise ArticlesError(
            f"cannot read {root}: {reason_of(error)}; name a folder or file that can be read"
        ) from error
    mode = facts.st_mode
    if facts.st_dev in kernel_devices():
        raise ArticlesError(f"cannot read {root}: {KERNEL_S}; name a folder of articles")
    if stat.S_ISDIR(mode):
        found = _walk_all(root, on_problem or (lambda _: None))
    else:
        found = iter([(root, root.name)] if stat.S_ISREG(mode) and reader_of(root.name) else [])
    first = next(found, None)
    if first is None:
        raise ArticlesError(f"no articles in {root}: it holds no {', '.join(READERS)} file")
    yield first
    yield from found


def _walk_all(root: Path, on_problem: Callable[[Problem], None]) -> Iterator[tuple[Path, str]]:
    """The files that are read; those of other kinds are counted in one line."""
    unread = Counter[str]()
    yield from _walk(root, "", set(), on_problem, unread)
    if unread:
        kinds = ", ".join(f"{n:,} {ending}" for ending, n in unread.most_common(KINDS_SHOWN))
        more = " and others" if len(unread) > KINDS_SHOWN else ""
        number = unread.total()
        files = f"{number:,} file{'' if number == 1 else 's'}"
        reason = f"{files} of kinds that are not read ({kinds}{more})"
        on_problem(Problem(_utf8(root.name), reason, doubtful=True))


def _walk(
    folder: Path,
    prefix: str,
    above: set[tuple[int, int]],
    on_problem: Callable[[Problem], None],
    unread: Counter[str],
) -> Iterator[tuple[Path, str]]:
    """Files first, then folders, each by name; a folder inside itself is not entered.

    `prefix` is put before names to make them relative to the root.
    """
    try:
        here = folder.stat()
        # pathlib's own iterdir is three times slower, and this is done before each answer.
        with os.scandir(folder) as entries:
            seen = sorted((e.name, _is_folder(e), e) for e in entries if e.name[0] != ".")
    except OSError as error:
        if not prefix:
            raise ArticlesError(
                f"cannot read {folder}: {reason_of(error)}; allow it, or name another folder"
            ) from error
        source = _utf8(prefix.removesuffix("/"))
        on_problem(Problem(source, f"cannot be read: {reason_of(error)}", incomplete=True))
        return
    identity = (here.st_dev, here.st_ino)
    if identity in above:
        return
    if here.st_dev in kernel_devices():
        on_problem(Problem(_utf8(prefix.removesuffix("/")), f"{KERNEL_S}; left out"))
        return
    for name, is_folder, entry in seen:
        if is_folder:
            continue
        if not reader_of(name):
            _count(unread, name, entry)
        elif why := _why_unfit(entry):
            on_problem(Problem(_utf8(prefix + name), why))
        else:
            yield from _named(folder, prefix, name, on_problem)
    for name, is_folder, _ in seen:
        if is_folder:
            inner = above | {identity}
            yield from _walk(folder / name, f"{prefix}{name}/", inner, on_problem, unread)


def _count(unread: Counter[str], name: str, entry: os.DirEntry[str]) -> None:
    """Count a file of a kind that is not read, but for those that make a folder a package."""
    if not (name.startswith("__") or name.endswith(".pyc")) and _why_unfit(entry) is None:
        unread[_utf8(Path(name).suffix.lower()) or "without ending"] += 1


def _named(
    folder: Path, prefix: str, name: str, on_problem: Callable[[Problem], None]
) -> Iterator[tuple[Path, str]]:
    """The file with its source, if its name can be written."""
    source = prefix + name
    if source == _utf8(source):
        yield folder / name, source
    else:
        on_problem(Problem(_utf8(source), "its name is not UTF-8; rename it"))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    with suppress(OSError):  # a link that leads to itself
        return entry.is_dir()
    return False


def _why_unfit(entry: os.DirEntry[str]) -> str | None:
    """Why what is named like an article cannot be read: it is a pipe, a device or a lost link."""
    with suppress(OSError):
        if entry.is_file():
            return None
        if not entry.is_symlink() or Path(entry.path).exists():
            return "no regular file, but a pipe, socket or device; left out"
    return "a link that leads nowhere"


@lru_cache(maxsize=1)
def kernel_devices() -> frozenset[int]:
    """The devices of the file systems in which the kernel shows itself, where it has them."""
    try:
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return frozenset()
    found = set()
    for mount in mounts.splitlines():
        facts, _, kind = mount.partition(" - ")
        if kind.partition(" ")[0] in KERNEL:
            major, _, minor = facts.split()[2].partition(":")
            found.add(os.makedev(int(major), int(minor)))
    return frozenset(found)


def _utf8(name: str) -> str:
    return name.encode("utf-8", "replace").decode("utf-8")
