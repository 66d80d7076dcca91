"""What a process takes together with its children: processor seconds, and the most memory.

A page that processes share counts in each of them, so memory is rather given too large.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from psutil import Error, Process

EVERY = 0.1
"""Seconds between two looks at the memory."""


def cpu() -> float:
    """Processor seconds of this process and its children so far, ended ones included."""
    ours = os.times()
    seconds = ours.user + ours.system + ours.children_user + ours.children_system
    for child in Process().children(recursive=True):
        with suppress(Error):  # it has just ended
            seconds += sum(child.cpu_times()[:4])
    return seconds


@contextmanager
def peak(process: int) -> Iterator[list[int]]:
    """Watch a process that runs; on leaving, the list holds the most bytes it took."""
    most, done = [0], Event()

    def watch() -> None:
        while True:
            most[0] = max(most[0], _held(process))
            if done.wait(EVERY):
                return

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield most
    finally:
        done.set()
        watcher.join()


def _held(process: int) -> int:
    held = 0
    with suppress(Error):
        root = Process(process)
        for one in (root, *root.children(recursive=True)):
            with suppress(Error):
                held += one.memory_info().rss
    return held
