"""Articles and the language model opened once, for sync and async calls from any thread."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import ExitStack, aclosing, suppress
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bot.answer import Answer, Citation, Draft, Turn
from bot.answering import SHOWN, Answering, Within
from bot.api import AsyncDateline
from bot.config import load_config
from bot.llamaindex.loop import LoopThread
from index.article import Passage
from index.store import Store


class DatelineSession(Answering):
    """An open index and an answerer on it. Use it with `with`, or call `close`.

    The answerer works on a loop of its own, so that a language model's connections serve
    several loops. Safe to share between threads and tasks. `store` is for `DatelineRetriever`.
    """

    def __init__(self, store: Store, answerer: Answering, loop: LoopThread) -> None:
        self.store = store
        self._answerer = answerer
        self._loop = loop
        self._resources = ExitStack()

    @classmethod
    def open(
        cls, *articles: str | Path, reranker: Any = None, **settings: Any
    ) -> "DatelineSession":
        """Open the index of these articles and bring it up to date. Blocks meanwhile.

        Without articles, those of the settings answer. `settings` are fields of `Config`, such
        as `store`, `chat_model` or `threshold`; the environment and `.env` have the others.
        `reranker`, any node postprocessor of LlamaIndex, scores sentences instead of the
        built-in cross-encoder. Raises DatelineError where a setting is wrong or the articles
        cannot be read.
        """
        config = load_config({**settings, "articles": [str(a) for a in articles]})
        news, loop = AsyncDateline(config=config, reranker=reranker), LoopThread()
        with ExitStack() as stack:
            stack.callback(loop.close)
            loop.run(news.__aenter__())
            stack.callback(lambda: loop.run(news.__aexit__()))
            stack.callback(loop.settle)  # before the model is closed
            session = cls(news.opened.store, news.opened.answerer, loop)
            session._resources = stack.pop_all()
        return session

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the language model and the index."""
        self._resources.close()

    async def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        as_of: date | None = None,
        within: Within | None = None,
    ) -> AsyncGenerator[Draft | Answer]:
        """Answer in events: the draft in pieces where a model writes, then the answer."""
        events: asyncio.Queue[Draft | Answer | None] = asyncio.Queue()
        here = asyncio.get_running_loop()

        def put(event: Draft | Answer | None) -> None:
            with suppress(RuntimeError):  # nobody waits where the loop is closed
                here.call_soon_threadsafe(events.put_nowait, event)

        async def forward() -> None:
            try:
                async with aclosing(
                    self._answerer.stream(question, history, as_of, within)
                ) as found:
                    async for event in found:
                        put(event)
            finally:
                put(None)

        forwarding = self._loop.start(forward())
        try:
            while event := await events.get():
                yield event
            await asyncio.wrap_future(forwarding)
        finally:
            forwarding.cancel()

    async def search(
        self, query: str, as_of: date | None = None, k: int = SHOWN
    ) -> tuple[Passage, ...]:
        """Find the k best passages, best first."""
        found = self._loop.start(self._answerer.search(query, as_of=as_of, k=k))
        return await asyncio.wrap_future(found)

    async def withdrawn(self, citations: Sequence[Citation]) -> tuple[Citation, ...]:
        """Find the citations whose quote is no longer in its article."""
        return await asyncio.wrap_future(self._loop.start(self._answerer.withdrawn(citations)))
