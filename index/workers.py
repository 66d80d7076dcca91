"""Who does work that is the same wherever it is done: this process, or others beside it.

It knows nothing of what the work is. Work is a function that can be pickled and whose result
depends on nothing but its argument; so what another process fails to do is done here.
"""

import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import suppress
from itertools import chain, islice
from queue import SimpleQueue
from threading import Event
from typing import Any, Generic, Protocol, TypeVar

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


class Workers(Protocol):
    """Whoever does work on batches."""

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

    The processes end with the work. Unlike those of `multiprocessing` they do not load the
    program's main module, which may be a script that would begin to index again.
    """

    def __init__(self, count: int | None = None) -> None:
        """With `count` processes, or as many as leave a processor to this one."""
        self._count = min(MOST, processors() - 1) if count is None else count

    def map(self, work: Callable[[B], R], batches: Iterable[B]) -> Done[B, R]:
        """Each batch with what `work` makes of it, in order."""
        rest = iter(batches)
        first = [*islice(rest, FEW + 1)]
        batches = chain(first, rest)
        if len(first) <= FEW or self._count < 1:
            yield from ThisProcess().map(work, batches)
            return
        crew = _Crew(work, self._count)
        try:
            begun: deque[tuple[B, Future[R]]] = deque()
            for batch in batches:
                begun.append((batch, crew.begin(batch)))
                if len(begun) >= self._count + AHEAD:
                    earliest, result = begun.popleft()
                    yield earliest, result.result()
            for earliest, result in begun:
                yield earliest, result.result()
        finally:
            crew.dismiss()


class _Crew(Generic[B, R]):
    """Processes that do the same work, each in the hands of a thread."""

    def __init__(self, work: Callable[[B], R], count: int) -> None:
        self._dismissed = Event()
        self._members = [_Member(work, self._dismissed) for _ in range(count)]
        self._idle: SimpleQueue[_Member[B, R]] = SimpleQueue()
        for member in self._members:
            self._idle.put(member)
        self._threads = ThreadPoolExecutor(count, "index-worker")

    def begin(self, batch: B) -> Future[R]:
        """Have the next that is idle do a batch."""
        return self._threads.submit(self._do, batch)

    def dismiss(self) -> None:
        """End the processes; what they have not done stays undone."""
        self._dismissed.set()
        for member in self._members:
            member.end()
        self._threads.shutdown(cancel_futures=True)

    def _do(self, batch: B) -> R:
        member = self._idle.get()
        try:
            return member.do(batch)
        finally:
            self._idle.put(member)


class _Member(Generic[B, R]):
    """A process that does some work; started when it is first needed."""

    def __init__(self, work: Callable[[B], R], dismissed: Event) -> None:
        self._work = work
        self._dismissed = dismissed
        self._process: subprocess.Popen[bytes] | None = None

    def do(self, batch: B) -> R:
        """What the work makes of a batch, there or else here."""
        try:
            return self._asked(batch)
        except (OSError, EOFError, pickle.UnpicklingError):
            if self._dismissed.is_set():
                raise CancelledError from None
            return self._work(batch)

    def end(self) -> None:
        """End the process."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def _asked(self, batch: B) -> R:
        if self._process is None:
            self._process = _started()
            self._tell(self._work)
        self._tell(batch)
        assert self._process.stdout
        result: R = pickle.load(self._process.stdout)  # noqa: S301 - our own process
        return result

    def _tell(self, something: object) -> None:
        assert self._process
        assert self._process.stdin
        pickle.dump(something, self._process.stdin, pickle.HIGHEST_PROTOCOL)
        self._process.stdin.flush()


def _started() -> subprocess.Popen[bytes]:
    alone = {"OPENBLAS_NUM_THREADS": "1", "RAYON_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, "-P", "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # what fails there is done here, and fails again
        env={**os.environ, **alone, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def processors() -> int:
    """How many this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


# In the other process


def main() -> None:
    """Do the work that standard input begins with, on every batch that follows there."""
    asked, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not be taken for a result
    work: Callable[[Any], Any] = pickle.load(asked)  # noqa: S301 - from the process that began it
    with suppress(EOFError):
        while True:
            result = work(pickle.load(asked))  # noqa: S301
            pickle.dump(result, answers, pickle.HIGHEST_PROTOCOL)
            answers.flush()


if __name__ == "__main__":
    main()
