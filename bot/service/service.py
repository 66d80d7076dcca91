"""One set of articles that many programs ask at once."""

import asyncio
import heapq
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.answer import Answer, Draft
from bot.answering import Answering
from bot.config import Config
from bot.factory import articles_named, open_collection
from bot.service.errors import BusyError, NotFoundError
from bot.service.listing import rows_of, why_missing
from bot.service.requests import Ask, List, Search, Show
from bot.service.upkeep import Upkeep
from bot.validation import find_range
from bot.workers.pool import Pool
from index.article import Article, Passage
from index.errors import ArticlesError
from index.store import Store
from index.sync.sync import Progress

if TYPE_CHECKING:
    from index.storage.records import CatalogueRow

MOST = 200
"""Requests that are taken on at a time."""
COMPARED, NAMED = 5000, 200
"""Sources that are compared with a misspelled one at most, and characters of it in an error."""
BEFORE = 2_000
"""Characters given before what is marked."""

Event = Progress | Draft | Answer


class Service:
    """Answers requests; its methods raise DatelineError, UsageError where the request is wrong."""

    def __init__(self, config: Config, answerer: Answering, store: Store, upkeep: Upkeep) -> None:
        self.upkeep = upkeep
        self._config = config
        self._answerer = answerer
        self._store = store
        self._taken = 0

    @classmethod
    @asynccontextmanager
    async def open(cls, config: Config) -> AsyncIterator["Service"]:
        """A service with these settings, whose index is kept up to date until this is left.

        Raises DatelineError when what the settings name cannot be opened.
        """
        _check_articles(config)
        config = replace(config, articles=articles_named(config))
        async with Pool.open(config, config.workers or 1) as answering:
            with await asyncio.to_thread(open_collection, config) as store:
                upkeep = Upkeep(config, store)
                keeping = asyncio.create_task(upkeep.run())
                try:
                    yield cls(config, answering.answerer(config.articles), store, upkeep)
                finally:
                    keeping.cancel()
                    await asyncio.wait([keeping])

    async def stream(self, request: Ask) -> AsyncGenerator[Event]:
        """How far the first indexing is, then the draft in pieces, then the answer."""
        with self._taking():
            async for progress in self.upkeep.ready():
                yield progress
            today = self._today(request.as_of)
            stream = self._answerer.stream(request.question, request.history, today)
            async with aclosing(stream) as events:
                async for event in events:
                    yield event

    async def ask(self, request: Ask) -> Answer:
        """The answer."""
        async with aclosing(self.stream(request)) as events:
            [answer] = [event async for event in events if isinstance(event, Answer)]
        return answer

    async def search(self, request: Search) -> dict[str, Any]:
        """The passages found, best first."""
        with self._taking():
            await self._ready()
            today = self._today(request.as_of)
            found = await self._answerer.search(request.query, today, request.limit)
        return {"query": request.query, "passages": [_passage(passage) for passage in found]}

    async def sources(self, request: List) -> dict[str, Any]:
        """A part of the list of articles."""
        with self._taking():
            await self._ready()
            return await asyncio.to_thread(self._listed, request)

    async def show(self, request: Show) -> dict[str, Any]:
        """An article, or a part of it. Raises NotFoundError when there is none of this source."""
        with self._taking():
            await self._ready()
            return await asyncio.to_thread(self._shown, request)

    async def counts(self) -> tuple[int, int]:
        """How many articles and passages answer now."""
        return await asyncio.to_thread(self._store.counts)

    def _today(self, as_of: date | None) -> date:
        return as_of or self._config.today

    async def _ready(self) -> None:
        async for _ in self.upkeep.ready():
            pass

    @contextmanager
    def _taking(self) -> Iterator[None]:
        if self._taken >= MOST:
            raise BusyError("too many questions wait already; try again in a few seconds")
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1

    def _listed(self, request: List) -> dict[str, Any]:
        total = matched = 0

        def counted() -> Iterator["CatalogueRow"]:
            nonlocal total, matched
            for row in rows_of(self._store, request.wanted.state):
                total += 1
                if row in request.wanted:
                    matched += 1
                    yield row

        end = request.offset + request.limit
        key = _by_source if request.by_source else _newest_first
        rows = heapq.nsmallest(end, counted(), key)[request.offset :]
        return {
            "articles": total,
            "matched": matched,
            "offset": request.offset,
            "sources": [_plain(row._asdict()) for row in rows],
        }

    def _shown(self, request: Show) -> dict[str, Any]:
        article = self._store.article(request.source)
        if article is None:
            listed = "the list of sources has them all"
            why = why_missing(self._store, request.source, listed, COMPARED, NAMED)
            raise NotFoundError(why)
        mark = find_range(article, request.quote, request.start, request.end)
        offset = request.offset
        if offset is None:
            offset = _beginning(article, mark, request.length)
        start, end = mark or (None, None)
        about = asdict(article)
        fields = {key: about[key] for key in ("source", "title", "published", "url", "author")}
        text = article.text[offset : offset + request.length]
        part = {"text": text, "offset": offset, "characters": len(article.text)}
        related = self._store.related(request.source)._asdict()
        others = {key: list(sources) for key, sources in related.items()}
        return _plain(fields) | part | {"start": start, "end": end} | others


def _check_articles(config: Config) -> None:
    """Raise ArticlesError where one of the named folders or files is not there."""
    for root in config.articles:
        if isinstance(root, Path) and not root.exists():
            raise ArticlesError(f"{root} does not exist; name a folder or file of articles")


def _beginning(article: Article, mark: tuple[int, int] | None, length: int) -> int:
    """Where to begin so that what is marked is in what is given, and most of an article is."""
    if mark is None or mark[1] <= length:
        return 0
    return max(0, mark[0] - min(BEFORE, length // 4))


def _newest_first(row: "CatalogueRow") -> tuple[int, str]:
    return -(row.published or date.min).toordinal(), row.source


def _by_source(row: "CatalogueRow") -> str:
    return row.source


def _passage(passage: Passage) -> dict[str, Any]:
    fields = asdict(passage) | {"score": round(passage.score, 4)}
    del fields["recency"]
    return _plain(fields)


def _plain(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields as JSON has them."""
    day = fields["published"]
    return fields | {"published": day.isoformat() if day else None}
