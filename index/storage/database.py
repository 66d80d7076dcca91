"""One SQLite file that any thread may read and write, with the store's errors."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from index.errors import StoreError

LOG_PAGES = 4_000
"""Pages of 4 kB in the log before they go to their places: many are written there only once."""


class Database:
    """An open SQLite file; its methods may be called from any thread.

    Every method raises StoreError when the file is damaged or the disk refuses it.
    """

    def __init__(self, path: Path) -> None:
        """Open the manifest at `path`.

        Raises StoreError when there is none, or when it is damaged.
        """
        self._path = path
        self._lock = RLock()
        with self._guarded():
            self._db = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=rw",
                uri=True,
                timeout=30,
                isolation_level=None,
                check_same_thread=False,
            )
            try:
                self._db.execute("SELECT count(*) FROM meta, sqlite_master").fetchone()
                self._db.execute("PRAGMA synchronous = NORMAL")
                self._db.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
                self._db.execute("PRAGMA mmap_size = 268435456")
            except sqlite3.Error:
                self._db.close()
                raise

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written within becomes visible at once, or not at all."""
        with self._lock, self._guarded():
            if self._db.in_transaction:  # part of a larger one
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextmanager
    def _on_disk(self) -> Iterator[None]:
        """What is committed within is on disk afterwards, see `index/sync/sync.py`."""
        with self._lock:
            self.select("PRAGMA synchronous = FULL")
            try:
                yield
            finally:
                self.select("PRAGMA synchronous = NORMAL")

    def is_all_in_place(self) -> bool:
        """Move what is in the log to the tables; False where somebody still reads older ones."""
        [(busy, logged, moved)] = self.select("PRAGMA wal_checkpoint(PASSIVE)")
        return not busy and logged == moved

    def is_consistent(self) -> bool:
        """Whether SQLite finds nothing amiss in the tables; reads all of them."""
        try:
            return self.select("PRAGMA integrity_check(1)") == [("ok",)]
        except StoreError:
            return False

    def copy_to(self, path: Path) -> None:
        """Write a copy to `path`."""
        with self._lock, self._guarded():
            copy = sqlite3.connect(path)
            try:
                self._db.backup(copy)
                copy.execute("PRAGMA journal_mode = WAL")
            finally:
                copy.close()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def select(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[Any]:
        """The rows that a query finds."""
        with self._lock, self._guarded():
            return self._db.execute(sql, values).fetchall()

    def write(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Carry out a statement once for every row of values."""
        with self._lock, self._guarded():
            self._db.executemany(sql, rows)

    def insert(self, table: str, **values: object) -> int:
        """Put in one row, and return its id."""
        columns, marks = ", ".join(values), ", ".join("?" * len(values))
        sql = f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608 - our own names
        with self._lock, self._guarded():
            return int(self._db.execute(sql, [*values.values()]).lastrowid or 0)

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(
                f"the store's {self._path} cannot be used ({error}): "
                "see that its disk has room, and try again"
            ) from error
