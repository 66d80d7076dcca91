"""Processes that answer, each question by the least busy of them.

An answer is worked out with Python's lock held, so in one process one question waits for another,
and the event loop for all. Here they are only passed on. It knows nothing of how the processes
answer; one that dies is replaced, and what it was asked is asked again once.
"""

import asyncio
import logging
import os
import socket
import sys
from asyncio import Queue, StreamReader, StreamWriter, Task
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from datetime import date
from typing import Any, Self

from bot.answer import Answer, Citation, Draft, Turn
from bot.answering import SHOWN, Answering, Within
from bot.config import Config
from bot.workers.messages import (
    Articles,
    Ask,
    Cancel,
    Close,
    Ended,
    Given,
    Hello,
    Logged,
    Ready,
    receive,
    send,
)
from index.article import Passage
from index.errors import DatelineError

LOG = logging.getLogger(__name__)
AT_ONCE = 4
"""Questions under way in a process at a time: more would only take turns there."""
GRACE = 3.0
"""Seconds for a process to end by itself."""
STDERR = 2
"""Where the processes' standard output goes: ours has answers on it."""


class LostError(DatelineError):
    """The process that was asked is gone."""


class Pool:
    """Processes that answer, for as long as `open` lasts."""

    def __init__(self, config: Config, processes: int) -> None:
        self._seats = [_Seat(config) for _ in range(processes)]
        self._turns = asyncio.Semaphore(processes * AT_ONCE)

    @classmethod
    @asynccontextmanager
    async def open(cls, config: Config, processes: int) -> AsyncIterator["Pool"]:
        """So many processes with these settings.

        Raises DatelineError when what the settings name cannot be opened.
        """
        pool = cls(config, processes)
        try:
            await pool._least_busy()
            yield pool
        finally:
            await asyncio.gather(*(seat.close() for seat in pool._seats))

    def answerer(self, articles: Articles) -> Answering:
        """Answers from these articles, which must be indexed."""
        return _Elsewhere(self, articles)

    def close(self, articles: Articles) -> None:
        """Have these articles let go of until somebody asks about them."""
        for seat in self._seats:
            if seat.is_ready:
                seat.worker.result().tell(Close(articles))

    async def given(
        self, articles: Articles, method: str, *arguments: object
    ) -> AsyncGenerator[Any]:
        """What a method of the answerer on these articles gives.

        Raises LostError when the process has died on it twice, or in the midst of what it gave.
        """
        async with self._turns:
            for again in (True, False):
                begun = False
                worker = await self._least_busy()
                try:
                    async with aclosing(worker.given(articles, method, arguments)) as values:
                        async for value in values:
                            begun = True
                            yield value
                    return
                except LostError:
                    if begun or not again:
                        raise

    async def _least_busy(self) -> "_Worker":
        """A process that is ready, waiting for one if need be."""
        for seat in self._seats:
            seat.fill()
        if not any(seat.is_ready for seat in self._seats):
            starting = [seat.worker for seat in self._seats]
            done, _ = await asyncio.wait(starting, return_when=asyncio.FIRST_COMPLETED)
            return done.pop().result()
        return min(
            (seat.worker.result() for seat in self._seats if seat.is_ready),
            key=lambda worker: (worker.busy, worker.asked),
        )


class _Elsewhere(Answering):
    """Answers in whichever process is free."""

    def __init__(self, pool: Pool, articles: Articles) -> None:
        self._pool = pool
        self._articles = articles

    async def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        as_of: date | None = None,
        within: Within | None = None,
    ) -> AsyncGenerator[Draft | Answer]:
        asked = question, tuple(history), as_of, within
        given = self._pool.given(self._articles, "stream", *asked)
        async with aclosing(given) as events:
            async for event in events:
                yield event

    async def search(
        self, query: str, as_of: date | None = None, k: int = SHOWN
    ) -> tuple[Passage, ...]:
        given = self._pool.given(self._articles, "search", query, as_of, k)
        [found] = [value async for value in given]
        return tuple(found)

    async def withdrawn(self, citations: Sequence[Citation]) -> tuple[Citation, ...]:
        given = self._pool.given(self._articles, "withdrawn", tuple(citations))
        [gone] = [value async for value in given]
        return tuple(gone)


