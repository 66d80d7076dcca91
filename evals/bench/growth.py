"""How indexing, syncing, starting and asking grow with the articles.

    python -m evals.bench.growth ARTICLES QUESTIONS --passages 10000,100000,1000000 --out DIR

ARTICLES is a feed dump (`.jsonl.gz`), which `evals/bench/grown.py` makes longer; QUESTIONS are
gold questions about it. For every size, from nothing: the first indexing, one with nothing to
do, one after every hundredth article has changed (the worst way to spread them, for every file
is read again), a first answer from a new process, then passages and answers one after another,
beside Chroma and tantivy asked by themselves in the same files. Every step is a process of its
own. Writes `growth.json`, `growth.md` and plots to DIR, again after every size.
"""

import argparse
import gzip
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from statistics import median

from bot import factory
from evals.bench.grown import Row, grown
from evals.bench.peers import Corpus
from evals.bench.plots import curves
from evals.bench.step import Measured, measured, tell
from evals.bench.tables import row
from evals.bench.wanted import ANSWERS, CHROMA, DATELINE, PASSAGES, TANTIVY, megabytes, p50, p99
from evals.gold.format import load_gold
from index.storage.generation import BM25
from index.storage.generation import CHROMA as CHROMA_FOLDER
from index.text.splitter import passages

QUESTIONS = 220
COLD = 3
"""First answers timed."""
PART = 1_000
"""Articles in a file."""
CHANGED = 100
"""One article in so many changes."""
SAMPLE = 200
"""Articles that are split to learn how many passages a character makes."""


@dataclass(frozen=True, slots=True)
class Size:
    """What was measured at one size; `cold` are seconds, `store` bytes."""

    articles: int
    passages: int
    store: int
    first: Measured
    nothing: Measured
    changed: Measured
    cold: tuple[float, ...]
    retrieval: Measured
    answers: Measured
    chroma: Measured
    tantivy: Measured

    @property
    def floor(self) -> float:
        """Milliseconds for the median question to Chroma, and then to tantivy."""
        return p50(self.chroma) + p50(self.tantivy)


class Folder:
    """Feed dumps in a folder that grows."""

    def __init__(self, path: Path, rows: Sequence[Row]) -> None:
        path.mkdir()
        self.path = path
        self.articles = 0
        self._parts = 0
        self._feed = grown(rows)
        self._characters = 0
        sample = [str(r["text"]) for r in rows[:SAMPLE]]
        self._each = sum(map(len, sample)) / sum(len(passages(text)) for text in sample)

    def grow(self, wanted: int) -> None:
        """Add articles until there are about so many passages."""
        while part := [*islice(self._until(wanted), PART)]:
            self._write(self.path / f"{self._parts:04}.jsonl.gz", part)
            self._parts += 1
            self.articles += len(part)

    def change(self) -> None:
        """Change every hundredth article a little."""
        for path in sorted(self.path.iterdir()):
            with gzip.open(path, "rt", encoding="utf-8") as lines:
                rows = [json.loads(line) for line in lines]
            for changed in rows[::CHANGED]:
                changed["text"] += "\n\nThis article was corrected later on."
            self._write(path, rows)

    def _until(self, wanted: int) -> Iterator[Row]:
        while self._characters < wanted * self._each:
            article = next(self._feed)
            self._characters += len(article["text"])
            yield article

    def _write(self, path: Path, rows: Sequence[Row]) -> None:
        with gzip.open(path, "wt", compresslevel=1, encoding="utf-8") as lines:
            lines.writelines(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)


def main(arguments: Sequence[str]) -> None:
    """Measure every size, print the table and write everything down."""
    options = _parser().parse_args(arguments)
    gold = [g for g in load_gold(options.questions) if g.has_answer]
    today = max((g.asked_on for g in gold if g.asked_on), default=None)
    questions = [g.question for g in gold[:QUESTIONS]]
    with gzip.open(options.articles, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    sizes: list[Size] = []
    with tempfile.TemporaryDirectory(prefix="dateline-growth-") as scratch:
        folder = Folder(Path(scratch) / "news", rows)
        for wanted in sorted(options.passages):
            began = time.monotonic()
            folder.grow(wanted)
            tell(f"{wanted:,} passages: {folder.articles:,} articles are written")
            corpus = Corpus(folder.path, Path(scratch) / "store", today)
            sizes.append(_measure(corpus, folder, questions))
            tell(f"{wanted:,} passages: {time.monotonic() - began:,.0f} s in all")
            shutil.rmtree(corpus.store)
            _write(options.out, sizes)
    sys.stdout.write((options.out / "growth.md").read_text(encoding="utf-8"))


def _measure(corpus: Corpus, folder: Folder, questions: Sequence[str]) -> Size:
    def step(name: str, peer: str, where: Path = corpus.store) -> Measured:
        tell(f"  {name}, {peer}")
        found = measured(name, peer, corpus, where, questions if name == "ask" else ())
        each = f", {p50(found):.1f} ms each" if found.each else ""
        tell(f"    {found.seconds:.1f} s{each}, {megabytes(found):,.0f} MB")
        return found

    first = step("index", DATELINE)
    store = sum(path.stat().st_size for path in corpus.store.rglob("*") if path.is_file())
    nothing = step("index", DATELINE)
    folder.change()
    changed = step("index", DATELINE)
    cold = tuple(_first_answer(corpus, question) for question in questions[:COLD])
    with factory.open_collection(corpus.config) as opened:
        files = opened.generation.folder
    return Size(
        articles=folder.articles,
        passages=first.done,
        store=store,
        first=first,
        nothing=nothing,
        changed=changed,
        cold=cold,
        retrieval=step("ask", PASSAGES),
        answers=step("ask", ANSWERS),
        chroma=step("ask", CHROMA, files / CHROMA_FOLDER),
        tantivy=step("ask", TANTIVY, files / BM25),
    )


def _first_answer(corpus: Corpus, question: str) -> float:
    """Seconds that `dateline ask` takes when nothing was running."""
    command = [str(Path(sys.executable).with_name("dateline")), "ask", question]
    command += ["--articles", str(corpus.articles), "--store", str(corpus.store)]
    if corpus.today:
        command += ["--as-of", corpus.today.isoformat()]
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3, 4):  # answered, declined or asked back
        raise SystemExit(f"dateline ask gave status {done.returncode}:\n{done.stderr}")
    return time.perf_counter() - started


