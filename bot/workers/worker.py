"""A process that answers what another one asks, run as `python -m bot.workers.worker`.

Its standard input is a socket to that other one; when it falls silent, whyever, this process
ends. It opens the answerers of as many sets of articles as it is asked about, with one
embedding and one language model for all.
"""

import asyncio
import gc
import logging
import os
import signal
import socket
import traceback
from asyncio import StreamReader, StreamWriter, Task
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import replace
from logging.handlers import QueueHandler
from typing import TYPE_CHECKING

from bot.workers.messages import (
    Articles,
    Ask,
    Cancel,
    Close,
    Ended,
    Given,
    Hello,
    InsideError,
    Logged,
    Ready,
    receive,
    send,
)
from index.errors import DatelineError

if TYPE_CHECKING:
    from bot.answerer import Answerer
    from index.store import Store

Opened = tuple["Store", "Answerer"]


class Process:
    """The answerers, and what is under way at each."""

    def __init__(self, open_on: Callable[[Articles], Opened], writer: StreamWriter) -> None:
        self._open_on = open_on
        self._writer = writer
        self._opened: dict[Articles, Task[Opened]] = {}
        self._under_way: dict[int, tuple[Articles, Task[None]]] = {}

    async def follow(self, reader: StreamReader) -> None:
        """Do what is said until the other process is gone."""
        with suppress(EOFError, ConnectionError):
            while True:
                self._hear(await receive(reader))

    async def close(self) -> None:
        """End what is under way, and close everything."""
        tasks = [task for _, task in self._under_way.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for articles in [*self._opened]:
            await self._close(articles)

    async def warm_up(self, articles: Articles) -> None:
        """Have loaded what the first question would wait for."""
        with suppress(DatelineError):  # perhaps nothing is indexed yet
            answerer = await self._answerer(articles)
            await answerer.search("news", k=1)
        gc.freeze()  # what is loaded by now stays

    def _hear(self, message: Ask | Cancel | Close) -> None:
        match message:
            case Ask(number):
                task = asyncio.create_task(self._answer(message))
                self._under_way[number] = (message.articles, task)
                task.add_done_callback(lambda _: self._under_way.pop(number))
            case Cancel(number):
                if number in self._under_way:
                    self._under_way[number][1].cancel()
            case Close(articles):
                self._closing = asyncio.create_task(self._close(articles))

    async def _answer(self, ask: Ask) -> None:
        problem: DatelineError | None = None
        try:
            answerer = await self._answerer(ask.articles)
            given = getattr(answerer, ask.method)(*ask.arguments)
            if ask.method == "stream":
                async with aclosing(given) as events:
                    async for event in events:
                        await self._say(Given(ask.number, event))
            else:
                await self._say(Given(ask.number, await given))
        except DatelineError as raised:
            problem = raised
        except Exception:
            problem = InsideError(traceback.format_exc())
        await self._say(Ended(ask.number, problem))

    async def _say(self, message: Given | Ended) -> None:
        send(self._writer, message)
        await self._writer.drain()

    async def _answerer(self, articles: Articles) -> "Answerer":
        """The answerer on these articles, opened when they are first asked about."""
        opening = self._opened.get(articles)
        if opening is None or (opening.done() and opening.exception()):
            opening = asyncio.create_task(asyncio.to_thread(self._open_on, articles))
            self._opened[articles] = opening
        return (await asyncio.shield(opening))[1]

    async def _close(self, articles: Articles) -> None:
        """Close what is open on these articles, once what is under way there has ended."""
        if opening := self._opened.pop(articles, None):
            before = [task for asked, task in self._under_way.values() if asked == articles]
            await asyncio.gather(*before, return_exceptions=True)
            with suppress(Exception):  # the process that asked has heard of it
                store, _ = await opening
                await asyncio.to_thread(store.close)


async def serve(connection: socket.socket) -> None:
    """Answer until the other end of the connection is closed."""
    reader, writer = await asyncio.open_connection(sock=connection)
    hello: Hello = await receive(reader)
    _log_to(writer, hello.level)
    try:
        async with _process(hello, writer) as process:
            send(writer, Ready())
            warming = asyncio.create_task(process.warm_up(hello.config.articles))
            await process.follow(reader)
            warming.cancel()
    except DatelineError as problem:
        send(writer, Ready(problem))
    except Exception:
        send(writer, Ready(InsideError(traceback.format_exc())))
    with suppress(OSError):
        await writer.drain()
        writer.close()


@asynccontextmanager
async def _process(hello: Hello, writer: StreamWriter) -> AsyncIterator[Process]:
    from bot.factory import (  # noqa: PLC0415
        answerer_on,
        chat_models,
        embedder,
        models,
        open_collection,
    )

    chosen = embedder(hello.config)
    shared = models(hello.config, chosen)
    async with chat_models(hello.config) as chat:

        def open_on(articles: Articles) -> Opened:
            config = replace(hello.config, articles=articles)
            store = open_collection(config, chosen)
            return store, answerer_on(store, config, chat, shared)

        process = Process(open_on, writer)
        try:
            yield process
        finally:
            await process.close()


class _Relayed(QueueHandler):
    """Passes records on to the other process, which knows where they belong."""

    def __init__(self, writer: StreamWriter) -> None:
        super().__init__(None)  # type: ignore[arg-type]
        self._writer = writer
        self._loop = asyncio.get_running_loop()

    def enqueue(self, record: logging.LogRecord) -> None:
        """Send it, from whichever thread it comes."""
        with suppress(RuntimeError):  # the loop is at its end
            self._loop.call_soon_threadsafe(send, self._writer, Logged(record))


def _log_to(writer: StreamWriter, level: int) -> None:
    root = logging.getLogger()
    root.handlers[:] = [_Relayed(writer)]
    root.setLevel(level)


def main() -> None:
    """Answer, until there is nobody to answer to."""
    for number in (signal.SIGINT, signal.SIGTERM):  # sent to all; the other process decides
        signal.signal(number, signal.SIG_IGN)
    connection = socket.socket(fileno=os.dup(0))
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123
        os.dup2(nothing.fileno(), 0)
    asyncio.run(serve(connection))


if __name__ == "__main__":
    main()
