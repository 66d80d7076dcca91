"""Work done on the machines of a Ray cluster, in place of other processes on this one.

The only module that knows Ray, which the extra `ray` brings. Results come, in order, to the one
process that asked for them, and only that one writes them down; so a batch may be begun again when
a worker, or its machine, is lost.

Ray is used in a process of its own: it prints, takes over signals, and ends the process it is
in when it loses its cluster.
"""

import os
import pickle
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import IO, Any, Generic, TypeVar
from urllib.parse import urlsplit

from index.errors import StoreError, UsageError, how_to_install
from index.sync.workers import ALONE, Done, ThisProcess, are_few, dump, in_order, own_output

B = TypeVar("B")
R = TypeVar("R")

AHEAD = 2
"""Batches under way for each processor of the cluster: one in work, one that waits for it."""
PATIENCE = 5.0
"""Seconds for the cluster to take a connection; Ray itself tries for minutes."""
QUIETLY = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",  # it would send the folder worked in to every machine
    "RAY_NUM_REDIS_GET_RETRIES": "2",  # tries to connect, once somebody listens
}


class RayWorkers:
    """Does batches wherever a cluster has a processor free, if there are batches enough."""

    def __init__(self, address: str) -> None:
        """With the cluster whose head listens at `address`, `HOST:PORT`; this machine is in it.

        Raises UsageError when Ray is not installed.
        """
        if find_spec("ray") is None:
            raise UsageError(f"DATELINE_RAY needs Ray; {how_to_install('ray')}")
        self._address = address

    def check(self) -> None:
        """Raise StoreError when nobody listens there."""
        _reach(self._address)

    def map(self, work: Callable[[B], R], batches: Iterable[B]) -> Done[B, R]:
        """Each batch with what `work` makes of it, in order.

        Raises what `work` raises, and StoreError when the cluster cannot be used.
        """
        few, batches = are_few(batches)
        if few:
            yield from ThisProcess().map(work, batches)
            return
        with closing(_Driver(self._address, work)) as driver:
            yield from in_order(batches, driver.begin, AHEAD * driver.processors)


class _Driver(Generic[B, R]):
    """The process that Ray is used in."""

    def __init__(self, address: str, work: Callable[[B], R]) -> None:
        self._address = address
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", __name__, address],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what matters of it is reported in a line
            cwd=Path(sys.executable).anchor,  # Ray has workers import from there
            env={**QUIETLY, **os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        try:
            self._tell(work)
            self.processors: int = self._heard()
        except BaseException:
            self.close()
            raise

    def begin(self, batch: B) -> Callable[[], R]:
        """Have a batch done, besides those before it, whose results are to be asked for first."""
        self._tell(batch)
        return self._heard

    def close(self) -> None:
        """End the process; the cluster drops what it has not done."""
        self._process.kill()
        self._process.communicate()

    def _tell(self, something: object) -> None:
        assert self._process.stdin
        with suppress(BrokenPipeError):  # why, it says when a result is asked for
            dump(something, self._process.stdin)

    def _heard(self) -> Any:
        assert self._process.stdout
        try:
            said = pickle.load(self._process.stdout)  # noqa: S301 - our own process
        except (EOFError, pickle.UnpicklingError):
            raise _failed(self._address, "the connection is lost") from None
        if isinstance(said, Exception):
            raise said
        return said


def _reach(address: str) -> None:
    parts = urlsplit(f"//{address}")
    try:
        socket.create_connection((parts.hostname, parts.port), PATIENCE).close()
    except OSError as problem:
        raise _failed(address, problem) from None


def _failed(address: str, reason: object) -> StoreError:
    line = str(getattr(reason, "strerror", None) or reason).partition("\n")[0]
    return StoreError(
        f"the Ray cluster at {address} cannot be used ({line}): see to it and run `dateline index` "
        "again, or unset DATELINE_RAY; what was indexed is kept"
    )


# In the process that Ray is used in


def main(address: str) -> None:
    """Have the cluster do the work that standard input begins with, on every batch after it.

    Standard output gets the number of processors and then each result, in order; or what was
    raised, which is the end of it.
    """
    asked, answers = sys.stdin.buffer, own_output()
    try:
        work: Callable[[Any], Any] = pickle.load(asked)  # noqa: S301 - from our own process
        dump(_join(address), answers)
        under_way: SimpleQueue[Any] = SimpleQueue()
        Thread(target=_begin_all, args=(asked, _remote(work), under_way), daemon=True).start()
        while True:
            dump(_result(address, under_way.get()), answers)
    except Exception as problem:  # whatever it is, it is for the process that began this one
        dump(problem, answers)


def _join(address: str) -> int:
    """The number of processors in the cluster, which from now on is connected."""
    import ray  # noqa: PLC0415 - an extra, and slow

    _reach(address)
    try:
        ray.init(address, log_to_driver=False, configure_logging=False)
    except Exception as problem:
        raise _failed(address, problem) from None
    processors = int(ray.cluster_resources().get("CPU", 0))
    if not processors:
        raise _failed(address, "there is no processor in it")
    return processors


def _remote(work: Callable[[Any], Any]) -> Any:
    """The same work, done wherever there is a processor free; each worker loads it once."""
    import ray  # noqa: PLC0415

    ours = version("dateline")

    def do(batch: Any) -> Any:
        os.environ.update(ALONE)  # read when a library first starts threads
        if (theirs := version("dateline")) != ours:
            raise StoreError(f"here is dateline {ours}, in the Ray cluster {theirs}: make them one")
        return work(batch)

    return ray.remote(do)


def _begin_all(asked: IO[bytes], do: Any, under_way: SimpleQueue[Any]) -> None:
    """Begin every batch as it comes; an exception in its place ends them."""
    try:
        while True:
            under_way.put(do.remote(pickle.load(asked)))  # noqa: S301 - from our own process
    except Exception as problem:
        under_way.put(problem)


def _result(address: str, begun: Any) -> Any:
    """What became of a batch."""
    import ray  # noqa: PLC0415
    from ray.exceptions import RayError, RayTaskError  # noqa: PLC0415

    if isinstance(begun, Exception):
        raise begun
    try:
        return ray.get(begun)
    except RayTaskError as problem:
        if isinstance(problem.cause, RuntimeError):  # it could not even be begun
            raise _failed(address, "dateline is not installed on every machine in it") from None
        raise problem.cause from None
    except RayError as problem:
        raise _failed(address, problem) from None


if __name__ == "__main__":
    main(sys.argv[1])
