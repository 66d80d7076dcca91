"""The lock of a store's folder: one process writes at a time, and signs for it."""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from platform import node

from index.errors import StoreBusyError, StoreError

LOCK = "lock"


class WriteLock:
    """Lets one process at a time write to the store in a folder."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock, and say in one line what the disk refuses."""
        from filelock import FileLock, Timeout  # noqa: PLC0415 - reading needs none

        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self._directory / LOCK, timeout=0)
            lock.acquire()
        except Timeout as error:
            raise StoreBusyError(
                f"the store in {self._directory} is being written by {self._writer()}; "
                "try again when it is done"
            ) from error
        except OSError as error:
            raise self._refused(error) from error
        try:
            since = f"{datetime.now():%Y-%m-%d %H:%M:%S}"
            signed = {"pid": os.getpid(), "host": node(), "since": since}
            (self._directory / LOCK).write_text(json.dumps(signed))
            yield
        except (OSError, sqlite3.Error) as error:
            raise self._refused(error) from error
        finally:
            with suppress(OSError):
                (self._directory / LOCK).write_text("")
            lock.release()

    def _writer(self) -> str:
        """Who is writing, as far as the lock's file tells."""
        try:
            holder = json.loads((self._directory / LOCK).read_text())
            return f"process {holder['pid']} on {holder['host']} since {holder['since']}"
        except (OSError, ValueError, LookupError, TypeError):
            return "another process"

    def _refused(self, error: Exception) -> StoreError:
        reason = getattr(error, "strerror", None) or error
        return StoreError(
            f"cannot write the store in {self._directory} ({reason}): "
            "free some space, or choose another --store"
        )
