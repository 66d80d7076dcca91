"""Sums of a generation's files, by which it is found that one is not as it was written.

They are in `sums.json`, which is deleted before anything is written and made again afterwards: so a
sync that was killed leaves none, and none is wrong. A file that looks as it did is only read where
that is asked for, as all of a large store takes seconds.
"""

import json
import zlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

SUMS = "sums.json"
PIECE = 1 << 20
SMALL = 16_384
"""Bytes up to which a file is always read: a wrong header ends the process of a library."""


class Sum(NamedTuple):
    """What a file was like when it was written."""

    size: int
    changed_ns: int
    crc: int


class Sums:
    """The sums of the files in `folder` that `files` finds there."""

    def __init__(self, folder: Path, files: Callable[[Path], Iterable[Path]]) -> None:
        self._folder, self._files = folder, files
        self._path = folder / SUMS
        self._before: dict[str, Sum] = {}

    def broken(self, thorough: bool = False) -> list[str]:
        """The files that are not as they were written.

        Those that look as they did are read only if they are small, or all if `thorough`.
        """
        noted = self._noted().items()
        return [name for name, was in noted if not self._is_as_it_was(name, was, thorough)]

    def exist(self) -> bool:
        """Whether there are sums to compare with."""
        return self._path.exists()

    def drop(self) -> None:
        """Delete the sums, as something is about to be written."""
        self._before = self._before or self._noted()
        self._path.unlink(missing_ok=True)

    def note(self, unfinished: Sequence[str] = ()) -> None:
        """Sum all files but those that are `unfinished`; raises OSError.

        Of a file that looks as it did, the sum that it had is kept.
        """
        before, self._before = self._before or self._noted(), {}
        found = {}
        for path in self._files(self._folder):
            name = path.relative_to(self._folder).as_posix()
            if name not in unfinished:
                found[name] = _summed(path, before.get(name))
        if found == self._noted():
            return
        draft = self._path.with_suffix(".new")
        draft.write_text(json.dumps({"files": found, "crc": _crc_of(found)}))
        draft.replace(self._path)

    def _noted(self) -> dict[str, Sum]:
        """The sums; none where they are damaged themselves."""
        try:
            written = json.loads(self._path.read_bytes())
            noted = {name: Sum(*values) for name, values in written["files"].items()}
            return noted if written["crc"] == _crc_of(noted) else {}
        except (OSError, ValueError, TypeError, LookupError, AttributeError):
            return {}

    def _is_as_it_was(self, name: str, was: Sum, thorough: bool) -> bool:
        path = self._folder / name
        try:
            if _looks(path) == was[:2] and was.size > SMALL and not thorough:
                return True
            return path.stat().st_size == was.size and _crc(path) == was.crc
        except OSError:
            return False


def _summed(path: Path, before: Sum | None) -> Sum:
    looks = _looks(path)
    return before if before and before[:2] == looks else Sum(*looks, _crc(path))


def _looks(path: Path) -> tuple[int, int]:
    facts = path.stat()
    return facts.st_size, facts.st_mtime_ns


def _crc(path: Path) -> int:
    crc = 0
    with path.open("rb") as stream:
        while piece := stream.read(PIECE):
            crc = zlib.crc32(piece, crc)
    return crc


def _crc_of(sums: dict[str, Sum]) -> int:
    return zlib.crc32(json.dumps(sums, sort_keys=True).encode())
