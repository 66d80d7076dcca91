"""Who asks when: one question a person, not too many of each, so many at once, others in line.

It counts people and places, not what they ask.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Literal

from discord.app_commands import Cooldown

Refusal = Literal["busy", "full", "cooldown", "stopped"]
"""Their last question is not answered yet; too many wait; they have asked too often lately;
nothing more is taken on."""

USER_RATE = 6, 60.0
"""Questions of one person in so many seconds."""
REMEMBERED = 10_000
"""People whose last questions are counted, before those long past are forgotten."""


class RefusedError(Exception):
    """The question is not taken on; `seconds` says in how many it may be, where that is known."""

    def __init__(self, why: Refusal, seconds: float = 0.0) -> None:
        super().__init__(why)
        self.why = why
        self.seconds = seconds


class FairQueue:
    """Takes on as many people as `longest`, and lets `at_once` of them through at a time."""

    def __init__(self, at_once: int, longest: int) -> None:
        self._free = at_once
        self._longest = longest
        self._asking: set[int] = set()
        self._waiting: list[_Place] = []
        self._lately: dict[int, Cooldown] = {}
        self._closed = False

    def __len__(self) -> int:
        """How many wait for their turn."""
        return len(self._waiting)

    @contextmanager
    def admit(self, person: int) -> Iterator[None]:
        """Be taken on, until leaving. Raises RefusedError at once."""
        if self._closed:
            raise RefusedError("stopped")
        if person in self._asking:
            raise RefusedError("busy")
        if len(self._asking) >= self._longest:
            raise RefusedError("full")
        if seconds := self._too_often(person):
            raise RefusedError("cooldown", seconds)
        self._asking.add(person)
        try:
            yield
        finally:
            self._asking.discard(person)

    @asynccontextmanager
    async def turn(self, on_place: Callable[[int], None]) -> AsyncIterator[None]:
        """Wait for a turn, and have it until leaving; `on_place` hears the place in line.

        It hears it again whenever it has halved: 1 is next.
        """
        place = _Place(on_place)
        self._waiting.append(place)
        self._move_up()
        try:
            await place.reached
            yield
        finally:
            if place in self._waiting:
                self._waiting.remove(place)
            else:
                self._free += 1
            self._move_up()

    def close(self) -> None:
        """Take nobody on any more."""
        self._closed = True

    def _too_often(self, person: int) -> float:
        """Seconds until the person may ask; 0 when that is now, which then counts."""
        if len(self._lately) > REMEMBERED:
            self._lately = {p: c for p, c in self._lately.items() if c.get_tokens() < c.rate}
        return self._lately.setdefault(person, Cooldown(*USER_RATE)).update_rate_limit() or 0.0

    def _move_up(self) -> None:
        while self._free and self._waiting:
            self._free -= 1
            self._waiting.pop(0).move(0)
        for number, place in enumerate(self._waiting, 1):
            place.move(number)


class _Place:
    """One place in line; 0 is a turn."""

    def __init__(self, on_place: Callable[[int], None]) -> None:
        self.reached = asyncio.get_running_loop().create_future()
        self._on_place = on_place
        self._told: int | None = None

    def move(self, number: int) -> None:
        """Move up to a place."""
        if number == 0 and not self.reached.done():
            self.reached.set_result(None)
        elif number and (self._told is None or number <= self._told // 2):
            self._told = number
            self._on_place(number)
