"""Shows how far an answer is: the latest of many texts, without a flood of edits."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

PATIENCE = 30.0
"""Seconds to wait for what is on its way."""


class ThrottledEditor:
    """Shows the latest of many texts, one at a time and at most one in `seconds`."""

    def __init__(self, show: Callable[[str], Awaitable[None]], seconds: float = 1.0) -> None:
        self._show = show
        self._seconds = seconds
        self._latest: Callable[[], str] = str
        self._changed = asyncio.Event()
        self._showing = asyncio.Lock()
        self._task = asyncio.create_task(self._run())

    def put(self, text: Callable[[], str]) -> None:
        """Show this next, unless something else comes before; only then is it worked out."""
        self._latest = text
        self._changed.set()

    async def close(self) -> None:
        """Show nothing more; what is on its way has arrived."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE), self._showing:
                self._task.cancel()
        self._task.cancel()

    async def _run(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            async with self._showing:
                await self._show(await asyncio.to_thread(self._latest))
            await asyncio.sleep(self._seconds)
