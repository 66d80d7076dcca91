"""Events that come in time, late, or not at all."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from bot.service.beats import with_beats
from index.errors import StoreError


async def test_events_come_through_and_silence_is_noticed() -> None:
    async def slow() -> AsyncGenerator[int]:
        yield 1
        await asyncio.sleep(0.2)
        yield 2

    heard = [event async for event in with_beats(slow(), 0.05)]
    assert [event for event in heard if event is not None] == [1, 2]
    assert None in heard[1:-1]


async def test_what_goes_wrong_is_heard_after_what_came() -> None:
    async def failing() -> AsyncGenerator[int]:
        yield 1
        raise StoreError("away")

    heard: list[int | None] = []
    with pytest.raises(StoreError, match="away"):
        async for event in with_beats(failing(), 9):
            heard.append(event)
    assert heard == [1]


async def test_events_end_with_whoever_listens() -> None:
    closed = asyncio.Event()

    async def endless() -> AsyncGenerator[int]:
        try:
            yield 1
            await asyncio.sleep(60)
        finally:
            closed.set()

    async with aclosing(with_beats(endless(), 9)) as events:
        assert await anext(events) == 1
    assert closed.is_set()
