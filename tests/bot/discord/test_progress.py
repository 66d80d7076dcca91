"""What is shown of an answer on its way."""

import asyncio
from functools import partial

from bot.discord.progress import ThrottledEditor


class Shown:
    """Keeps what is shown; while it is not `free`, nothing arrives."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.begun = asyncio.Event()
        self.done = asyncio.Event()
        self.free = asyncio.Event()
        self.free.set()

    async def __call__(self, text: str) -> None:
        self.begun.set()
        await self.free.wait()
        self.texts.append(text)
        self.done.set()

    async def until(self, text: str) -> None:
        async with asyncio.timeout(10):
            while text not in self.texts:
                await self.done.wait()
                self.done.clear()


async def test_the_latest_is_shown_and_what_it_overtook_is_not() -> None:
    shown = Shown()
    editor = ThrottledEditor(shown, seconds=0.01)
    worked_out = []

    def text(number: int) -> str:
        worked_out.append(number)
        return str(number)

    shown.free.clear()
    editor.put(partial(text, 0))
    await asyncio.wait_for(shown.begun.wait(), 10)
    for number in range(1, 100):
        editor.put(partial(text, number))
    shown.free.set()
    await shown.until("99")
    await editor.close()
    assert shown.texts == ["0", "99"]
    assert worked_out == [0, 99]


async def test_two_are_never_shown_within_the_time_between() -> None:
    shown = Shown()
    editor = ThrottledEditor(shown, seconds=1000)
    editor.put(lambda: "first")
    await shown.until("first")
    editor.put(lambda: "second")
    for _ in range(20):
        await asyncio.sleep(0.001)
    await editor.close()
    assert shown.texts == ["first"]


async def test_nothing_is_shown_after_the_end_and_what_is_on_its_way_arrives_before() -> None:
    shown = Shown()
    editor = ThrottledEditor(shown, seconds=0)
    shown.free.clear()
    editor.put(lambda: "on its way")
    await asyncio.wait_for(shown.begun.wait(), 10)
    ending = asyncio.create_task(editor.close())
    await asyncio.sleep(0.01)
    assert not ending.done()
    shown.free.set()
    await ending
    editor.put(lambda: "late")
    await asyncio.sleep(0.01)
    await asyncio.wait_for(editor.close(), 5)
    assert shown.texts == ["on its way"]
