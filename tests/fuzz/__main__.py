"""Fuzzes parts of Dateline, each in a process that may die of it, for as long as is asked for.

`python -m tests.fuzz SECONDS [TARGET…]` names the cases that went wrong; to try one again, run
`python -m tests.fuzz --case TARGET SEED`.
"""

import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

PATIENCE = 20
"""Seconds that one case may take."""
MEMORY = 4_000_000_000
MOST = 1_000
"""Processes that may die of a target before it is left."""
AT = "at"
"""The file in which a process notes what it is about to try."""


class Finding(NamedTuple):
    """A case that went wrong, by its seed, and how."""

    target: str
    seed: str
    what: str


def fuzz(target: str, seconds: float, seed: str) -> tuple[int, list[Finding]]:
    """How many cases were tried, and those that went wrong."""
    tried, findings, part, left = 0, [], 0, seconds
    while left > 0 and part < MOST:
        part += 1
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
            done = _process(folder, target, str(left), f"{seed}.{part}")
            at = Path(folder) / AT
            last = at.read_text() if at.exists() else f"{seed}.{part}.0"
            tried += int(last.rpartition(".")[2])
            findings += [Finding(target, *json.loads(line)) for line in done.stdout.splitlines()]
            if done.returncode:
                findings.append(Finding(target, last, _death(done)))
        left -= time.monotonic() - began
    return tried, findings


def _process(folder: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-P", "-m", __spec__.name if __spec__ else "tests.fuzz"]
    return subprocess.run(
        [*command, "--within", folder, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HOME": folder, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def _death(done: "subprocess.CompletedProcess[str]") -> str:
    if done.returncode < 0:
        return f"ended by {signal.Signals(-done.returncode).name}"
    return f"ended with {done.returncode}: {done.stderr[-2000:]}"


# In the other process


def within(folder: Path, target: str, seconds: float, seed: str) -> None:
    """Try cases until the time is over; those that go wrong are printed as `[seed, what]`."""
    _bound_memory()
    importlib.import_module("tests.fuzz.targets")  # which takes seconds
    deadline = time.monotonic() + seconds
    number = 0
    out = os.fdopen(os.dup(1), "w")
    while time.monotonic() < deadline:
        number += 1
        case = f"{seed}.{number}"
        (folder / AT).write_text(case)
        for what in attempted(folder, target, case):
            print(json.dumps([case, what]), file=out, flush=True)


def attempted(folder: Path, target: str, seed: str) -> Iterator[str]:
    """What goes wrong with a case."""
    from tests.fuzz.targets import TARGETS  # only where it is tried

    made = TARGETS[target].make(Random(seed))
    work = folder / "work"
    work.mkdir(exist_ok=True)
    signal.signal(signal.SIGALRM, _late)
    signal.alarm(PATIENCE)
    try:
        TARGETS[target].attempt(made, work)
    except Exception:
        yield f"{made.name}: {traceback.format_exc()[-1500:]}"
    finally:
        signal.alarm(0)


def _late(*_: object) -> None:
    raise TimeoutError(f"takes more than {PATIENCE} s")


def _bound_memory() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def main(arguments: list[str]) -> int:
    """Run what the command line asks for; the exit status says whether all went well."""
    if arguments[0] == "--within":
        folder, target, seconds, seed = arguments[1:]
        within(Path(folder), target, float(seconds), seed)
        return 0
    if arguments[0] == "--case":
        with tempfile.TemporaryDirectory(prefix="fuzz-") as place:
            found = [*attempted(Path(place), *arguments[1:])]
        print("\n".join(found) or "all is well")
        return bool(found)
    from tests.fuzz.targets import TARGETS

    targets = arguments[1:] or [*TARGETS]
    wrong = 0
    for name in targets:
        seed = str(time.time_ns())
        tried, findings = fuzz(name, float(arguments[0]) / len(targets), seed)
        wrong += len(findings)
        print(f"{name}: {tried:,} cases, {len(findings)} went wrong")
        for finding in findings:
            print(f"  --case {finding.target} {finding.seed}\n    {finding.what}")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
