"""Which parameters Chroma's graph is to have: how much it finds, how fast, and what it costs.

    python -m evals.bench.hnsw ARTICLES QUESTIONS [--passages N] [--out DIR]

For every choice of `max_neighbors` and `ef_construction` the passages' vectors are put into a
Chroma of their own; for every `ef_search` it is then asked the questions for as many passages
as Dateline asks for, and what it finds is held against what comparing all of them finds.
ARTICLES is a feed dump (`.jsonl.gz`), made longer by `evals/bench/grown.py` where it has fewer
passages. Processor seconds are given because they bear a busy machine better. Writes
`hnsw.json`, `hnsw.md` and a plot to DIR, again after every choice.
"""

import argparse
import gzip
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np

from evals.bench.grown import Row, grown
from evals.bench.plots import curves
from evals.bench.step import tell
from evals.bench.tables import row
from evals.bench.tree import cpu
from evals.bench.wanted import share
from evals.gold.format import load_gold
from index.embedding.static import StaticEmbedder, Vectors
from index.engines.chroma import BATCH, HNSW
from index.search.retriever import DENSE_CANDIDATES as FOUND
from index.sync.passages import embedded_text
from index.text.splitter import passages

# ruff: noqa: PLC0415  (Chroma takes a second to load)
if TYPE_CHECKING:
    from chromadb import Collection
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration

QUESTIONS = 300
ROUNDS = 3
"""Times that each question is asked; the quickest counts, for the others were disturbed."""
NAME = "passages"


class Graph(NamedTuple):
    """How a graph is made; `sync_threshold` is after how many vectors Chroma writes it down."""

    max_neighbors: int
    ef_construction: int
    sync_threshold: int


class Choice(NamedTuple):
    """What a graph took to make, and what asking it so widely found and took."""

    graph: Graph
    ef_search: int
    built: float
    built_cpu: float
    recall: float
    p50: float
    p99: float
    cpu: float


