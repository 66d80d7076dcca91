"""Shows a draft in a terminal while it is written, and takes it away once it is settled."""

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from rich.console import Console
from rich.live import Live
from rich.text import Text

from bot.answer import Answer, Draft
from bot.cli.render import clean

MARK = "draft, not checked yet: "
SOON, LONG = 1.0, 3.0
"""Seconds of silence after which it is said what is waited for: at first, and after a draft."""


async def watched(events: AsyncGenerator[Draft | Answer], terminal: Console) -> Answer:
    """The answer at the end of `events`, and until then its draft on the screen, marked as such.

    While a model reads or a draft is checked, the screen says so. Nothing of it stays there.
    """
    waiting = Waiting()
    live = Live(waiting, console=terminal, transient=True, refresh_per_second=20)
    live.start()
    try:
        async with aclosing(events):
            async for event in events:
                if isinstance(event, Answer):
                    return event
                waiting.add(event.text)
    finally:
        live.stop()
    raise AssertionError("a stream ends with an answer")


class Waiting:
    """What the screen shows until there is an answer; `clock` counts seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._heard = clock()
        self._draft = ""

    def add(self, text: str) -> None:
        """Add a piece of the draft."""
        self._heard = self._clock()
        self._draft += clean(text)

    def __rich__(self) -> Text:
        silent = self._clock() - self._heard
        if self._draft:
            checking = f"\nchecking the draft… {silent:.0f} s" if silent >= LONG else ""
            return Text(f"{MARK}{self._draft}{checking}", "dim")
        return Text(f"the language model reads… {silent:.0f} s" if silent >= SOON else "", "dim")
