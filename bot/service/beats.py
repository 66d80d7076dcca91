"""Wait for events, and notice when none comes for a while."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeVar

T = TypeVar("T")


async def with_beats(events: AsyncGenerator[T], every: float) -> AsyncGenerator[T | None]:
    """The events, and None whenever none has come for so many seconds.

    Closing this closes the events.
    """
    heard: asyncio.Queue[T | asyncio.Task[None]] = asyncio.Queue()
    task = asyncio.create_task(_listen(events, heard))
    task.add_done_callback(heard.put_nowait)
    try:
        while True:
            try:
                async with asyncio.timeout(every):
                    event = await heard.get()
            except TimeoutError:
                yield None
                continue
            if event is task:
                task.result()
                return
            yield event  # type: ignore[misc]
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _listen(
    events: AsyncGenerator[T], heard: "asyncio.Queue[T | asyncio.Task[None]]"
) -> None:
    async with aclosing(events):
        async for event in events:
            heard.put_nowait(event)
