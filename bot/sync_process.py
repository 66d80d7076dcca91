"""An index brought up to date in a process of its own.

The vectors' library blocks the interpreter for seconds while it adds many vectors. A server in the
same process would answer nobody meanwhile. An error there ends that process alone.
"""

import multiprocessing
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from threading import Event

from bot.config import Config
from bot.factory import sync_articles
from index.errors import DatelineError, StoreError
from index.sync.report import SyncReport
from index.sync.sync import Progress

POLL_SECONDS = 0.2
Said = Progress | SyncReport | DatelineError
"""What the process says: how far it is, and then what it did or why it did not."""


def sync_in_process(
    config: Config, allow_empty: bool, on_progress: Callable[[Progress], None], stop: Event
) -> SyncReport:
    """Fetch what the settings' articles have new, bring their index up to date, and wait for it.

    `allow_empty` is as in `Store.sync`. Raises DatelineError, when `stop` is set too, and what
    was indexed goes on answering.
    """
    context = multiprocessing.get_context("spawn")  # a fork would copy threads' locks
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_sync, args=(config, allow_empty, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        while isinstance(said := _next(ours, stop), Progress):
            on_progress(said)
    except EOFError:
        raise StoreError("the process that indexes was ended") from None
    finally:
        process.terminate()
        process.join()
        ours.close()
    if isinstance(said, SyncReport):
        return said
    raise said


def _next(ours: "Connection[None, Said]", stop: Event) -> "Said":
    """What the process says next."""
    while not ours.poll(POLL_SECONDS):
        if stop.is_set():
            raise StoreError("the bot was stopped while it was indexing")
    return ours.recv()


def _sync(
    config: Config,
    allow_empty: bool,
    told: "Connection[Said, None]",
) -> None:
    """What that process does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the bot ends it, and has its reasons
    try:
        told.send(sync_articles(config, told.send, allow_empty))
    except DatelineError as problem:
        told.send(problem)
    except OSError as problem:
        told.send(StoreError(f"the index cannot be brought up to date ({problem})"))
