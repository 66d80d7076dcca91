"""Dateline beside what a user would pick instead, on the same articles and the same machine.

    uv run --group bench python -m evals.bench ARTICLES QUESTIONS [--rounds N] [--out DIR]

ARTICLES is a feed dump (`.jsonl.gz`), QUESTIONS gold questions about it. Every step of every
peer is a process of its own, and the peers take turns, so that a busy moment hits them all.
Only ratios carry over to another machine. Writes `bench.json`, `bench.md` and plots to DIR,
again after every round.
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from evals.bench.crowd import Crowd, crowd
from evals.bench.peers import ASKING, INDEXING, Corpus
from evals.bench.plots import bars
from evals.bench.step import WARM_UP, Measured, measured, tell
from evals.bench.tables import tables
from evals.bench.wanted import DATELINE, p50
from evals.gold.format import load_gold

QUESTIONS = 200
"""Asked of every peer; the first so many of those that can be answered."""
AT_ONCE = 50


@dataclass
class Rounds:
    """What every round has measured, by the peers' names."""

    indexing: dict[str, list[Measured]] = field(default_factory=dict)
    asking: dict[str, list[Measured]] = field(default_factory=dict)
    at_once: list[Crowd] = field(default_factory=list)

    def write(self, out: Path) -> None:
        """Put the figures, the tables and the plots into a folder."""
        out.mkdir(parents=True, exist_ok=True)
        rows = asdict(self) | {"at_once": [found._asdict() for found in self.at_once]}
        (out / "bench.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
        lines = tables(self.indexing, self.asking, self.at_once)
        (out / "bench.md").write_text("\n".join(lines), encoding="utf-8")
        taken = {name: [m.seconds for m in runs] for name, runs in self.indexing.items()}
        waits = {name: [*map(p50, runs)] for name, runs in self.asking.items()}
        for name, values, x in (
            ("indexing", taken, "seconds for all articles"),
            ("asking", waits, "milliseconds a question, median"),
        ):
            (out / f"{name}.svg").write_text(bars(values, x), encoding="utf-8")


def main(arguments: Sequence[str]) -> None:
    """Measure, print the tables and write everything down."""
    options = _parser().parse_args(arguments)
    gold = [g for g in load_gold(options.questions) if g.has_answer]
    today = max((g.asked_on for g in gold if g.asked_on), default=None)
    questions = [g.question for g in gold[:QUESTIONS]]
    rounds = Rounds()
    with tempfile.TemporaryDirectory(prefix="dateline-bench-") as scratch:
        corpus = Corpus(options.articles.resolve(), Path(scratch) / "dateline", today)
        for turn in range(options.rounds):
            tell(f"round {turn + 1} of {options.rounds}")
            _measure(rounds, corpus, Path(scratch), questions, options.only)
            rounds.write(options.out)
    sys.stdout.write((options.out / "bench.md").read_text(encoding="utf-8"))


def _measure(
    rounds: Rounds,
    corpus: Corpus,
    scratch: Path,
    questions: Sequence[str],
    only: Collection[str],
) -> None:
    """Every peer once; Dateline comes first, for the raw engines are given its passages."""
    shutil.rmtree(corpus.store, ignore_errors=True)
    chosen = {n: peer for n, peer in INDEXING.items() if not only or n == DATELINE or n in only}
    for name in chosen:
        shutil.rmtree(folder := _folder(scratch, name), ignore_errors=True)
        found = measured("index", name, corpus, folder)
        rounds.indexing.setdefault(name, []).append(found)
        tell(f"  indexing, {name}: {found.seconds:.1f} s")
    for name, peer in ASKING.items():
        for built in [n for n, indexer in chosen.items() if issubclass(peer, indexer)][:1]:
            found = measured("ask", name, corpus, _folder(scratch, built), questions)
            rounds.asking.setdefault(name, []).append(found)
            tell(f"  asking, {name}: {p50(found):.1f} ms")
    rounds.at_once.append(crowd(corpus, questions[:AT_ONCE], questions[AT_ONCE:][:WARM_UP]))
    tell(f"  {AT_ONCE} questions at once: {rounds.at_once[-1].together:.1f} s")


def _folder(scratch: Path, name: str) -> Path:
    return scratch / "".join(c if c.isalnum() else "-" for c in name)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals.bench", description=__doc__)
    parser.add_argument("articles", type=Path, metavar="ARTICLES")
    parser.add_argument("questions", type=Path, metavar="QUESTIONS")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("bench"), metavar="DIR")
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        choices=[*INDEXING],
        metavar="PEER",
        help="Dateline and this peer; may be given again (the starter takes longest)",
    )
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
