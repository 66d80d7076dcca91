"""What a Ray cluster is worth when articles are indexed.

    python -m evals.bench.fanout DUMP RAY CHROMA [--count 3000] [--rounds 3] [--embedding static]

indexes the first articles of a feed dump, with the vectors on the Chroma server at CHROMA, in
turns: passages are made by this process, by others beside it, and by the Ray cluster whose head
is at RAY, `HOST:PORT`. Before that each of them only makes the passages; all else that indexing
takes is done here whoever makes them. It tells seconds, their ratios to this process alone, how
many processors of this machine were busy with whatever it had to do, and whether all made the
same of the articles. docs/deployment.md says how a cluster is started; two nodes on one
machine want `--num-cpus 1` each.
"""

import argparse
import gzip
import json
import tempfile
import time
from collections.abc import Iterator, Mapping
from hashlib import sha256
from itertools import islice
from pathlib import Path
from statistics import median
from typing import NamedTuple

import psutil

from index.embedding.named import embedder_named
from index.embedding.static import Embedder
from index.engines.chroma_http import ChromaServer
from index.store import Store
from index.sync.passages import PassageMaker, Text
from index.sync.ray_workers import RayWorkers
from index.sync.sync import CHARACTERS
from index.sync.workers import OtherProcesses, ThisProcess, Workers

ONE = "this process"


class Run(NamedTuple):
    """Seconds of making passages alone and of indexing, processors busy, a digest of the store."""

    making: float
    indexing: float
    busy: float
    made: str


def main() -> None:
    """Measure, and print a line for each of them."""
    parser = argparse.ArgumentParser(description="Time indexing on a Ray cluster.")
    parser.add_argument("dump", type=Path, help="a feed dump, .jsonl or .jsonl.gz")
    parser.add_argument("ray", help="HOST:PORT of the cluster's head")
    parser.add_argument("chroma", help="address of the Chroma server")
    parser.add_argument("--count", type=int, default=3_000, help="articles (default: 3000)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each (default: 3)")
    parser.add_argument("--embedding", default="static", help="as in DATELINE_EMBEDDING")
    arguments = parser.parse_args()
    embedder, server = embedder_named(arguments.embedding), ChromaServer(arguments.chroma)
    workers: dict[str, Workers] = {
        ONE: ThisProcess(),
        "other processes": OtherProcesses(),
        "Ray": RayWorkers(arguments.ray),
    }
    with tempfile.TemporaryDirectory(prefix="dateline-bench-") as place:
        news = _first(arguments.dump, arguments.count, Path(place) / "news.jsonl")
        runs: dict[str, list[Run]] = {name: [] for name in workers}
        for number in range(arguments.rounds):
            for name, each in workers.items():
                store = Path(place) / f"{number}-{name.replace(' ', '-')}"
                runs[name].append(measure(store, news, embedder, server, each))
    report(runs)


def measure(
    directory: Path, news: Path, embedder: Embedder, server: ChromaServer, workers: Workers
) -> Run:
    """Make passages of the articles, then index them into a new store."""
    started = time.perf_counter()
    for _ in workers.map(PassageMaker(embedder), _batches(news)):
        pass
    making = time.perf_counter() - started
    with Store.open(directory, embedder, server, workers) as store:
        busy, started = _busy(), time.perf_counter()
        store.sync([news])
        indexing = time.perf_counter() - started
        return Run(making, indexing, (_busy() - busy) / indexing, _digest(store))


def report(runs: Mapping[str, list[Run]]) -> None:
    """The medians, and the ratios to this process with their least and most."""
    print(f"{'':20}{'making':>8}{'ratio':>7}{'':13}{'indexing':>8}{'ratio':>7}{'':13}{'busy':>6}")
    for name, measured in runs.items():
        cells = ""
        for stage in ("making", "indexing"):
            seconds = [getattr(run, stage) for run in measured]
            ratios = [
                getattr(one, stage) / each for one, each in zip(runs[ONE], seconds, strict=True)
            ]
            cells += f"{median(seconds):8.1f}{median(ratios):7.2f}"
            cells += f" ({min(ratios):.2f}–{max(ratios):.2f})"
        print(f"{name:20}{cells}{median(run.busy for run in measured):6.1f}")
    made = {run.made for measured in runs.values() for run in measured}
    print("all made the same" if len(made) == 1 else f"they made {len(made)} different things")


def _batches(news: Path) -> Iterator[list[Text]]:
    batch: list[Text] = []
    size = 0
    with news.open(encoding="utf-8") as lines:
        for number, row in enumerate(map(json.loads, lines)):
            batch.append(Text(number, row.get("title") or "", row["text"]))
            size += len(row["text"])
            if size >= CHARACTERS:
                yield batch
                batch, size = [], 0
    yield batch


def _first(dump: Path, count: int, file: Path) -> Path:
    with (
        gzip.open(dump, "rt") if dump.suffix == ".gz" else dump.open(encoding="utf-8") as lines,
        file.open("w", encoding="utf-8") as some,
    ):
        some.writelines(islice(lines, count))
    return file


def _busy() -> float:
    """Processor seconds of everything on this machine."""
    times = psutil.cpu_times()
    return float(times.user + times.system)


def _digest(store: Store) -> str:
    """The same for stores with the same articles, passages and vectors."""
    made = sha256(str(store.fingerprint()).encode())
    rows = (row for page in store.generation.manifest.rows() for row in page)
    for passage in sorted(
        sha256(f"{title}\0{text}\0".encode() + vector.tobytes()).digest()
        for _, title, text, vector in rows
    ):
        made.update(passage)
    return made.hexdigest()


if __name__ == "__main__":
    main()
