"""How long a person waits for a command that was not running yet.

    python -m evals.bench.cold [ROUNDS]

Times new processes side by side, in turns so that a busy moment hits them all: the help, an
answer from an index of the shipped articles that is there already, and the passages of the
LlamaIndex starter (`evals.bench.starter`) for the same question from a Chroma folder that is there
already. Only the ratio carries over to another machine.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from statistics import median

ROUNDS = 7
QUESTION = "Why does China worry about North Korean troops in Russia?"
NEEDED = ("llama-index-core", "llama-index-vector-stores-chroma")
HELP, ASK, STARTER = "dateline --help", "dateline ask", "LlamaIndex starter"


def main(arguments: Sequence[str]) -> int:
    """Print the table, and return the exit status."""
    rounds = int(arguments[0]) if arguments else ROUNDS
    if not all(map(_is_installed, NEEDED)):
        print(
            "LlamaIndex is not installed: uv run --group bench python -m evals.bench.cold",
            file=sys.stderr,
        )
        return 1
    with tempfile.TemporaryDirectory(prefix="dateline-bench-") as folder:
        report(measure(_commands(Path(folder)), Path(folder), rounds))
    return 0


def measure(
    commands: Mapping[str, Sequence[str]], folder: Path, rounds: int
) -> dict[str, list[float]]:
    """Seconds of every run, after one of each that nobody times and that makes the indexes."""
    for command in commands.values():
        _run(command, folder)
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            seconds[name].append(_run(command, folder))
    return seconds


def report(seconds: Mapping[str, Sequence[float]]) -> None:
    """One line a command: the median, the fastest, the slowest, and the ratio to the starter."""
    starter = median(seconds[STARTER])
    print(f"{'seconds, new processes':24}{'median':>8}{'min':>8}{'max':>8}{'ratio':>8}")
    for name, runs in seconds.items():
        middle = median(runs)
        numbers = (middle, min(runs), max(runs), middle / starter)
        print(f"{name:24}" + "".join(f"{number:8.2f}" for number in numbers))


def _commands(folder: Path) -> dict[str, list[str]]:
    dateline = str(Path(sys.executable).with_name("dateline"))
    return {
        HELP: [dateline, "--help"],
        ASK: [dateline, "ask", QUESTION, "--store", str(folder / "dateline")],
        STARTER: [sys.executable, "-m", "evals.bench.starter", str(folder / "starter"), QUESTION],
    }


def _run(command: Sequence[str], folder: Path) -> float:
    """Seconds that a command takes, its settings aside; what goes wrong ends the bench."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DATELINE_")}
    started = time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - started
    if done.returncode != 0:
        raise SystemExit(f"{command[0]} gave status {done.returncode}:\n{done.stderr}")
    return seconds


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
