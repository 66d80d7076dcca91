"""Processes that share a store: one writes, others read meanwhile and see what it did."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from platform import node

import pytest

from index.errors import StoreBusyError, VectorsError
from index.storage.sums import SUMS
from index.store import Store
from tests.index.stores import CountingEmbedder, embedded, feed, is_sound, texts

MANY = 2_100
"""Articles, which is more than Chroma holds outside its graph."""

WRITER = """
import sys
from pathlib import Path
from index.store import Store
from index.sync.sync import Progress
from tests.index.stores import CountingEmbedder

def wait(progress):
    if progress.passages and len(sys.argv) > 3:
        print("writing", flush=True)
        sys.stdin.readline()

with Store.open(Path(sys.argv[1]), CountingEmbedder()) as store:
    store.sync([Path(sys.argv[2])], wait)
"""


@contextmanager
def another_process(store: Path, articles: Path) -> Iterator["subprocess.Popen[str]"]:
    """A process that syncs, and waits in the midst of it until its input is closed."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", WRITER, str(store), str(articles), "wait"]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin and process.stdout
        assert process.stdout.readline() == "writing\n"
        yield process
        process.stdin.close()
        assert process.wait() == 0


def sync_elsewhere(store: Path, articles: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(store), str(articles)]
    subprocess.run(command, check=True, timeout=120)


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    path = tmp_path / "feed.jsonl"
    feed(path, *((f"u{n}", f"Text number{n}.") for n in range(MANY)))
    return path


def near(store: Store, word: str) -> set[str]:
    """The sources of the passages nearest to a word, as Chroma finds them."""
    g = store.generation
    ids = [number for number, _ in g.vectors.query(embedded(store, word), 3000)]
    return {c.source for c in g.manifest.candidates(ids)}


def test_an_open_reader_sees_what_another_process_wrote(tmp_path: Path, dump: Path) -> None:
    folder = tmp_path / "store"
    with Store.open(folder, CountingEmbedder()) as reader:
        sync_elsewhere(folder, dump)
        assert len(near(reader, "text")) > MANY // 2
        feed(dump, *((f"u{n}", f"Text number{n}.") for n in range(1000, MANY + 1500)))
        sync_elsewhere(folder, dump)
        new = {f"u{n}" for n in range(MANY, MANY + 1500)}
        assert len(near(reader, "text") & new) > 750  # graphs of vectors so alike have gaps
        assert is_sound(reader, [dump])
        assert texts(reader) == []


def test_readers_are_not_held_up_by_a_writer(tmp_path: Path, dump: Path) -> None:
    folder = tmp_path / "store"
    sync_elsewhere(folder, dump)
    with Store.open(folder, CountingEmbedder()) as reader:
        assert len(near(reader, "text")) > MANY // 2
        feed(dump, *((f"u{n}", f"Text number{n}.") for n in range(MANY + 10)))
        with another_process(folder, dump) as writer:
            g = reader.generation
            assert g.manifest.counts()[1] == MANY + 10
            ids = [number for number, _ in g.nearest(embedded(reader, "text"), 3000)]
            assert len(g.manifest.candidates(ids)) == MANY + 10
            with pytest.raises(StoreBusyError) as caught:
                reader.sync([dump])
            assert f"process {writer.pid} on {node()} since 20" in str(caught.value)
        assert len(near(reader, "text") & {f"u{n}" for n in range(MANY, MANY + 10)}) > 5
        assert not reader.is_stale([dump])


READER = """
import sys
from pathlib import Path
from index.store import Store
from tests.index.test_processes import near
from tests.index.stores import CountingEmbedder

with Store.open(Path(sys.argv[1]), CountingEmbedder()) as store:
    near(store, "text")
"""


