"""Who does work that is the same wherever it is done: this process, or others beside it.

Work is a function that can be pickled and whose result depends on nothing but its argument; so
what another process fails to do is done here.
"""

import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from itertools import chain, islice
from queue import SimpleQueue
from threading import Event, Timer
from typing import IO, Any, Protocol, TypeVar

B = TypeVar("B")
R = TypeVar("R")
Done = Generator[tuple[B, R], None, None]
"""Batches, each with its result; to be closed if they are not used up."""

FEW = 2
"""Batches that are done before another process would have started."""
AHEAD = 2
"""Batches that are begun before they are asked for, besides one for each process."""
MOST = 3
"""Other processes: more would wait for this one to write what they make."""
IDLE = 30.0
"""Seconds without work after which another process ends by itself."""

ALONE = {"OPENBLAS_NUM_THREADS": "1", "RAYON_NUM_THREADS": "1"}
"""The libraries' threads in a process that does work: there is one for every processor."""


class Workers(Protocol):
    """Where batches of work are done."""

    def map(self, work: Callable[[B], R], batches: Iterable[B]) -> Done[B, R]:
        """Each batch with what `work` makes of it, in order.

        Batches are drawn by the thread that asks for results, and only a few ahead of
        them. Raises what `work` raises.
        """


class ThisProcess:
    """Does each batch when it is asked for."""

    def map(self, work: Callable[[B], R], batches: Iterable[B]) -> Done[B, R]:
        """Each batch with what `work` makes of it, in order."""
        for batch in batches:
            yield batch, work(batch)


class OtherProcesses:
    """Does batches on the other processors of this machine, if there are batches enough.

    The processes stay for what comes next, but not for long. Unlike those of `multiprocessing`
    they do not load the program's main module, which may be a script that would begin to index
    again.
    """

    def __init__(self, count: int | None = None) -> None:
        """With `count` processes, or as many as there are processors, where there are several.

        This one mostly waits for the indexes, and writes what the others make.
        """
        if count is None:
            count = min(MOST, processors()) if processors() > 1 else 0
        self._members = [_Member() for _ in range(count)]
        self._idle: SimpleQueue[_Member] = SimpleQueue()
        for member in self._members:
            self._idle.put(member)

    def map(self, work: Callable[[B], R], batches: Iterable[B]) -> Done[B, R]:
        """Each batch with what `work` makes of it, in order."""
        few, batches = are_few(batches)
        if few or not self._members:
            yield from ThisProcess().map(work, batches)
            return
        stopped = Event()
        threads = ThreadPoolExecutor(len(self._members), "index-worker")

        def begin(batch: B) -> Callable[[], R]:
            return threads.submit(self._do, work, batch, stopped).result

        try:
            yield from in_order(batches, begin, len(self._members) + AHEAD)
        except BaseException:
            stopped.set()
            self.close()
            raise
        finally:
            threads.shutdown(cancel_futures=True)

    def close(self) -> None:
        """End the processes; what they have not done stays undone."""
        for member in self._members:
            member.end()

    def _do(self, work: Callable[[B], R], batch: B, stopped: Event) -> R:
        member = self._idle.get()
        try:
            return member.do(work, batch)
        except (OSError, EOFError, pickle.UnpicklingError):
            if stopped.is_set():
                raise CancelledError from None
            return work(batch)
        finally:
            self._idle.put(member)


class _Member:
    """Another process, started when it is first needed."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def do(self, work: Callable[[B], R], batch: B) -> R:
        """What the work makes of a batch; raises OSError or EOFError if the process ends."""
        if self._process and self._process.poll() is not None:
            self.end()
        process = self._process = self._process or _started()
        assert process.stdin
        assert process.stdout
        try:
            dump((pickle.dumps(work), batch), process.stdin)
            result: R = pickle.load(process.stdout)  # noqa: S301 - our own process
        except BaseException:
            self.end()
            raise
        return result

    def end(self) -> None:
        """End the process; the next batch starts another."""
        process, self._process = self._process, None
        if process:
            process.kill()
            process.communicate()


def are_few(batches: Iterable[B]) -> tuple[bool, Iterator[B]]:
    """Whether the batches are not worth another process; with all of them."""
    rest = iter(batches)
    first = [*islice(rest, FEW + 1)]
    return len(first) <= FEW, chain(first, rest)


def in_order(batches: Iterable[B], begin: Callable[[B], Callable[[], R]], ahead: int) -> Done[B, R]:
    """Each batch with its result, in order, of which at most `ahead` are begun at a time.

    What `begin` gives waits for the result.
    """
    begun: deque[tuple[B, Callable[[], R]]] = deque()
    for batch in batches:
        begun.append((batch, begin(batch)))
        if len(begun) >= ahead:
            earliest, result = begun.popleft()
            yield earliest, result()
    while begun:
        earliest, result = begun.popleft()
        yield earliest, result()


def dump(something: object, file: IO[bytes]) -> None:
    """Send something to the process at the other end of a pipe."""
    pickle.dump(something, file, pickle.HIGHEST_PROTOCOL)
    file.flush()


def _started() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-P", "-m", __name__, str(IDLE)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # what fails there is done here, and fails again
        env={**os.environ, **ALONE, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def processors() -> int:
    """How many this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


# In the other process


def main(idle: float) -> None:
    """Do the work that standard input asks for, until that ends or `idle` seconds are over."""
    answers = own_output()
    loaded = cache(pickle.loads)  # a model is loaded once
    with suppress(EOFError):
        while True:
            work, batch = _next(sys.stdin.buffer, idle)
            dump(loaded(work)(batch), answers)


def own_output() -> IO[bytes]:
    """Standard output for results alone: what a library prints must not be taken for one."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _next(asked: IO[bytes], idle: float) -> Any:
    patience = Timer(idle, os._exit, (0,))
    patience.daemon = True
    patience.start()
    try:
        return pickle.load(asked)  # noqa: S301 - from the process that began this one
    finally:
        patience.cancel()


if __name__ == "__main__":
    main(float(sys.argv[1]))
