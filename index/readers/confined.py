"""Reads files in a process of its own, which may be ended without harm.

Web pages, PDFs and archives are taken apart by large libraries, and a file made to do so, or
only broken, can have them run without end or fill the memory. So they work in here: bounded in
time and memory, and without the environment, where keys are kept. It knows nothing of kinds
of files; each is read by a module's function `read`.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from importlib import import_module
from pathlib import Path
from threading import Lock, Timer
from typing import IO, Any

from index.article import Article, Place
from index.readers.problem import Problem, Reader, broken, reason_of

SECONDS = 60.0
"""The longest that one file may take."""
MEMORY = 1_000_000_000
"""Bytes that the process may hold, where the system can see to that."""
IDLE = 30.0
"""Seconds without work after which it ends by itself."""
FILES = 1_000
"""Files that one process reads, before another takes its place."""
KEPT = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "TMPDIR", "TZ")
"""All that it is given of the environment."""

DONE = "null"


def confined(module: str) -> Reader:
    """A reader that has the function `read` of `module` read a file in the other process."""

    def read(path: Path, source: str) -> Iterator[Article | Problem]:
        yield from _WORKER.read(module, path, source)

    return read


class Worker:
    """The other process, started when it is first needed; safe to share between threads."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._lock = Lock()
        self._process: subprocess.Popen[str] | None = None
        self._files = 0
        self._was_late = False

    def read(self, module: str, path: Path, source: str) -> list[Article | Problem]:
        """All that `module` finds in a file.

        Where it comes to no end, that is a problem, and what was known of the file still counts.
        """
        with self._lock:
            asked = json.dumps([module, str(path), source])
            found = self._answer(asked)
            if found is None and self._ended_in_peace():  # just when it was asked
                found = self._answer(asked)
            if found is not None:
                return found
            self.close()
            late = f"takes more than {self._seconds:.0f} s to read; split or simplify it"
            reason = late if self._was_late else "broken in a way that no reader stands"
            return [Problem(source, reason, incomplete=True)]

    def close(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process:
            process.kill()
            process.communicate()

    def _answer(self, asked: str) -> list[Article | Problem] | None:
        """What the process answers, or None where it ended before that."""
        process = self._running()
        timer = Timer(self._seconds, process.kill)
        timer.start()
        try:
            return list(_answers(process, asked))
        except (OSError, ValueError):
            self._was_late = not timer.is_alive()
            return None
        except BaseException:  # Ctrl-C: what it goes on to say answers no other question
            self.close()
            raise
        finally:
            timer.cancel()

    def _ended_in_peace(self) -> bool:
        with suppress(subprocess.TimeoutExpired):
            return bool(self._process and self._process.wait(timeout=5) == 0)
        return False

    def _running(self) -> subprocess.Popen[str]:
        """The process; a new one after so many files, as libraries forget to let go of things."""
        self._files += 1
        if self._process is None or self._process.poll() is not None or self._files > FILES:
            self.close()
            self._files = 1
            environment = {key: os.environ[key] for key in KEPT if key in os.environ}
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", __name__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                encoding="ascii",
                env=environment | {"PYTHONPATH": os.pathsep.join(sys.path)},
            )
        return self._process


_WORKER = Worker()


def _answers(process: subprocess.Popen[str], asked: str) -> Iterator[Article | Problem]:
    """What the process answers; raises OSError or ValueError when it ends before its time."""
    assert process.stdin
    assert process.stdout
    print(asked, file=process.stdin, flush=True)
    while (line := process.stdout.readline().rstrip("\n")) != DONE:
        yield _unpacked(json.loads(line))


def _packed(found: Article | Problem) -> dict[str, Any]:
    return asdict(found)


def _unpacked(row: dict[str, Any]) -> Article | Problem:
    if "reason" in row:
        return Problem(**row)
    published = date.fromisoformat(row["published"]) if row["published"] else None
    places = tuple(Place(*place) for place in row["places"])
    return Article(**row | {"published": published, "places": places})


# In the other process


def main() -> None:
    """Read what standard input asks for, until it ends or nothing has been asked for long."""
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)  # a library that prints must not be taken for an answer
    _limit_memory()
    while line := _next_line(sys.stdin):
        module, path, source = json.loads(line)
        for found in _read(import_module(module).read, Path(path), source):
            print(json.dumps(_packed(found), default=date.isoformat), file=answers)
        print(DONE, file=answers, flush=True)


def _next_line(asked: IO[str]) -> str:
    patience = Timer(IDLE, os._exit, (0,))
    patience.daemon = True
    patience.start()
    try:
        return asked.readline()
    finally:
        patience.cancel()


def _read(read: Callable[[Path, str], Iterator[Article | Problem]], path: Path, source: str) -> Any:
    try:
        yield from read(path, source)
    except OSError as error:
        yield Problem(source, f"cannot be read: {reason_of(error)}", incomplete=True)
    except MemoryError:
        yield Problem(source, f"takes more than {MEMORY // 1_000_000} MB to read; split it")
    except Exception as error:  # what broken files lead libraries to is without number
        yield Problem(source, broken(error))


def _limit_memory() -> None:
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


if __name__ == "__main__":
    main()
