"""Times the upkeep of an index of many small articles, each in a file of its own.

    python -m evals.bench.sync DUMP [--count 26000]

cuts the articles of a feed dump into small ones, indexes them, and tells how long it takes,
how long it takes to find that nothing has changed, how soon a change is in the index while it
is watched, and how many bytes an article takes.
"""

import argparse
import asyncio
import gzip
import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import aclosing
from itertools import islice
from pathlib import Path
from statistics import median

from bot.config import Config
from bot.factory import articles_roots, collection, index_articles, open_collection
from bot.watching import watching
from index.sync.report import SyncReport

WORDS = 120
"""Of a small article."""
FOLDER = 1_000
"""Files in a folder."""
CHANGES = 5


def main() -> None:
    """Measure, and print a line for each figure."""
    parser = argparse.ArgumentParser(description="Time the upkeep of an index.")
    parser.add_argument("dump", type=Path, help="a feed dump, .jsonl or .jsonl.gz")
    parser.add_argument("--count", type=int, default=26_000, help="articles (default: 26000)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dateline-") as place:
        files = _written(arguments.dump, arguments.count, Path(place) / "news")
        config = Config(store=Path(place) / "store", articles=(Path(place) / "news",))
        _measure(config, files)


def _written(dump: Path, count: int, root: Path) -> list[Path]:
    files = []
    for number, text in enumerate(islice(_small(dump), count)):
        path = root / str(number // FOLDER) / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        files.append(path)
    return files


def _small(dump: Path) -> Iterator[str]:
    with gzip.open(dump, "rt") if dump.suffix == ".gz" else dump.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            words = row["text"].split()
            for at in range(0, len(words), WORDS):
                title = f"{row.get('title') or 'Untitled'}, part {at // WORDS + 1}"
                yield f"{title}\n\n{' '.join(words[at : at + WORDS])}\n"


def _measure(config: Config, files: list[Path]) -> None:
    report = index_articles(config, lambda _: None)
    print(f"{report.articles:,} articles, {report.passages:,} passages, of {len(files):,} files")
    print(f"first sync      {report.seconds:8.1f} s")
    held = sum(path.stat().st_size for path in collection(config).rglob("*") if path.is_file())
    print(f"store           {held / report.articles:8,.0f} bytes an article")
    said = sum(path.stat().st_size for path in files)
    print(f"their text      {said / len(files):8,.0f} bytes an article")
    with open_collection(config) as store:
        roots = articles_roots(config)
        for name, look in (("nothing to do", store.is_stale), ("no-change sync", store.sync)):
            started = time.perf_counter()
            look(roots)
            print(f"{name:15} {time.perf_counter() - started:8.2f} s")
    delays = asyncio.run(_delays(config, files))
    print(f"a change seen   {median(delays):8.2f} s in the middle, {max(delays):.2f} s at most")


async def _delays(config: Config, files: list[Path]) -> list[float]:
    """Seconds from a change to the index that has it, one file after another."""
    delays = []
    async with aclosing(watching(config, lambda _: None)) as outcomes:
        files[0].write_text("A first change\n\nIt is there when the watch begins.\n")
        await anext(outcomes)
        for number, path in enumerate(files[1 : CHANGES + 1]):
            started = time.perf_counter()
            path.write_text(
                f"Change {number}\n\nThe harbour bridge is open since {number} o'clock.\n"
            )
            report = await anext(outcomes)
            assert isinstance(report, SyncReport) and report.changed == 1, report
            delays.append(time.perf_counter() - started)
    return delays


if __name__ == "__main__":
    main()
