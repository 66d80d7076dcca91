"""Who is let through when; nothing here needs Discord."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.discord import queue as queue_module
from bot.discord.queue import USER_RATE, FairQueue, RefusedError


@asynccontextmanager
async def holding(queue: FairQueue) -> AsyncIterator[None]:
    """Have a turn meanwhile."""
    async with queue.turn(lambda _: None):
        yield


def refused(queue: FairQueue, person: int) -> str:
    with pytest.raises(RefusedError) as refusal, queue.admit(person):
        pass
    return refusal.value.why


async def test_one_question_a_person() -> None:
    queue = FairQueue(2, 9)
    with queue.admit(1):
        assert refused(queue, 1) == "busy"
        with queue.admit(2):
            pass
    with queue.admit(1):
        pass


async def test_no_more_than_the_line_holds() -> None:
    queue = FairQueue(1, 2)
    with queue.admit(1), queue.admit(2):
        assert refused(queue, 3) == "full"
    with queue.admit(3):
        pass


async def test_a_person_who_asks_often_waits() -> None:
    queue = FairQueue(1, 9)
    questions, seconds = USER_RATE
    for _ in range(questions):
        with queue.admit(1):
            pass
    with pytest.raises(RefusedError) as refusal, queue.admit(1):
        pass
    assert refusal.value.why == "cooldown"
    assert 0 < refusal.value.seconds <= seconds
    with queue.admit(2):
        pass


async def test_people_long_gone_take_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_module, "REMEMBERED", 10)
    monkeypatch.setattr(queue_module, "USER_RATE", (1, 0.0))
    queue = FairQueue(1, 9)
    for person in range(1000):
        with queue.admit(person):
            pass
    assert len(queue._lately) <= 11


async def test_nobody_is_taken_on_at_the_end() -> None:
    queue = FairQueue(1, 9)
    queue.close()
    assert refused(queue, 1) == "stopped"


async def test_places_are_told_when_they_have_halved() -> None:
    queue, told = FairQueue(1, 99), list[int]()
    async with holding(queue):
        ahead = [asyncio.create_task(_pass(queue)) for _ in range(9)]
        await asyncio.sleep(0)
        last = asyncio.create_task(_pass(queue, told))
        await asyncio.sleep(0)
        assert (told, len(queue)) == ([10], 10)
    await asyncio.gather(*ahead, last)
    assert told == [10, 5, 2, 1]
    assert len(queue) == 0


async def _pass(queue: FairQueue, told: list[int] | None = None) -> None:
    async with queue.turn((told if told is not None else []).append):
        await asyncio.sleep(0)


@settings(max_examples=50, deadline=None)
@given(
    at_once=st.integers(1, 4),
    people=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 6) | st.none()), max_size=25),
)
def test_turns_come_in_order_and_none_is_lost(
    at_once: int, people: list[tuple[int, int | None]]
) -> None:
    """Each works for some steps of the loop, and some give up after so many."""

    async def play() -> None:
        queue = FairQueue(at_once, 99)
        inside, most, order = set[int](), 0, list[int]()

        async def ask(number: int, steps: int) -> None:
            nonlocal most
            async with queue.turn(lambda _: None):
                inside.add(number)
                order.append(number)
                most = max(most, len(inside))
                try:
                    for _ in range(steps):
                        await asyncio.sleep(0)
                finally:
                    inside.discard(number)

        async def give_up(task: asyncio.Task[None], steps: int) -> None:
            for _ in range(steps):
                await asyncio.sleep(0)
            task.cancel()

        asked = [asyncio.create_task(ask(n, steps)) for n, (steps, _) in enumerate(people)]
        ends = [(t, s) for t, (_, s) in zip(asked, people, strict=True) if s is not None]
        leaving = [asyncio.create_task(give_up(task, steps)) for task, steps in ends]
        for task in (*asked, *leaving):
            with suppress(asyncio.CancelledError):
                await asyncio.wait_for(task, 5)
        assert most <= at_once
        assert order == sorted(order)
        patient = {n for n, (_, end) in enumerate(people) if end is None}
        assert patient <= set(order)
        assert len(queue) == 0
        async with asyncio.timeout(5):
            await asyncio.gather(*(_pass(queue) for _ in range(at_once)))

    asyncio.run(play())
