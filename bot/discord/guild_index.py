"""Which articles a server's questions are answered from, kept open and up to date.

Most servers share the articles of the settings; a server or a channel that has its own is answered
from those alone, and nobody else is. It knows servers and channels by their numbers alone.
"""

import asyncio
import logging
import math
import threading
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bot.config import Config
from bot.discord.settings import Servers
from bot.discord.uploads import GuildUploads
from bot.factory import articles_named, articles_roots, embedder, open_collection, store_directory
from bot.sync_process import sync_in_process
from bot.workers.pool import Pool
from index.embedding.static import Embedder
from index.errors import ArticlesError, DatelineError, StoreBusyError, StoreError
from index.readers import Problem
from index.storage.records import CatalogueRow
from index.store import Store
from index.sync.report import SyncReport
from index.sync.sync import Progress
from index.sync.watch import changes

if TYPE_CHECKING:
    from bot.answering import Answering
    from bot.workers.pool import Pool

LOG = logging.getLogger("bot.discord.newsroom")  # as in older logs
FOLDER = "servers"
"""In the store: a folder of articles for each server or channel that has its own."""
Key = tuple[int, int | None]
"""A server, and the channel of it that has articles of its own."""
OPEN = 16
"""GuildIndexes of single servers that stay open though nobody asks."""
BUSY = 0.5
"""Seconds between two looks at whether another process is done."""
LONG = 3600.0
"""Seconds without a question after which nothing can be under way in an index."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What all indexes use together: who answers, and one sync at a time."""

    embedder: Embedder
    pool: "Pool"
    syncing: asyncio.Lock


class IndexStatus(NamedTuple):
    """The state of an index; nothing is counted while it is not open.

    `synced` is when its index was last up to date, in seconds since 1970; `progress` is how far
    a sync under way has come. `failed` says that the last one failed.
    """

    is_open: bool
    articles: int
    passages: int
    problems: Sequence[Problem]
    synced: float | None
    progress: Progress | None
    failed: bool


class NoArticlesError(ArticlesError):
    """A server or channel has no articles of its own, though it is to be answered from such."""