def test_a_graph_that_kills_its_readers_is_made_again(tmp_path: Path, dump: Path) -> None:
    folder = tmp_path / "store"
    sync_elsewhere(folder, dump)
    [links] = (folder / "1" / "chroma").glob("*/link_lists.bin")
    links.write_bytes(bytes(links.stat().st_size))  # as a power cut can leave it
    (folder / "1" / SUMS).unlink()  # as an older version of Dateline leaves it
    read = subprocess.run(
        [sys.executable, "-c", READER, str(folder)], capture_output=True, check=False
    )
    assert read.returncode == -signal.SIGSEGV
    with Store.open(folder, CountingEmbedder()) as store:
        answers = store.generation.nearest(embedded(store, "text"), 10)
        assert len(answers) == 10
        assert store.is_stale([dump])
        assert store.sync([dump]).rebuilt
        assert texts(store) == []
        assert len(near(store, "text")) > MANY // 2
        assert is_sound(store, [dump])


def test_a_kill_that_broke_nothing_costs_nothing(tmp_path: Path) -> None:
    dump, folder = tmp_path / "feed.jsonl", tmp_path / "store"
    feed(dump, ("u1", "One."))
    with Store.open(folder, CountingEmbedder()) as store:
        store.sync([dump])
    for note in ("unfinished", "half-open"):
        (folder / "1" / "chroma" / note).touch()
    with Store.open(folder, CountingEmbedder()) as store:
        assert store.sync([dump]).rebuilt is None
        assert is_sound(store, [dump])
    assert not [*(folder / "1" / "chroma").glob("*-*pen"), *folder.glob("1/chroma/unfinished")]


HOLDER = """
import sys
from pathlib import Path
from index.engines.shared_lock import locked

with locked(Path(sys.argv[1]), 0, shared=sys.argv[2] == "shared"):
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def held_elsewhere(lock: Path, how: str) -> Iterator["subprocess.Popen[str]"]:
    """A process that holds a lock until it is killed."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", HOLDER, str(lock), how]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout and process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_many_search_at_once_and_one_opens(
    tmp_path: Path, dump: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "store"
    sync_elsewhere(folder, dump)
    monkeypatch.setattr("index.engines.chroma.WRITER_SECONDS", 0.1)
    monkeypatch.setattr("index.engines.chroma.OPENING_SECONDS", 0.1)
    with Store.open(folder, CountingEmbedder()) as store:
        opens = held_elsewhere(folder / "1" / "chroma.opening.lock", "alone")
        with opens, pytest.raises(VectorsError, match="in use by another"):
            near(store, "text")
        with held_elsewhere(folder / "1" / "chroma.lock", "shared"):
            assert near(store, "text")
            with pytest.raises(VectorsError, match="in use by another"):
                store.generation.vectors.add([1], embedded(store, "text")[None])
            with pytest.raises(VectorsError, match="in use"), store.generation.writing():
                raise AssertionError("others are searching")
        assert near(store, "text")
        assert is_sound(store, [dump])


SEARCHER = """
import sys, time
from pathlib import Path
from index.errors import VectorsError
from index.store import Store
from tests.index.stores import CountingEmbedder, embedded

held = 0
with Store.open(Path(sys.argv[1]), CountingEmbedder()) as store:
    vectors = store.generation.vectors
    while held < int(sys.argv[2]):
        try:
            assert len(vectors.query(embedded(store, "text"), 10)) == 10
            held = vectors.count()
        except VectorsError as problem:
            assert "in use" in str(problem), problem
        time.sleep(0.02)
"""


def test_many_search_while_another_process_writes(tmp_path: Path, dump: Path) -> None:
    folder = tmp_path / "store"
    with Store.open(folder, CountingEmbedder()) as store:
        store.sync([dump])
        command = [sys.executable, "-c", SEARCHER, str(folder), str(MANY + 1200)]
        searchers = [subprocess.Popen(command) for _ in range(2)]
        for more in (600, 1200):
            feed(dump, *((f"u{n}", f"Text number{n}.") for n in range(MANY + more)))
            store.sync([dump])
        assert [searcher.wait(180) for searcher in searchers] == [0, 0]
        assert is_sound(store, [dump])
        assert len(near(store, "text")) > MANY // 2
