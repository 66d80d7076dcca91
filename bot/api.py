"""Dateline from Python: open articles, ask them, search them."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, aclosing, suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Self, TypeVar

from bot.answer import Answer, Draft, Turn
from bot.answering import SHOWN
from bot.config import Config, load_config
from bot.factory import Opened, opened
from bot.validation import clean_question
from index.article import Passage

logger = logging.getLogger("dateline")

T = TypeVar("T")


class AsyncDateline:
    """Answers questions from articles, in a program with an event loop.

    Use it with `async with`, which brings the index up to date when it is entered. One object
    answers many questions at once, and never blocks the loop.
    """

    def __init__(
        self, *articles: str | Path, config: Config | None = None, reranker: Any = None
    ) -> None:
        """Name the articles: folders, files, or addresses of feeds and pages.

        Without any, those of the settings answer. The settings are `config`, or those of the
        environment and of `.env`, as for the command line. `reranker`, any node postprocessor of
        LlamaIndex, scores sentences instead of the built-in cross-encoder. Raises DatelineError
        where a setting is wrong.
        """
        self._config = _settings(articles, config)
        self._reranker = reranker
        self._stack = AsyncExitStack()
        self._open: Opened | None = None

    async def __aenter__(self) -> Self:
        """Open the index, bring it up to date, and open the language model if there is one.

        Raises DatelineError where the articles or the index cannot be read.
        """
        opening = opened(self._config, logger.warning, lambda _: None, self._reranker)
        self._open = await self._stack.enter_async_context(opening)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the index and the language model."""
        self._open = None
        await self._stack.aclose()

    async def ask(
        self, question: str, history: Sequence[Turn] = (), as_of: date | None = None
    ) -> Answer:
        """Answer a question.

        `history` are the earlier messages, oldest first; a follow-up is understood from them.
        `as_of` is the day that counts as today. Raises DatelineError where the question or the
        index cannot be read.
        """
        return await self.opened.answerer.ask(
            clean_question(question), history, as_of or self._config.today
        )

    async def stream(
        self, question: str, history: Sequence[Turn] = (), as_of: date | None = None
    ) -> AsyncGenerator[Draft | Answer]:
        """Answer in events: the pieces of a draft where a language model writes, then the answer.

        The draft is not verified: show it while it grows, and replace it by the answer. To
        close the generator stops the model.
        """
        day = as_of or self._config.today
        asked = self.opened.answerer.stream(clean_question(question), history, day)
        async with aclosing(asked) as events:
            async for event in events:
                yield event

    async def search(
        self, query: str, k: int = SHOWN, as_of: date | None = None
    ) -> tuple[Passage, ...]:
        """Find the `k` best passages, best first."""
        return await self.opened.answerer.search(
            clean_question(query), as_of or self._config.today, k
        )

    @property
    def opened(self) -> Opened:
        """The open index and its answerer; RuntimeError while it is not open."""
        if self._open is None:
            raise RuntimeError("open it first: `async with AsyncDateline(...) as news:`")
        return self._open


class Dateline:
    """Answers questions from articles, in a program without an event loop.

    Use it with `with`, from one thread at a time. It takes the same arguments as AsyncDateline,
    and raises the same errors.
    """

    def __init__(
        self, *articles: str | Path, config: Config | None = None, reranker: Any = None
    ) -> None:
        """Name the articles; see AsyncDateline."""
        self._dateline = AsyncDateline(*articles, config=config, reranker=reranker)
        self._runner: asyncio.Runner | None = None
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Open the index and bring it up to date.

        Raises RuntimeError where an event loop runs already.
        """
        if _is_in_a_loop():
            raise RuntimeError("an event loop runs here; use AsyncDateline")
        with ExitStack() as stack:
            self._runner = stack.enter_context(asyncio.Runner())
            self._wait(self._dateline.__aenter__())
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Close the index and the language model."""
        with self._stack:
            self._wait(self._dateline.__aexit__())
        self._runner = None

    def ask(self, question: str, history: Sequence[Turn] = (), as_of: date | None = None) -> Answer:
        """Answer a question; see AsyncDateline.ask."""
        return self._wait(self._dateline.ask(question, history, as_of))

    def stream(
        self, question: str, history: Sequence[Turn] = (), as_of: date | None = None
    ) -> Iterator[Draft | Answer]:
        """Answer in events; see AsyncDateline.stream."""
        events = self._dateline.stream(question, history, as_of)
        try:
            with suppress(StopAsyncIteration):
                while True:
                    yield self._wait(anext(events))
        finally:
            self._wait(events.aclose())

    def search(self, query: str, k: int = SHOWN, as_of: date | None = None) -> tuple[Passage, ...]:
        """Find the `k` best passages, best first."""
        return self._wait(self._dateline.search(query, k, as_of))

    def _wait(self, coroutine: Coroutine[Any, Any, T]) -> T:
        if self._runner is None:
            coroutine.close()
            raise RuntimeError("open it first: `with Dateline(...) as news:`")
        return self._runner.run(coroutine)


def _settings(articles: Sequence[str | Path], config: Config | None) -> Config:
    if config is None:
        return load_config({"articles": [str(a) for a in articles]})
    named = load_config({"articles": [str(a) for a in articles]}, {}, None).articles
    return replace(config, articles=named or config.articles)


def _is_in_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
