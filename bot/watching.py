"""Keeps an index up to date while its articles change, for as long as somebody listens.

It prints nothing, and knows nothing of questions or answers.
"""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing

from bot.config import Config
from bot.factory import (
    OnProgress,
    articles_roots,
    fetch_addresses,
    open_collection,
    store_directory,
)
from index.errors import DatelineError, StoreBusyError, StoreError
from index.paths import remember_roots
from index.store import Store
from index.sync.memory import share_arenas
from index.sync.report import SyncReport
from index.sync.sync import Progress
from index.sync.watch import changes

BUSY = 1.0
"""Seconds until it is tried again where another process is writing."""
FETCH = 600.0
"""Seconds after which feeds and pages are fetched again."""
CHECK = 86_400.0
"""Seconds after which all files of the store are compared with their sums again."""

Outcome = SyncReport | DatelineError


async def watching(config: Config, on_progress: OnProgress) -> AsyncGenerator[Outcome]:
    """What each sync did, or why it could not be done; the first follows at once.

    One that did nothing is not reported, nor the same trouble twice in a row. Articles that were
    named are remembered for next time. Closing the iterator ends a sync under way, which
    loses nothing.
    """
    if config.articles:
        await asyncio.to_thread(remember_roots, store_directory(config), config.articles)
    share_arenas()
    reported = ""
    with await asyncio.to_thread(open_collection, config) as store:
        upkeep = _Upkeep(store, config, on_progress)
        try:
            async with aclosing(changes(articles_roots(config))) as signals:
                async for _ in signals:
                    outcome = await upkeep.bring_up_to_date()
                    if _did_something(outcome) or _trouble(outcome) not in ("", reported):
                        yield outcome
                    reported = _trouble(outcome)
        finally:
            upkeep.stopped = True


class _Upkeep:
    """Brings one store up to date, again and again."""

    def __init__(self, store: Store, config: Config, on_progress: OnProgress) -> None:
        self.stopped = False
        self._store = store
        self._config = config
        self._roots = articles_roots(config)
        self._on_progress = on_progress
        self._fetched = -FETCH
        self._checked = -CHECK

    async def bring_up_to_date(self) -> Outcome:
        """What was done, or why it could not be."""
        while True:
            try:
                return await asyncio.to_thread(self._sync)
            except StoreBusyError:
                await asyncio.sleep(BUSY)
            except DatelineError as problem:
                return problem
            except OSError as problem:
                return StoreError(f"the index cannot be brought up to date ({problem})")

    def _sync(self) -> SyncReport:
        if time.monotonic() - self._fetched > FETCH:
            self._fetched = time.monotonic()
            fetch_addresses(self._config)
        return self._store.sync(self._roots, self._unless_stopped, thorough=self._is_due())

    def _is_due(self) -> bool:
        """Whether the store's own files are to be checked this time."""
        due = time.monotonic() - self._checked > CHECK
        if due:
            self._checked = time.monotonic()
        return due

    def _unless_stopped(self, progress: Progress) -> None:
        if self.stopped:
            raise StoreError("stopped while indexing")
        self._on_progress(progress)


def _did_something(outcome: Outcome) -> bool:
    return isinstance(outcome, SyncReport) and bool(
        outcome.added
        or outcome.changed
        or outcome.moved
        or outcome.removed
        or outcome.embedded
        or outcome.rebuilt
    )


def _trouble(outcome: Outcome) -> str:
    if isinstance(outcome, SyncReport):
        return "\n".join((*outcome.kept, *(f"{p.source}: {p.reason}" for p in outcome.problems)))
    return str(outcome)