def main(arguments: Sequence[str]) -> None:
    """Measure every choice, print the table and write everything down."""
    options = _parser().parse_args(arguments)
    with gzip.open(options.articles, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    gold = [g for g in load_gold(options.questions) if g.has_answer][:QUESTIONS]
    vectors = _vectors(rows, options.passages)
    questions = StaticEmbedder().embed([g.question for g in gold])
    nearest = _nearest(vectors, questions)
    tell(f"{len(vectors):,} vectors, {len(questions):,} questions")
    choices: list[Choice] = []
    grid = product(options.neighbors, options.construction, options.sync)
    for graph in (Graph(*chosen) for chosen in grid):
        with tempfile.TemporaryDirectory(prefix="dateline-hnsw-") as folder:
            built = _clocked(lambda: _build(Path(folder), graph, vectors))  # noqa: B023 - at once
            tell(f"{graph}: {built[1]:.1f} s, of processors {built[0]:.1f} s")
            for width in options.search:
                measured = _ask(Path(folder), width, questions, nearest)
                choices.append(Choice(graph, width, built[1], built[0], *measured))
                tell(f"  ef_search {width}: {choices[-1].recall:.4f}, {choices[-1].p50:.2f} ms")
        _write(options.out, len(vectors), choices)
    sys.stdout.write((options.out / "hnsw.md").read_text(encoding="utf-8"))


def _vectors(rows: Sequence[Row], wanted: int) -> Vectors:
    """The vectors of so many passages."""
    texts: list[str] = []
    for article in grown(rows):
        text = article["text"]
        texts += [embedded_text(article["title"], text[a:b]) for a, b in passages(text)]
        if len(texts) >= wanted:
            return StaticEmbedder().embed(texts[:wanted])
    raise AssertionError("a feed grows without end")


def _nearest(vectors: Vectors, questions: Vectors) -> list[set[str]]:
    """The names of those nearest to each question, all compared."""
    found = []
    for question in questions:
        likeness = vectors @ question
        found.append({str(n) for n in np.argsort(-likeness)[:FOUND]})
    return found


def _build(folder: Path, graph: Graph, vectors: Vectors) -> None:
    configuration = cast("CreateHNSWConfiguration", HNSW | graph._asdict())
    client = _opened(folder)
    made = client.create_collection(
        NAME,
        embedding_function=None,
        configuration={"hnsw": configuration},
    )
    for at in range(0, len(vectors), BATCH):
        part = vectors[at : at + BATCH]
        made.add(ids=[str(n) for n in range(at, at + len(part))], embeddings=part)
    client.close()


def _ask(
    folder: Path, width: int, questions: Vectors, nearest: Sequence[set[str]]
) -> tuple[float, float, float, float]:
    """The recall, the p50 and p99 in milliseconds, and processor milliseconds a question."""
    client = _opened(folder)
    client.get_collection(NAME, embedding_function=None).modify(
        configuration={"hnsw": {"ef_search": width}}
    )
    client.close()  # a graph that is loaded keeps the width it was loaded with
    client = _opened(folder)
    asked = client.get_collection(NAME, embedding_function=None)
    used = cpu()
    waits = np.array([[_wait(asked, question) for question in questions] for _ in range(ROUNDS)])
    used = 1000 * (cpu() - used) / waits.size
    found = [_found(asked, question) for question in questions]
    client.close()
    shares = [len(one & best) / len(best) for one, best in zip(found, nearest, strict=True)]
    quickest = waits.min(axis=0)
    return float(np.mean(shares)), share(quickest, 0.5), share(quickest, 0.99), used


def _wait(asked: "Collection", question: Vectors) -> float:
    started = time.perf_counter()
    _found(asked, question)
    return 1000 * (time.perf_counter() - started)


def _found(asked: "Collection", question: Vectors) -> set[str]:
    found: Any = asked.query(
        query_embeddings=question[np.newaxis], n_results=FOUND, include=["distances"]
    )
    return set(found["ids"][0])


def _opened(folder: Path) -> "Client":
    import chromadb
    from chromadb.config import Settings

    client = chromadb.PersistentClient(str(folder), Settings(anonymized_telemetry=False))
    return cast("Client", client)  # typed as an interface without `close`


def _clocked(work: Callable[[], None]) -> tuple[float, float]:
    """Processor seconds, and seconds."""
    used, started = cpu(), time.perf_counter()
    work()
    return cpu() - used, time.perf_counter() - started


def _table(passages: int, choices: Sequence[Choice]) -> Iterator[str]:
    yield f"{passages:,} vectors, the {FOUND} nearest to a question."
    yield ""
    yield row(
        "max_neighbors", "ef_construction", "sync_threshold", "built, s", "built, CPU s",
        "ef_search", f"recall@{FOUND}", "p50 ms", "p99 ms", "CPU ms",
    )  # fmt: skip
    yield row(*["---"] * 10)
    for c in choices:
        built = (f"{c.built:.1f}", f"{c.built_cpu:.1f}")
        asked = (f"{c.recall:.4f}", f"{c.p50:.2f}", f"{c.p99:.2f}", f"{c.cpu:.2f}")
        yield row(*map(str, c.graph), *built, str(c.ef_search), *asked)
    yield ""


def _write(out: Path, passages: int, choices: Sequence[Choice]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    rows = [c._asdict() | c.graph._asdict() for c in choices]
    (out / "hnsw.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
    (out / "hnsw.md").write_text("\n".join(_table(passages, choices)), encoding="utf-8")
    series = {
        f"{g.max_neighbors} neighbours, ef_construction {g.ef_construction}": [
            (c.p50, c.recall) for c in choices if c.graph == g
        ]
        for g in dict.fromkeys(c.graph for c in choices)
    }
    drawn = curves(
        series, "milliseconds a question, median of the quickest times", f"recall@{FOUND}", log=()
    )
    (out / "hnsw.svg").write_text(drawn, encoding="utf-8")


def _numbers(written: str) -> list[int]:
    return [int(number) for number in written.split(",")]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals.bench.hnsw", description=__doc__)
    parser.add_argument("articles", type=Path, metavar="ARTICLES")
    parser.add_argument("questions", type=Path, metavar="QUESTIONS")
    parser.add_argument("--passages", type=int, default=40_000, metavar="N")
    for name, given in (
        ("neighbors", [16, 24, 32]),
        ("construction", [64, 128, 256]),
        ("search", [50, 100, 200, 256, 400]),
        ("sync", [1_000]),
    ):
        parser.add_argument(f"--{name}", type=_numbers, default=given, metavar="N,N,…")
    parser.add_argument("--out", type=Path, default=Path("hnsw"), metavar="DIR")
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
