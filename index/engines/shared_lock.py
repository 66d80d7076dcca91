"""A file that one process locks for itself, or several at once with each other.

A process that ends releases what it holds.
"""

import time
from pathlib import Path
from typing import BinaryIO

try:
    import fcntl
except ModuleNotFoundError:  # Windows, where each keeps out all others
    fcntl = None  # type: ignore[assignment]

POLL_SECONDS = 0.005


def locked(path: Path, seconds: float, *, shared: bool = False) -> BinaryIO:
    """The file at `path`, made if need be, and locked until it is closed.

    Raises TimeoutError when others hold it for so many seconds; a `shared` lock waits only for
    one that is not. It is the file's: two in one process keep each other out as well.
    """
    deadline = time.monotonic() + seconds
    file = path.open("ab")
    try:
        while not _taken(file, shared):
            if time.monotonic() >= deadline:
                raise TimeoutError(f"{path} is locked")
            time.sleep(POLL_SECONDS)
    except BaseException:
        file.close()
        raise
    return file


def _taken(file: BinaryIO, shared: bool) -> bool:
    if fcntl is None:
        from filelock import lock_descriptor  # noqa: PLC0415

        return lock_descriptor(file.fileno(), blocking=False)
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