class GuildIndex:
    """One set of articles, opened when it is first asked.

    `synced` is when its index was last up to date, in seconds since 1970; `progress` is how far
    a sync under way has come, and `problem` why the last one failed. `asked` is when it was last
    asked, on the monotonic clock. `own` is the folder of a server's or a channel's own articles.
    """

    def __init__(self, config: Config, shared: Shared, own: Path | None = None) -> None:
        self._own = own
        self._roots = articles_roots(config)
        addresses = any(isinstance(root, str) for root in config.articles)
        self._fetch_at = 0.0 if addresses else math.inf
        self.synced: float | None = None
        self.progress: Progress | None = None
        self.problem: DatelineError | None = None
        self.asked = time.monotonic()
        self._config = config
        self._shared = shared
        self._changing = asyncio.Lock()
        self._opening: asyncio.Task[Answering] | None = None
        self._stopping = threading.Event()
        self._store: Store | None = None
        self._answerer: Answering | None = None
        self._catalogue: tuple[object, Sequence[CatalogueRow]] | None = None

    @property
    def is_open(self) -> bool:
        """Whether it answers at once."""
        return self._answerer is not None

    async def answerer(self) -> "Answering":
        """Answers from these articles, once they are open and, the first time, indexed.

        Raises DatelineError when that cannot be done; the next question tries again.
        """
        self.asked = time.monotonic()
        if self._answerer:
            return self._answerer
        if self._opening is None or self._opening.done():
            self._opening = asyncio.create_task(self._open())
        return await asyncio.shield(self._opening)

    async def store(self) -> Store:
        """The index, open."""
        await self.answerer()
        assert self._store
        return self._store

    async def catalogue(self) -> Sequence[CatalogueRow]:
        """The list of articles, newest first; read again once there are other articles.

        It is asked for while somebody types, so that it must not take long.
        """
        store = await self.store()
        state = await asyncio.to_thread(lambda: (store.last_number(), *store.counts()))
        if self._catalogue is None or self._catalogue[0] != state:
            self._catalogue = state, await asyncio.to_thread(_newest_first, store)
        return self._catalogue[1]

    def status(self) -> IndexStatus:
        """What it holds now; reads files."""
        articles, passages, problems = 0, 0, list[Problem]()
        with suppress(DatelineError):
            if self._store and self.is_open:
                (articles, passages), problems = self._store.counts(), self._store.problems()
        failed = self.problem is not None
        return IndexStatus(
            *(self.is_open, articles, passages, problems, self.synced, self.progress, failed)
        )

    def titles(self) -> dict[str, str]:
        """The articles' titles by their sources, if it is open; reads files."""
        with suppress(DatelineError):
            if self._store and self.is_open:
                return {row.source: row.title for row in self._store.catalogue()}
        return {}

    async def sync(self) -> SyncReport:
        """Bring the index up to date now; what was indexed answers meanwhile, and afterwards
        where DatelineError is raised.
        """
        async with self._changing, self._shared.syncing:
            return await asyncio.to_thread(self._sync)

    async def refresh(self) -> None:
        """Bring the index up to date where it is not, if it is open; what goes wrong is logged."""
        async with self._changing, self._shared.syncing:
            if self._answerer:
                await asyncio.to_thread(self._refresh)

    async def close(self) -> None:
        """Close it until it is asked again."""
        self._answerer = None
        async with self._changing:
            if self._store and not self._answerer:
                self._shared.pool.close(self._config.articles)
                await asyncio.to_thread(self._store.close)
                self._store = self._catalogue = None

    async def stop(self) -> None:
        """End a sync that is under way, and close for good."""
        self._stopping.set()
        if self._opening:
            with suppress(Exception):  # the person who asked has heard of it
                await self._opening
        await self.close()

    async def _open(self) -> "Answering":
        async with self._changing:
            if self._store is None:
                self._store = await asyncio.to_thread(
                    open_collection, self._config, self._shared.embedder
                )
            if not await asyncio.to_thread(self._articles):
                if self._own and not await asyncio.to_thread(GuildUploads(self._own).files):
                    raise NoArticlesError("the server has no articles of its own")
                async with self._shared.syncing:
                    await self._fill()
            self._answerer = self._shared.pool.answerer(self._config.articles)
            return self._answerer

    async def _fill(self) -> None:
        """Index the articles for the first time, unless another process has done it meanwhile."""
        while not await asyncio.to_thread(self._articles):
            try:
                await asyncio.to_thread(self._sync)
                return
            except StoreBusyError:
                if self._stopping.is_set():
                    raise
                await asyncio.sleep(BUSY)

    def _articles(self) -> int:
        assert self._store
        try:
            return self._store.counts()[0]
        except StoreError:  # damaged; a sync makes it again
            return 0

    def _sync(self) -> SyncReport:
        if self._fetch_at < math.inf:  # what is fetched changes a file, which is no news
            self._fetch_at = time.monotonic() + 60 * self._config.sync_minutes
        try:
            own = self._own is not None
            report = sync_in_process(self._config, own, self._note, self._stopping)
        except StoreBusyError:  # another process does it
            raise
        except DatelineError as problem:
            self.problem = problem
            raise
        finally:
            self.progress = None
        self._is_up_to_date()
        return report

    def _refresh(self) -> None:
        assert self._store
        try:
            if time.monotonic() >= self._fetch_at or self._store.is_stale(self._roots):
                self._sync()
            else:
                self._is_up_to_date()
        except StoreBusyError:
            LOG.info("another process brings the articles up to date")
        except DatelineError as problem:
            self.problem = problem
            if not self._stopping.is_set():
                LOG.warning("the articles could not be looked through: %s", problem)

    def _is_up_to_date(self) -> None:
        self.synced, self.problem = time.time(), None

    def _note(self, progress: Progress) -> None:
        self.progress = progress


