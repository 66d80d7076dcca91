"""Syncs in a process that is killed at the n-th thing it writes.

A thing written is a statement that changes the manifest, a file made, renamed or deleted,
and a call that changes an index, of which both ends count.
"""

import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from functools import wraps
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from index.engines import chroma
from index.engines.bm25 import Bm25Index
from index.engines.chroma import VectorIndex
from index.engines.probe import main as probe
from index.errors import DatelineError
from index.storage.manifest import Manifest
from index.store import Store
from index.sync import sync
from tests.index.stores import CountingEmbedder

FILE_EVENTS = ("os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.truncate", "shutil.rmtree")
CALLS = {Bm25Index: ("add", "delete", "commit"), VectorIndex: ("add", "delete", "count")}
READS = ("select", "pragma", "--")

_FORKS = get_context("forkserver")
_FORKS.set_forkserver_preload([__name__, "chromadb", "tantivy", "hypothesis"])


def run_killed(store: Path, articles: Path, at: int, embedder: str = "bag-16") -> int | None:
    """Sync in a process of its own, killed at its `at`-th write; 0 never kills.

    How many writes there were, or None when it was killed.
    """
    receiver, sender = _FORKS.Pipe(duplex=False)
    process = _FORKS.Process(target=_sync, args=(store, articles, at, embedder, sender))
    process.start()
    sender.close()
    process.join(120)
    assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
    return int(receiver.recv()) if process.exitcode == 0 else None


def run_killed_in(store: Path, articles: Path, moment: tuple[str, ...]) -> None:
    """Sync in a process of its own, killed before or after the n-th call of a method.

    `moment` has the class, the method, "before" or "after", and n.
    """
    process = _FORKS.Process(target=_sync_until, args=(store, articles, moment))
    process.start()
    process.join(120)
    assert process.exitcode == -signal.SIGKILL, process.exitcode


def probe_in_fork(directory: Path) -> bool:
    """As the store does it, without starting Python anew."""
    process = _FORKS.Process(target=probe, args=(directory,))
    process.start()
    process.join(120)
    return process.exitcode == 0


def _sync_until(store: Path, articles: Path, moment: tuple[str, ...]) -> None:
    kind, name, when, nth = moment
    chroma._tried = probe_in_fork
    sync.BATCH = sync.CHARACTERS = 1
    owner: Any = {"Manifest": Manifest, "Bm25Index": Bm25Index, "VectorIndex": VectorIndex}[kind]
    real, calls = getattr(owner, name), count(1)

    def deadly(*arguments: Any, **options: Any) -> Any:
        is_last = next(calls) == int(nth)
        if is_last and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*arguments, **options)
        if is_last:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, deadly)
    Store.open(store, CountingEmbedder()).sync([articles])


def _sync(store: Path, articles: Path, at: int, embedder: str, sender: Connection) -> None:
    writes = count(1)
    chroma._tried = probe_in_fork
    sync.BATCH = sync.CHARACTERS = 1

    def step() -> None:
        if next(writes) == at:
            os.kill(os.getpid(), signal.SIGKILL)

    _watch(step)
    try:
        with Store.open(store, CountingEmbedder(embedder)) as opened:
            opened.sync([articles])
    except DatelineError:
        pass  # nothing is left to index; what then is, the caller looks at
    sender.send(next(writes) - 1)
    os._exit(0)


def _watch(step: Callable[[], None]) -> None:
    """Have `step` called before everything that this process writes."""

    def statement(sql: str) -> None:
        if not sql.lstrip().lower().startswith(READS):
            step()

    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & os.O_ACCMODE
        if writes or event in FILE_EVENTS:
            step()

    def connected(*arguments: Any, **options: Any) -> Any:
        database = connect(*arguments, **options)
        database.set_trace_callback(statement)
        return database

    connect = sqlite3.connect
    setattr(sqlite3, "connect", connected)  # noqa: B010 - its type has overloads
    sys.addaudithook(heard)
    for owner, names in CALLS.items():
        for name in names:
            setattr(owner, name, _stepping(getattr(owner, name), step))


def _stepping(call: Callable[..., Any], step: Callable[[], None]) -> Callable[..., Any]:
    @wraps(call)
    def stepping(*arguments: Any) -> Any:
        step()
        done = call(*arguments)
        step()
        return done

    return stepping
