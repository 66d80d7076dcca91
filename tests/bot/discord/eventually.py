"""Waits until something has become so."""

import asyncio
from collections.abc import Callable

PATIENCE = 30.0
"""Seconds; a busy machine takes long for what takes a moment."""


async def eventually(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not is_so():  # noqa: ASYNC110  (what it waits for tells nobody)
            await asyncio.sleep(0.02)
