"""Says when files may have changed, so that nobody has to look all the time.

It reads no file and knows nothing of stores. What the system does not tell, as of files
behind links or on other machines, is looked for every so often.
"""

import asyncio
import stat
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from importlib import import_module
from pathlib import Path

from index.readers.kinds import reader_of

QUIET_MS = 100
"""Changes that follow each other as quickly as this are reported together …"""
PATIENCE_MS = 500
"""… but the first of them no later than this."""
TICK_MS = 500
"""How often roots are looked at: whether they are there, and files whether they have changed."""
LOOK = 30.0
"""Seconds after which everything is to be looked at, whatever was reported."""


async def changes(roots: Sequence[Path], look: float = LOOK) -> AsyncGenerator[None]:
    """Yields once at the start, and whenever something under `roots` may have changed.

    After `look` seconds it may have, whatever was reported. Roots may vanish and return. What
    changes while the caller is busy is reported afterwards.
    """
    due, last = True, 0.0
    while True:
        seen = _looks(roots)
        async with aclosing(_ticks(roots)) as ticks:
            async for changed in ticks:
                if due or changed or time.monotonic() - last > look:
                    due, last = False, time.monotonic()
                    yield
                if _looks(roots) != seen:
                    due = True
                    break  # watch what is there now


async def _ticks(roots: Sequence[Path]) -> AsyncGenerator[bool]:
    """Every so often whether the system has reported a change in a folder."""
    await asyncio.to_thread(import_module, "watchfiles")  # which takes some 0.2 s
    from watchfiles import Change, awatch  # noqa: PLC0415 - few commands watch

    def may_hold_articles(_: Change, path: str) -> bool:
        name = Path(path).name
        # A folder may have come or gone with all that is in it.
        return not name.startswith(".") and bool(reader_of(name) or "." not in name)

    folders = [root for root in roots if root.is_dir()]
    try:
        async for changed in awatch(
            *folders,
            watch_filter=may_hold_articles,
            debounce=PATIENCE_MS,
            step=QUIET_MS,
            rust_timeout=TICK_MS,
            yield_on_timeout=True,
            ignore_permission_denied=True,
        ):
            yield bool(changed)
    except OSError:  # a folder has just gone, or the system watches no more for us
        await asyncio.sleep(TICK_MS / 1000)
        yield False


def _looks(roots: Sequence[Path]) -> list[tuple[int, ...] | None]:
    """What each root is, to tell whether it is still the same; of a file, its state too."""
    return [_look(root) for root in roots]


def _look(root: Path) -> tuple[int, ...] | None:
    try:
        facts = root.stat()
    except OSError:
        return None
    identity = facts.st_dev, facts.st_ino
    if stat.S_ISDIR(facts.st_mode):
        return identity
    return *identity, facts.st_size, facts.st_mtime_ns
