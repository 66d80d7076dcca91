"""Counts the files of Dateline that one question enters, without a language model.

    python -m evals.bench.entered [QUESTION]

The question is asked of the shipped articles once to load everything, and once more under a
profiler. A file is entered when one of its functions runs.
"""

import argparse
import sys
import threading
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

from bot.api import Dateline
from bot.config import Config
from bot.factory import shipped_articles

QUESTION = "How many interpreters does each group of soldiers need?"
ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "index", "prompts")


class Entered:
    """Counts calls by file, in whatever thread they happen."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.moves = 0
        self.counts = False
        self._last = ""

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        """Note a call, as `threading.setprofile` asks for it."""
        path = frame.f_code.co_filename
        if self.counts and event == "call" and path.startswith(str(ROOT)):
            name = str(Path(path).relative_to(ROOT))
            if name.startswith(PACKAGES):
                self.calls[name] += 1
                self.moves += name != self._last
                self._last = name


def entered(question: str) -> Entered:
    """Ask the question twice and count the second time."""
    found = Entered()
    threading.setprofile(found)  # before there are threads: it reaches only those begun later
    try:
        with (
            TemporaryDirectory(ignore_cleanup_errors=True) as store,
            Dateline(shipped_articles(), config=Config(store=Path(store))) as news,
        ):
            news.ask(question)
            sys.setprofile(found)
            found.counts = True
            news.ask(question)
            found.counts = False
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return found


def main() -> None:
    """Print the files, those with most calls first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("question", nargs="?", default=QUESTION)
    found = entered(parser.parse_args().question)
    for name, calls in found.calls.most_common():
        print(f"{calls:7,}  {name}")
    print(f"{len(found.calls)} files, {found.moves:,} moves between files")


if __name__ == "__main__":
    main()