ROWS: dict[str, tuple[Callable[[Size], float], str]] = {
    "articles": (lambda s: s.articles, ",.0f"),
    "passages": (lambda s: s.passages, ",.0f"),
    "first indexing, s": (lambda s: s.first.seconds, ",.1f"),
    "first indexing, CPU s": (lambda s: s.first.cpu, ",.1f"),
    "first indexing, passages a second": (lambda s: s.passages / s.first.seconds, ",.0f"),
    "first indexing, peak MB": (lambda s: megabytes(s.first), ",.0f"),
    "nothing to do, s": (lambda s: s.nothing.seconds, ",.2f"),
    "nothing to do, peak MB": (lambda s: megabytes(s.nothing), ",.0f"),
    "1 % changed, s": (lambda s: s.changed.seconds, ",.1f"),
    "1 % changed, CPU s": (lambda s: s.changed.cpu, ",.1f"),
    "1 % changed, peak MB": (lambda s: megabytes(s.changed), ",.0f"),
    "store, MB": (lambda s: s.store / 1e6, ",.0f"),
    "store, bytes a passage": (lambda s: s.store / s.passages, ",.0f"),
    "first answer of a new process, s": (lambda s: median(s.cold), ".2f"),
    "passages, p50 ms": (lambda s: p50(s.retrieval), ".1f"),
    "passages, p99 ms": (lambda s: p99(s.retrieval), ".1f"),
    "Chroma alone, p50 ms": (lambda s: p50(s.chroma), ".1f"),
    "tantivy alone, p50 ms": (lambda s: p50(s.tantivy), ".1f"),
    "passages, times both alone": (lambda s: p50(s.retrieval) / s.floor, ".1f"),
    "answers, p50 ms": (lambda s: p50(s.answers), ".1f"),
    "answers, p99 ms": (lambda s: p99(s.answers), ".1f"),
    "answers, CPU ms": (lambda s: 1000 * s.answers.cpu / s.answers.done, ".1f"),
    "answers, peak MB": (lambda s: megabytes(s.answers), ",.0f"),
}
"""What the table tells of a size, and in which form."""


def _table(sizes: Sequence[Size]) -> Iterator[str]:
    """Lines of Markdown: a column a size, and how many times the first the last one is."""
    yield row("", *(f"{size.passages:,}" for size in sizes), "times")
    yield row(*["---"] * (len(sizes) + 2))
    for name, (value, form) in ROWS.items():
        values = [value(size) for size in sizes]
        yield row(name, *(f"{v:{form}}" for v in values), _times(values))
    yield ""


def _times(values: Sequence[float]) -> str:
    """How many times the first the last is; processors count hundredths, so little is nothing."""
    return f"{values[-1] / values[0]:.1f}" if values[0] else ""


PLOTS = {
    "growth-asking": (
        "milliseconds a question",
        ("passages, p50 ms", "passages, p99 ms", "answers, p50 ms", "answers, p99 ms",
         "Chroma alone, p50 ms", "tantivy alone, p50 ms"),
    ),
    "growth-indexing": (
        "seconds",
        ("first indexing, s", "1 % changed, s", "nothing to do, s",
         "first answer of a new process, s"),
    ),
    "growth-memory": (
        "peak MB",
        ("first indexing, peak MB", "1 % changed, peak MB", "answers, peak MB"),
    ),
}  # fmt: skip


def _write(out: Path, sizes: Sequence[Size]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    (out / "growth.json").write_text(json.dumps([*map(asdict, sizes)], indent=1), encoding="utf-8")
    (out / "growth.md").write_text("\n".join(_table(sizes)), encoding="utf-8")
    for name, (y, rows) in PLOTS.items():
        series = {title: [(s.passages, ROWS[title][0](s)) for s in sizes] for title in rows}
        (out / f"{name}.svg").write_text(curves(series, "passages", y), encoding="utf-8")


def _sizes(written: str) -> list[int]:
    return [int(number) for number in written.split(",")]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals.bench.growth", description=__doc__)
    parser.add_argument("articles", type=Path, metavar="ARTICLES")
    parser.add_argument("questions", type=Path, metavar="QUESTIONS")
    parser.add_argument(
        "--passages", type=_sizes, default=[10_000, 100_000, 1_000_000], metavar="N,N,…"
    )
    parser.add_argument("--out", type=Path, default=Path("growth"), metavar="DIR")
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
