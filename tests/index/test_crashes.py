"""A sync that is killed at whatever it writes: nothing is lost or mixed, and the next one mends.

The suite tries some moments; `python -m tests.index.test_crashes` tries all, in some minutes.
"""

import shutil
import sqlite3
import sys
import tempfile
from pathlib import Path

import pytest

from index.engines import chroma
from index.store import Store
from tests.index.crashing import probe_in_fork, run_killed
from tests.index.stores import CountingEmbedder
from tests.index.wholeness import Texts, check_after, check_between

NEVER = 0
SAMPLE = 2
"""Moments of each scenario that the suite tries."""


def text(fruit: str, news: str = "was good") -> str:
    return f"About {fruit}s\n\nThe harvest {news}. All spoke of {fruit}{len(news)}"


def long_text(last: str) -> str:
    """A text that is nearly the same whatever its last word is."""
    days = (f"On day {n} the ferry carried {n * 37 % 101} cars to island {n}." for n in range(60))
    return f"About ferries\n\n{' '.join(days)} All spoke of {last}"


FIRST = {f"{fruit}.txt": text(fruit) for fruit in ("apple", "banana", "cherry", "damson")}
ALIKE = {f"ferry-{n}.txt": long_text(f"island{n}x") for n in range(5)}
THEN = {
    "apple.txt": text("apple", "failed"),
    "banana.txt": text("banana"),
    "renamed.txt": text("cherry"),
    "elderberry.txt": text("elderberry"),
}
SCENARIOS: dict[str, tuple[Texts, Texts, str, str | None]] = {
    "first sync": ({}, FIRST, "bag-16", None),
    "first sync of articles that are alike": ({}, FIRST | ALIKE, "bag-16", None),
    "changes": (FIRST, THEN, "bag-16", None),
    "another embedding": (FIRST, THEN, "bag-16 again", None),
    "words lost": (FIRST, THEN, "bag-16", "bm25"),
    "vectors lost": (FIRST, THEN, "bag-16", "chroma"),
}


class Scenario:
    """A store of old articles, when new ones have taken their place and a part may be lost."""

    def __init__(self, name: str, folder: Path) -> None:
        self._old, self._new, self._embedder, self._lost = SCENARIOS[name]
        self._articles, self._before, self._store = (folder / n for n in ("news", "before", "now"))
        self._articles.mkdir()
        self._before.mkdir()
        if self._old:
            self._deliver({}, self._old)
            with Store.open(self._before, CountingEmbedder()) as store:
                store.sync([self._articles])
        if self._lost:
            shutil.rmtree(self._before / "1" / self._lost)
        self._deliver(self._old, self._new)

    def kill(self, at: int) -> int | None:
        """Sync, killed at a moment, and look; then sync to the end, and look again.

        How many writes there were, or None when it was killed.
        """
        shutil.rmtree(self._store, ignore_errors=True)
        shutil.copytree(self._before, self._store)
        writes = run_killed(self._store, self._articles, at, self._embedder)
        if self._old and not self._lost:
            with Store.open(self._store, CountingEmbedder(self._made_with())) as store:
                check_between(store, [self._old, self._new])
        with Store.open(self._store, CountingEmbedder(self._embedder)) as store:
            store.sync([self._articles])
            check_after(store, self._articles, self._new)
        return writes

    def _deliver(self, before: Texts, after: Texts) -> None:
        for source in before.keys() - after.keys():
            (self._articles / source).unlink()
        for source, text in after.items():
            if before.get(source) != text:
                (self._articles / source).write_text(text, encoding="utf-8")

    def _made_with(self) -> str:
        """The embedding of what answers now."""
        generation = (self._store / "current").read_text()
        database = sqlite3.connect(self._store / generation / "manifest.sqlite3")
        [(name,)] = database.execute("SELECT value FROM meta WHERE key = 'embedder'")
        database.close()
        return str(name)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_sync_killed_anywhere_loses_nothing(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chroma, "_tried", probe_in_fork)
    scenario = Scenario(name, tmp_path)
    writes = scenario.kill(NEVER)
    assert writes is not None
    for n in range(SAMPLE):
        assert scenario.kill(writes * (2 * n + 1) // (2 * SAMPLE)) is None


def main(names: list[str]) -> None:
    """Kill every scenario, or those named, at every moment."""
    chroma._tried = probe_in_fork
    for name in names or SCENARIOS:
        with tempfile.TemporaryDirectory() as folder:
            scenario = Scenario(name, Path(folder))
            at = 0
            while scenario.kill(at := at + 1) is None:
                print(f"\r{name}: killed at {at}", end="", file=sys.stderr, flush=True)
            print(f"\r{name}: nothing lost at any of {at - 1} moments")


if __name__ == "__main__":
    main(sys.argv[1:])
