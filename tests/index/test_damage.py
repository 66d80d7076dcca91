"""A store after damage: stopped, killed, outdated, damaged, or on a disk that takes no writing."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from index.engines.bm25 import Bm25Index
from index.errors import StoreError
from index.storage.schema import FORMAT
from index.store import Store
from index.sync.sync import BEHIND
from tests.index.crashing import run_killed_in
from tests.index.fruits import FRUITS, write
from tests.index.stores import (
    CountingEmbedder,
    did,
    embedded,
    feed,
    found,
    is_sound,
    set_meta,
    sources,
    texts,
)


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("call", [1, 2, 3])
def test_a_failure_midway_leaves_the_old_answering(tmp_path: Path, news: Path, call: int) -> None:
    with Store.open(tmp_path / "store", CountingEmbedder()) as store:
        store.sync([news])
        for fruit in FRUITS:
            write(news, f"{fruit}.txt", f"New {fruit}\n\nThe {fruit} is new.")
        store.embedder = CountingEmbedder(fails_at=call)
        with pytest.raises(RuntimeError, match="broke"):
            store.sync([news])
        assert store.is_stale([news])
        held = [article for f in FRUITS if (article := store.article(f"{f}.txt"))]
        old = {article.source for article in held if "harvest" in article.text}
        assert len(held) == 3
        assert len(old) >= 4 - call
        assert found(store, "harvest") == old
        store.embedder = CountingEmbedder()
        store.sync([news])
        assert found(store, "harvest") == set()
        assert is_sound(store, [news])


@pytest.mark.parametrize(
    "moment",
    [
        ("VectorIndex", "add", "before", "1"),
        ("VectorIndex", "add", "after", "2"),
        ("Bm25Index", "commit", "after", "2"),
        ("Manifest", "put_passages", "after", "2"),
        ("Manifest", "drop_article", "after", "3"),
        ("VectorIndex", "delete", "after", "1"),
        ("Manifest", "clear_garbage", "before", "1"),
    ],
    ids="-".join,
)
def test_killed_at_any_point(tmp_path: Path, news: Path, moment: tuple[str, ...]) -> None:
    folder = tmp_path / "store"
    with Store.open(folder, CountingEmbedder()) as store:
        store.sync([news])
    for fruit in FRUITS[1:]:
        write(news, f"{fruit}.txt", f"New {fruit}\n\nThe {fruit} is new.")
    (news / "apple.txt").unlink()
    write(news, "damson.txt")
    run_killed_in(folder, news, moment)
    with Store.open(folder, CountingEmbedder()) as store:
        assert store.is_stale([news])
        for row in store.catalogue():
            article = store.article(row.source)
            assert article is not None
            assert row.passages == 1
        assert found(store, "about") <= {f"{fruit}.txt" for fruit in (*FRUITS, "damson")}
        store.sync([news])
        assert sources(store) == ["banana.txt", "cherry.txt", "damson.txt"]
        assert found(store, "harvest") == {"damson.txt"}
        assert is_sound(store, [news])


def test_a_first_sync_killed_goes_on_where_it_was(tmp_path: Path, news: Path) -> None:
    for number in range(BEHIND):
        write(news, f"damson-{number}.txt")
    articles = len(FRUITS) + BEHIND
    folder = tmp_path / "store"
    # The last article is written beside those before it, which may be put in by then or not.
    run_killed_in(folder, news, ("VectorIndex", "add", "before", str(articles)))
    with Store.open(folder, CountingEmbedder()) as store:
        added, changed, removed, unchanged = did(store.sync([news]))
        assert (changed, removed) == (0, 0)
        assert added + unchanged == articles
        assert articles - BEHIND - 1 <= unchanged < articles
        assert len(texts(store)) == added
        assert is_sound(store, [news])


def test_a_newer_format_is_left_alone(store: Store, news: Path) -> None:
    store.sync([news])
    store.close()
    set_meta(store, "format", 999)
    with pytest.raises(StoreError, match="newer version") as caught:
        Store.open(store.directory, CountingEmbedder())
    assert str(store.directory) in str(caught.value)
    with pytest.raises(StoreError, match="newer version"):
        store.sync([news])
    set_meta(store, "format", FORMAT)
    assert found(store, "appl") == {"apple.txt"}


@pytest.mark.parametrize("key", ["format", "splitter", "embedder"])
def test_an_outdated_store_is_made_again(store: Store, news: Path, key: str) -> None:
    store.sync([news])
    [before] = store.generation.manifest.candidates([1])
    set_meta(store, key, 0)
    assert store.is_stale([news])
    report = store.sync([news])
    assert report.rebuilt
    assert report.embedded == 3
    assert is_sound(store, [news])
    assert store.generation.manifest.candidates([before.id]) == []
    assert sorted(p.name for p in store.directory.iterdir()) == ["1", "2", "current", "lock"]
    with Store.open(store.directory, store.embedder) as later:
        later.sync([news])
    assert sorted(p.name for p in store.directory.iterdir()) == ["2", "current", "lock"]


def test_a_failed_rebuild_leaves_the_old_answering(tmp_path: Path, news: Path) -> None:
    with Store.open(tmp_path / "store", CountingEmbedder()) as store:
        store.sync([news])
    with Store.open(tmp_path / "store", CountingEmbedder("other", fails_at=1)) as store:
        with pytest.raises(RuntimeError):
            store.sync([news])
        with pytest.raises(StoreError, match="bag-16"):
            _ = store.generation.vectors
        assert len(sources(store)) == 3
    with Store.open(tmp_path / "store", CountingEmbedder()) as store:
        assert is_sound(store, [news])
        assert found(store, "appl") == {"apple.txt"}


@pytest.mark.parametrize("part", ["chroma", "bm25", "chroma/chroma.sqlite3", "bm25/meta.json"])
def test_derived_indexes_come_back_without_embedding(tmp_path: Path, news: Path, part: str) -> None:
    with Store.open(tmp_path / "store", CountingEmbedder()) as store:
        store.sync([news])
    path = tmp_path / "store" / "1" / part
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.write_bytes(b"damaged")
    with Store.open(tmp_path / "store", CountingEmbedder()) as store:
        assert store.is_stale([news])
        write(news, "damson.txt")
        report = store.sync([news])
        assert report.rebuilt
        assert len(texts(store)) == 1
        assert is_sound(store, [news])
        assert found(store, "harvest") == {f"{f}.txt" for f in (*FRUITS, "damson")}


def test_a_lost_graph_of_vectors_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "feed.jsonl"
    feed(path, *((f"u{n}", f"Text {n}.") for n in range(2100)))
    with Store.open(tmp_path / "store", CountingEmbedder()) as store:
        store.sync([path])
    graphs = [p for p in (tmp_path / "store" / "1" / "chroma").iterdir() if p.is_dir()]
    assert graphs
    for graph in graphs:
        shutil.rmtree(graph)
    with Store.open(tmp_path / "store", CountingEmbedder()) as store:
        assert store.is_stale([path])
        assert store.sync([path]).rebuilt
        assert texts(store) == []
        assert is_sound(store, [path])
        assert len(store.generation.vectors.query(embedded(store, "text"), 3000)) > 2000


@pytest.mark.parametrize(
    "search",
    [
        lambda bm25: bm25.doc_freqs(["harvest"]),
        lambda bm25: bm25.search({"appl": 1.0, "harvest": 1.0}, 5),
    ],
    ids=["frequency", "search"],
)
def test_a_damage_met_while_searching_is_mended_by_the_next_sync(
    tmp_path: Path, news: Path, search: Callable[[Bm25Index], object]
) -> None:
    with Store.open(tmp_path / "store", CountingEmbedder()) as store:
        store.sync([news])
    for path in (tmp_path / "store" / "1" / "bm25").glob("*.pos"):
        path.unlink()
    with Store.open(tmp_path / "store", CountingEmbedder()) as store:
        with pytest.raises(StoreError, match="try again"):
            search(store.generation.bm25)
        assert store.is_stale([news])
        assert store.sync([news]).rebuilt
        assert is_sound(store, [news])
        assert search(store.generation.bm25)


@pytest.mark.parametrize("damage", [b"", b"not a database" * 1000])
def test_a_damaged_manifest_is_set_aside(tmp_path: Path, news: Path, damage: bytes) -> None:
    folder = tmp_path / "store"
    with Store.open(folder, CountingEmbedder()) as store:
        store.sync([news])
    (folder / "1" / "manifest.sqlite3").write_bytes(damage)
    with Store.open(folder, CountingEmbedder()) as store:
        assert store.is_stale([news])
        with pytest.raises(StoreError, match="damaged"):
            store.counts()
        assert store.sync([news]).rebuilt
        assert is_sound(store, [news])
    assert (folder / "1.damaged").is_dir()


@pytest.mark.parametrize("name", [b"", b"\xff\xfe", b"..", b"../../elsewhere", b"7"])
def test_a_lost_name_of_the_current_generation_deletes_nothing_else(
    tmp_path: Path, news: Path, name: bytes
) -> None:
    folder = tmp_path / "stores" / "store"
    elsewhere = write(tmp_path, "elsewhere/kept.txt")
    with Store.open(folder, CountingEmbedder()) as store:
        store.sync([news])
    (folder / "current").write_bytes(name)
    with Store.open(folder, CountingEmbedder()) as store:
        assert store.is_stale([news])
        store.sync([news])
        assert is_sound(store, [news])
    assert elsewhere.exists()
    assert [path.name for path in folder.parent.iterdir()] == ["store"]


def test_a_copy_to_read_from_never_takes_the_place_of_the_store(
    store: Store, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.sync([news])
    write(news, "damson.txt")

    def refused(**_: object) -> None:
        raise PermissionError

    with monkeypatch.context() as patch, Store.open(store.directory, store.embedder) as reader:
        patch.setattr("tempfile.TemporaryFile", refused)
        reader.close()
        with pytest.raises(StoreError, match="only be read"):
            reader.sync([news])
        assert sources(reader) == ["apple.txt", "banana.txt", "cherry.txt"]
    assert did(store.sync([news])) == (1, 0, 0, 3)
    assert is_sound(store, [news])


def test_a_store_on_a_full_disk_is_read(
    store: Store, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.sync([news])
    full = os.open("/dev/full", os.O_WRONLY)
    monkeypatch.setattr("tempfile.TemporaryFile", lambda **_: os.fdopen(os.dup(full), "wb"))
    with Store.open(store.directory, store.embedder) as reader:
        assert found(reader, "appl") == {"apple.txt"}
        with pytest.raises(StoreError, match="full"):
            reader.sync([news])
    os.close(full)


def test_a_store_that_can_be_neither_written_nor_copied(
    store: Store, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.sync([news])

    def refused(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr("tempfile.TemporaryFile", refused)
    monkeypatch.setattr("shutil.copyfile", refused)
    with pytest.raises(StoreError, match="choose another --store"):
        Store.open(store.directory, store.embedder)


def test_a_store_that_cannot_be_written(tmp_path: Path, news: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for folder in (tmp_path / "file", tmp_path / "file" / "store"):
        with pytest.raises(StoreError, match=str(folder)):
            Store.open(folder, CountingEmbedder()).sync([news])


def test_a_store_on_a_disk_that_takes_no_writing_is_read(
    store: Store, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.sync([news])
    store.close()
    mounted = store.directory
    for path in (mounted, *mounted.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)

    def refused(**_: object) -> None:
        raise PermissionError

    monkeypatch.setattr("tempfile.TemporaryFile", refused)
    before = {path: path.stat().st_mtime_ns for path in mounted.rglob("*")}
    with Store.open(mounted, CountingEmbedder()) as reader:
        assert not reader.is_stale([news])
        assert found(reader, "appl") == {"apple.txt"}
    assert before == {path: path.stat().st_mtime_ns for path in mounted.rglob("*")}
