"""Keep an index up to date while it answers, each time in a process of its own."""

import asyncio
import logging
import math
import threading
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing

from bot.config import Config
from bot.factory import articles_roots
from bot.sync_process import sync_in_process
from index.errors import DatelineError, StoreBusyError, StoreError
from index.store import Store
from index.sync.sync import Progress
from index.sync.watch import changes

LOG = logging.getLogger(__name__)
BUSY = 1.0
"""Seconds until it is tried again where another process indexes for the first time."""
TICK = 0.2
"""Seconds between two looks at how far a sync has come."""


class Upkeep:
    """Keeps the articles of one store up to date.

    `progress` is how far a sync under way has come, and `problem` why the last one failed.
    """

    def __init__(self, config: Config, store: Store) -> None:
        self.progress: Progress | None = None
        self.problem: DatelineError | None = None
        self._config = config
        self._store = store
        self._roots = articles_roots(config)
        self._is_ready = False
        self._fetch_at = 0.0 if any(isinstance(r, str) for r in config.articles) else math.inf
        self._stopping = threading.Event()

    async def run(self) -> None:
        """Bring the index up to date now and whenever the articles change, until cancelled."""
        look = min(60 * self._config.sync_minutes, 30.0)
        try:
            self._is_ready = await asyncio.to_thread(self._holds_articles)
            async with aclosing(changes(self._roots, look)) as signals:
                async for _ in signals:
                    await self._refresh()
        finally:
            self._stopping.set()

    async def ready(self) -> AsyncGenerator[Progress]:
        """How far the first sync has come, until it is complete.

        Raises DatelineError when that sync fails; it is tried again later.
        """
        reported = None
        while not self._is_ready:
            if self.problem and not self.progress:
                raise self.problem
            if self.progress and self.progress != reported:
                reported = self.progress
                yield reported
            await asyncio.sleep(TICK)

    def state(self) -> str:
        """Whether questions are answered: ok, indexing or degraded."""
        if self.problem:
            return "degraded"
        return "ok" if self._is_ready else "indexing"

    def _holds_articles(self) -> bool:
        try:
            return self._store.counts()[0] > 0
        except StoreError:  # damaged; a sync makes it again
            return False

    async def _refresh(self) -> None:
        """Bring the index up to date; what answers now goes on answering when that fails."""
        try:
            while not await self._synced():
                pass
            self.problem, self._is_ready = None, True
        except Exception as problem:  # questions that wait get the reason
            if not self._stopping.is_set():
                self._note(problem)
        finally:
            self.progress = None

    async def _synced(self) -> bool:
        """Whether that is done, here or by another process; the first time, it is waited for."""
        try:
            await asyncio.to_thread(self._sync_if_stale)
        except StoreBusyError:
            LOG.info("another process brings the articles up to date")
            await asyncio.sleep(BUSY)
            return self._is_ready
        return True

    def _sync_if_stale(self) -> None:
        if time.monotonic() >= self._fetch_at:
            self._fetch_at = time.monotonic() + 60 * self._config.sync_minutes
        elif not self._store.is_stale(self._roots):
            return
        report = sync_in_process(self._config, False, self._hear, self._stopping)
        for line in report.kept:
            LOG.warning("%s", line)

    def _hear(self, progress: Progress) -> None:
        self.progress = progress

    def _note(self, problem: Exception) -> None:
        said = str(problem)
        if said != str(self.problem):
            LOG.warning("the articles cannot be brought up to date: %s", said)
        if isinstance(problem, DatelineError):
            self.problem = problem
        else:
            self.problem = StoreError(f"the index cannot be brought up to date ({said})")
