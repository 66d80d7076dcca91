"""How often each client may ask."""

import time
from collections import OrderedDict
from collections.abc import Callable

REMEMBERED = 10_000
"""Clients whose requests are counted, before those that asked longest ago are forgotten."""


class RateLimit:
    """So many requests a minute for each client, all of which it may send at once."""

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = float(a_minute)
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str) -> float:
        """Seconds until the client may ask; 0 when that is now, which then counts."""
        now = self._clock()
        left, then = self._left.pop(client, (self._most, now))
        left = min(self._most, left + (now - then) * self._most / 60)
        wait = 0.0 if left >= 1 else (1 - left) * 60 / self._most
        self._left[client] = (left if wait else left - 1, now)
        if len(self._left) > REMEMBERED:
            self._left.popitem(last=False)
        return wait