def _newest_first(store: Store) -> list[CatalogueRow]:
    rows = sorted(store.catalogue(), key=lambda row: row.title)
    return sorted(rows, key=lambda row: row.published or date.min, reverse=True)


class GuildIndexes:
    """The indexes of all servers."""

    def __init__(self, config: Config, servers: Servers, shared: Shared) -> None:
        self.common = GuildIndex(config, shared)
        self._config = config
        self._servers = servers
        self._shared = shared
        self._own: dict[Key, GuildIndex] = {}
        self._look = asyncio.Event()

    @classmethod
    @asynccontextmanager
    async def open(
        cls, config: Config, servers: Servers, every: float
    ) -> AsyncIterator["GuildIndexes"]:
        """The indexes, each brought up to date every so many seconds until this is left.

        The common one begins to open at once.
        """
        config = replace(config, articles=articles_named(config))  # whatever is indexed meanwhile
        chosen = embedder(config)
        async with Pool.open(config, config.workers or 1) as answering:
            indexes = cls(config, servers, Shared(chosen, answering, asyncio.Lock()))
            tasks = [
                asyncio.create_task(indexes._keep_fresh(every)),
                asyncio.create_task(indexes._follow()),
            ]
            try:
                yield indexes
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*(room.stop() for room in indexes._all()))

    async def of(self, server: int | None, channel: int | None = None) -> "Answering":
        """Who answers a channel's questions; see GuildIndex.answerer."""
        return await self.room(server, channel).answerer()

    def room(self, server: int | None, channel: int | None = None) -> GuildIndex:
        """The index of a channel, else of its server, or of direct messages; perhaps not open yet.

        A thread has that of the channel it is in, which is the one to name.
        """
        settings = self._servers[server]
        if server is None or not (settings.own_articles or channel in settings.own_channels):
            return self.common
        key = (server, channel if channel in settings.own_channels else None)
        if key not in self._own:
            own = self.folder(*key)
            config = replace(self._config, articles=(own,))
            self._own[key] = GuildIndex(config, self._shared, own)
        return self._own[key]

    def folder(self, server: int, channel: int | None = None) -> Path:
        """Where a server's or a channel's own articles are; nothing need be there."""
        return self._folders / (f"{server}-{channel}" if channel else str(server))

    def uploads(self, server: int, channel: int | None = None) -> GuildUploads:
        """What is put into such a folder; a server and its channels share the space."""
        return GuildUploads(self.folder(server, channel), self.folder(server))

    @property
    def _folders(self) -> Path:
        return store_directory(self._config) / FOLDER

    def look(self) -> None:
        """Bring the open indexes up to date soon, whatever the time."""
        self._look.set()

    def _all(self) -> list[GuildIndex]:
        return [self.common, *self._own.values()]

    async def _keep_fresh(self, every: float) -> None:
        with suppress(DatelineError):  # the next question says why
            await self.common.answerer()
        while True:
            await self._close_idle()
            for room in self._all():
                try:
                    await room.refresh()
                except Exception:  # others' articles go on changing
                    LOG.exception("an index could not be brought up to date")
            with suppress(TimeoutError):
                async with asyncio.timeout(every):
                    await self._look.wait()
            self._look.clear()

    async def _follow(self) -> None:
        """Look as soon as the common articles change."""
        async with aclosing(changes(articles_roots(self._config), math.inf)) as signals:
            async for _ in signals:
                self.look()

    async def _close_idle(self) -> None:
        """Close those of single servers that were asked longest ago, if many are open."""
        is_open = [room for room in self._own.values() if room.is_open]
        by_age = sorted(is_open, key=lambda room: room.asked)
        for room in by_age[: max(0, len(is_open) - OPEN)]:
            if time.monotonic() - room.asked > LONG:
                await room.close()