class _Seat:
    """Where one process sits, and another when it has died."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._closed = False
        self.worker = self._started()

    @property
    def is_ready(self) -> bool:
        """Whether the process can be asked."""
        return self.worker.done() and not _failed(self.worker) and self.worker.result().is_there

    def fill(self) -> None:
        """Start a process if there is none."""
        if self.worker.done() and not self.is_ready and not self._closed:
            self.worker = self._started()

    async def close(self) -> None:
        """End the process for good."""
        self._closed = True
        self.worker.cancel()
        await asyncio.wait([self.worker])
        if not _failed(self.worker):
            await self.worker.result().end()

    def _started(self) -> "Task[_Worker]":
        return asyncio.create_task(_Worker.start(self._config, self.fill))


def _failed(task: "Task[_Worker]") -> bool:
    return task.cancelled() or task.exception() is not None


class _Worker:
    """One process; `asked` is how often it was, and `is_there` says that it lives."""

    def __init__(self, process: Process, reader: StreamReader, writer: StreamWriter) -> None:
        self._process = process
        self._reader = reader
        self._writer = writer
        self._under_way: dict[int, Queue[Given | Ended]] = {}
        self._ending = False
        self._listening: Task[None] | None = None
        self.asked = 0
        self.is_there = True

    @classmethod
    async def start(cls, config: Config, on_loss: Callable[[], None]) -> Self:
        """A new one, once it is ready; `on_loss` is called when it dies after that.

        Raises DatelineError when it is never ready.
        """
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-P", "-m", "bot.workers.worker"),
                    stdin=theirs.fileno(),
                    stdout=STDERR,
                    env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
                )
        except OSError as problem:
            ours.close()
            raise LostError(f"no process can be started to answer ({problem})") from None
        worker = cls(process, *await asyncio.open_connection(sock=ours))
        try:
            await worker._made_ready(Hello(config, logging.getLogger().getEffectiveLevel()))
        except BaseException:
            worker._kill()
            await process.wait()
            raise
        worker._listening = asyncio.create_task(worker._listen(on_loss))
        return worker

    @property
    def busy(self) -> int:
        """How many questions are under way."""
        return len(self._under_way)

    def tell(self, message: Ask | Cancel | Close) -> None:
        """Say something; it is lost if the process is."""
        send(self._writer, message)

    async def given(
        self, articles: Articles, method: str, arguments: tuple[object, ...]
    ) -> AsyncGenerator[object]:
        """What a method gives there; it is cancelled there when this is closed."""
        self.asked = number = self.asked + 1
        heard = self._under_way[number] = Queue[Given | Ended]()
        try:
            self.tell(Ask(number, articles, method, arguments))
            while isinstance(message := await heard.get(), Given):
                yield message.value
        except BaseException:
            self.tell(Cancel(number))
            raise
        finally:
            del self._under_way[number]
        if message.problem:
            raise message.problem

    async def end(self) -> None:
        """Have it go, and wait until it is gone."""
        self._ending = True
        self._writer.close()
        try:
            async with asyncio.timeout(GRACE):
                await self._process.wait()
        except TimeoutError:
            self._kill()
        if self._listening:
            await self._listening

    async def _made_ready(self, hello: Hello) -> None:
        send(self._writer, hello)
        try:
            while not isinstance(said := await receive(self._reader), Ready):
                _log(said)
        except (EOFError, ConnectionError):
            raise LostError("the process that answers ended before it was ready") from None
        if said.problem:
            raise said.problem

    async def _listen(self, on_loss: Callable[[], None]) -> None:
        try:
            while True:
                message = await receive(self._reader)
                if isinstance(message, Logged):
                    _log(message)
                elif message.number in self._under_way:
                    self._under_way[message.number].put_nowait(message)
        except (EOFError, ConnectionError):
            pass
        self.is_there = False
        lost = LostError("the process that was to answer has ended; ask again")
        for number, heard in self._under_way.items():
            heard.put_nowait(Ended(number, lost))
        if not self._ending:
            on_loss()
            self._kill()
            status = await self._process.wait()
            LOG.warning("a process that answers has ended (%d); another takes its place", status)

    def _kill(self) -> None:
        with suppress(ProcessLookupError):
            self._process.kill()
        self._writer.close()


def _log(message: Logged) -> None:
    logging.getLogger(message.record.name).handle(message.record)
