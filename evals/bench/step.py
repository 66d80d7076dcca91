"""One step of one peer in a process of its own: `index`, or `ask` with questions.

    python -m evals.bench.step STEP PEER < JSON

So one peer's memory and threads are not another's. `measured` starts that process and reads
its figures; nothing else is printed there.
"""

import json
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from evals.bench.peers import ASKING, INDEXING, Ask, Corpus
from evals.bench.tree import cpu, peak

WARM_UP = 20
"""Questions asked before any is timed; these are not timed, if there are others."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Wall and processor seconds, the most memory held in bytes, and what was done.

    Children's are counted. Memory is that of the whole process, what it prepared included.
    `done` is how many passages were indexed or questions asked; `each` the wall seconds of
    every question.
    """

    seconds: float
    cpu: float
    memory: int
    done: int
    each: tuple[float, ...] = ()


def measured(
    step: str, peer: str, corpus: Corpus, folder: Path, questions: Sequence[str] = ()
) -> Measured:
    """What a step takes."""
    asked = corpus.as_json() | {"folder": str(folder), "questions": [*questions]}
    row = run("evals.bench.step", [step, peer], asked)
    return Measured(**row | {"each": tuple(row["each"])})


def run(module: str, arguments: Sequence[str], asked: Mapping[str, Any]) -> dict[str, Any]:
    """What a module prints last, as JSON, when it is run and given `asked`.

    `memory` in it is at least the most bytes that it and its children took.
    Raises SystemExit with what was said if it fails.
    """
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DATELINE_")}
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment | {"OPENBLAS_NUM_THREADS": "1"},  # as the command `dateline` sets it
        text=True,
    )
    with process, peak(process.pid) as most:
        said, complaint = process.communicate(json.dumps(asked))
    if process.returncode != 0:
        raise SystemExit(f"{module} {' '.join(arguments)}: {process.returncode}:\n{complaint}")
    found: dict[str, Any] = json.loads(said.splitlines()[-1])
    return found | {"memory": max(most[0], found.get("memory", 0))}


def tell(line: str) -> None:
    """Say on standard error, with the time of day, how far the measuring has come."""
    print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)


def main(step: str, name: str) -> None:
    """Take the step and print its figures as JSON."""
    asked = json.load(sys.stdin)
    corpus = Corpus.from_json(asked)
    peer = (INDEXING if step == "index" else ASKING)[name](corpus, Path(asked["folder"]))
    if step == "index":
        peer.prepare()
        figures = _clocked(peer.index)
    else:
        with peer.open() as ask:
            first, rest = asked["questions"][:WARM_UP], asked["questions"][WARM_UP:]
            _each(ask, first)
            figures = _clocked(lambda: _each(ask, rest or first))
    print(json.dumps(asdict(figures)))


def _each(ask: Ask, questions: Sequence[str]) -> tuple[float, ...]:
    seconds = []
    for question in questions:
        started = time.perf_counter()
        ask(question)
        seconds.append(time.perf_counter() - started)
    return tuple(seconds)


def _clocked(work: Any) -> Measured:
    used, started = cpu(), time.perf_counter()
    done = work()
    seconds, used = time.perf_counter() - started, cpu() - used
    each = done if isinstance(done, tuple) else ()
    count = len(each) if each else done
    return Measured(seconds, used, _memory(), count, each)


def _memory() -> int:
    # What `getrusage` tells on Linux begins with what the parent held when it started this one.
    status = Path("/proc/self/status")
    if status.exists():
        [kilobytes] = re.findall(r"^VmHWM:\s+(\d+) kB$", status.read_text(), re.MULTILINE)
        return int(kilobytes) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # in bytes on macOS


if __name__ == "__main__":
    main(*sys.argv[1:])
