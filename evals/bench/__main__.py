"""Dateline beside what a user would pick instead, on the same articles and the same machine.

    uv run --group bench python -m evals.bench ARTICLES QUESTIONS [--rounds N] [--out DIR]

ARTICLES is a feed dump (`.jsonl.gz`), QUESTIONS gold questions about it. Every step of every
peer is a process of its own, and the peers take turns, so that a busy moment hits them all.
Only ratios carry over to another machine. Writes `bench.json`, `bench.md` and plots to DIR.
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from evals.bench.crowd import Crowd, crowd
from evals.bench.peers import ASKING, INDEXING, Corpus
from evals.bench.step import Measured, measured
from evals.bench.tables import plots, tables
from evals.gold.format import load_gold

QUESTIONS = 200
"""Asked of every peer; the first so many of those that can be answered."""
AT_ONCE = 50
FLOOR = ("only reading and splitting", "only embedding", "only Chroma", "only tantivy")
Runs = dict[str, list[Measured]]


def main(arguments: Sequence[str]) -> None:
    """Measure, print the tables and write everything down."""
    options = _parser().parse_args(arguments)
    gold = [g for g in load_gold(options.questions) if g.has_answer]
    today = max((g.asked_on for g in gold if g.asked_on), default=None)
    questions = [g.question for g in gold[:QUESTIONS]]
    with tempfile.TemporaryDirectory(prefix="dateline-bench-") as scratch:
        corpus = Corpus(options.articles.resolve(), Path(scratch) / "dateline", today)
        indexing, asking, at_once = _measure(corpus, Path(scratch), questions, options.rounds)
    options.out.mkdir(parents=True, exist_ok=True)
    _write(options.out, indexing, asking, at_once)
    sys.stdout.write((options.out / "bench.md").read_text(encoding="utf-8"))


def _measure(
    corpus: Corpus, scratch: Path, questions: Sequence[str], rounds: int
) -> tuple[Runs, Runs, list[Crowd]]:
    indexing: Runs = {name: [] for name in INDEXING}
    asking: Runs = {name: [] for name in ASKING}
    at_once = []
    for turn in range(rounds):
        shutil.rmtree(corpus.store, ignore_errors=True)
        for name in INDEXING:
            _tell(f"round {turn + 1} of {rounds}: indexing, {name}")
            shutil.rmtree(folder := _folder(scratch, name), ignore_errors=True)
            indexing[name].append(measured("index", name, corpus, folder))
        for name, peer in ASKING.items():
            _tell(f"round {turn + 1} of {rounds}: asking, {name}")
            [built] = [n for n, p in INDEXING.items() if issubclass(peer, p)][:1]
            folder = _folder(scratch, built)
            asking[name].append(measured("ask", name, corpus, folder, questions))
        _tell(f"round {turn + 1} of {rounds}: {AT_ONCE} questions at once")
        at_once.append(crowd(corpus, questions[:AT_ONCE]))
    return indexing, asking, at_once


def _write(out: Path, indexing: Runs, asking: Runs, at_once: Sequence[Crowd]) -> None:
    rows = {
        "indexing": {name: [asdict(m) for m in runs] for name, runs in indexing.items()},
        "asking": {name: [asdict(m) for m in runs] for name, runs in asking.items()},
        "at once": [found._asdict() for found in at_once],
    }
    (out / "bench.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
    (out / "bench.md").write_text("\n".join(tables(indexing, asking, at_once)), encoding="utf-8")
    for name, svg in plots(indexing, asking):
        (out / f"{name}.svg").write_text(svg, encoding="utf-8")


def _folder(scratch: Path, name: str) -> Path:
    return scratch / "".join(c if c.isalnum() else "-" for c in name)


def _tell(line: str) -> None:
    print(f"bench: {line}", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals.bench", description=__doc__)
    parser.add_argument("articles", type=Path, metavar="ARTICLES")
    parser.add_argument("questions", type=Path, metavar="QUESTIONS")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("bench"), metavar="DIR")
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
